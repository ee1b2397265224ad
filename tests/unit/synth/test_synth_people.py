"""Names, addresses and the word lists behind them."""

import random

from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.synth.lists import names, origins, places, words
from plummer.deid.synth.names import draw_name, plain
from plummer.deid.synth.people import draw_person


def test_lists_are_large_varied_and_without_repeats() -> None:
    table = names()
    assert len(origins()) >= 12
    assert sum(len(v) for v in table.values()) >= 500
    assert all(len(set(v)) == len(v) for v in table.values())
    assert all((origin, "given", g) in table for origin in origins() for g in "fm")
    families = [n for (_, kind, _), v in table.items() if kind == "family" for n in v]
    assert any("-" in n for n in families)
    assert any("'" in n for n in families)
    assert any("’" in n for n in families)  # noqa: RUF001 (the typographic apostrophe is the point)
    assert any(not n.isascii() for n in families)


def test_places_are_consistent() -> None:
    assert len(places()) >= 50
    assert all(len(p.zip) == 5 and p.zip.isdigit() and len(p.area_code) == 3 for p in places())
    first_digits = {
        "MN": "5",
        "WI": "5",
        "IA": "5",
        "SD": "5",
        "ND": "5",
        "IL": "6",
        "NE": "6",
        "MA": "0",
        "CA": "9",
    }
    assert all(p.zip[0] == first_digits[p.state] for p in places() if p.state in first_digits)


def test_word_like_surnames_are_a_minority() -> None:
    rng = random.Random(1)
    word_like = set(names()["english", "family_word", "x"])
    drawn = [draw_name(rng, "f").family for _ in range(2000)]
    assert 0.02 < sum(n in word_like for n in drawn) / 2000 < 0.15


@given(st.text())
def test_plain_is_ascii_lower_case(text: str) -> None:
    out = plain(text)
    assert out == "" or (out.isascii() and out.isalnum() and out == out.lower())


@given(st.integers(0, 10_000))
def test_people_are_whole(seed: int) -> None:
    person = draw_person(random.Random(seed), seed % 8)
    assert person.name.given
    assert person.name.family
    assert person.relatives
    assert person.death is None or person.death > person.birth
    assert person.email.endswith("@example.invalid")
    assert words()["employer"].count(person.employer) == 1
