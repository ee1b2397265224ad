"""What a scanner or a line's end has broken is read as it was written, and goes whole (check D-10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.context import KnownIdentifiers
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text import TextEngine
from plummer.deid.text.mend import mended, swapped_cues
from plummer.deid.text.shadow import cast


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Seen by Dr. Okon-\nkwo today.", "Okon-\nkwo"),
        ("Seen on 1O/05/2019 in clinic.", "1O/05/2019"),
        ("Seen on O5/12/2019 in clinic.", "O5/12/2019"),
        ("Mr. J0hnson came.", "J0hnson"),
        ("Call 507-\n555-0143 today.", "507-\n555-0143"),
        ("SSN 123-45-\n6789 on file.", "123-45-\n6789"),
        ("Mr. 0'Connor came.", "0'Connor"),
    ],
)
def test_what_is_broken_goes_whole(engine, text, value):
    at = text.index(value)
    covered = {i for s in engine.detect(text) for i in range(s.start, s.end)}
    assert set(range(at, at + len(value))) <= covered


@pytest.mark.parametrize(
    "text",
    [
        "T1DM, B12, O2 at 2 L, H2O, HbA1c",
        "grade 2-\nstage 3",
        "follow - up",
        "G3P2012",
        "25-OH D 18",
        "C0123 AB0",
    ],
)
def test_codes_and_lists_stay_as_they_are(text):
    assert mended(text) == (text, None)


def test_no_word_is_mended_into_another():
    assert not set(swapped_cues()) & set(lexicon())
    assert mended("Her trial at the Centre") == ("Her trial at the Centre", None)


@given(st.text(alphabet="aZo0lI1/- \n'.9", max_size=40))
def test_offsets_lead_back(text):
    shadow = cast(text)
    for at, char in enumerate(shadow.text):
        start, end = shadow.origin(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert text[start] == char or {text[start], char} <= set("oO0lI1")


@pytest.mark.parametrize("value", ["HX0ABK", "12O3456", "J0ANNA", "QZ0RB1K", "1O-55-2"])
@pytest.mark.parametrize("call", ["detect", "phrase"])
def test_d04_what_the_record_names_is_found_as_it_is_written(engine, value, call):
    known = KnownIdentifiers(ids=(value,), names=(value,) if value == "J0ANNA" else ())
    text = f"note {value} here"
    if call == "detect":
        covered = {i for s in engine.detect(text, known) for i in range(s.start, s.end)}
        assert set(range(5, 5 + len(value))) <= covered
    else:
        assert value not in engine.scrub_phrase(text, known)
