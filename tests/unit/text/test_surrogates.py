# ruff: noqa: E501 (notes are easier to read on one line)
"""Replacement by invented identifiers: consistent or anew, never the patient's own, never made from the value."""

import re

import pytest

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.text.spans import Span
from plummer.deid.text.surrogate_names import sort_of
from plummer.deid.text.surrogates import Replacement, Surrogates

SECRET = bytes(range(32))
KNOWN = KnownIdentifiers(
    names=("Fadumo Warsame", "Ibrahim Warsame"), ids=("8341610",), phones=("(507) 555-0123",), addresses=("12 Oak Street", "Rochester")
)  # fmt: skip
SHIFT = DateContext(TimeMode.SHIFT, shift_days=10)
NOTE = (
    "WARSAME, FADUMO (MRN 8341610) of 12 Oak Street, Rochester, MN 55901 came on 03/15/2019. Fadumo and her son Ibrahim Warsame"
    " saw Dr. Okonkwo at Elm Creek Clinic. Call (507) 555-0123, fadumo.w@example.com, SSN 123-45-6789. Ms. Warsame is 93 years old."
)


def made(how=Replacement.CONSISTENT, secret=SECRET, known=KNOWN, **more):
    return Surrogates(secret, known, how, **more)


def span(kind, value):
    return Span(0, len(value), kind, 1.0, "x")


def test_d09_the_same_note_and_key_give_the_same_text(engine):
    for how in (Replacement.CONSISTENT, Replacement.PER_MENTION):
        texts = {engine.scrub(NOTE, KNOWN, SHIFT, made(how, note="n1")).text for _ in range(2)}
        assert len(texts) == 1


def test_nothing_of_the_patient_is_left_and_the_note_reads_on(engine):
    for how in (Replacement.CONSISTENT, Replacement.PER_MENTION):
        text = engine.scrub(NOTE, KNOWN, SHIFT, made(how)).text
        for value in (
            "Fadumo",
            "Warsame",
            "Ibrahim",
            "8341610",
            "Oak",
            "Rochester",
            "55901",
            "Okonkwo",
            "555-0123",
            "123-45",
            "fadumo",
        ):
            assert value.casefold() not in text.casefold(), how
        assert "03/05/2019" in text
        assert "[AGE 90+]" in text
        assert "[NAME]" not in text


def test_one_person_has_one_name_in_every_form_and_note(engine):
    one, two = (made(note=note) for note in ("n1", "n2"))
    assert one.name("Fadumo") == two.name("Fadumo") == one.name("FADUMO").capitalize()
    assert one.name("WARSAME, FADUMO").casefold() == f"{one.name('Warsame')}, {one.name('Fadumo')}".casefold()
    assert one.name("Fadumo") != one.name("Ibrahim")


def test_gender_and_origin_stay_plausible():
    kinds = {sort_of(made(secret=bytes([n]) * 32).name("Fadumo"))[1:] for n in range(40)}
    assert kinds == {("somali", "f")}


def test_names_differ_by_subject():
    assert len({made(secret=bytes([n]) * 32).name("Fadumo Warsame") for n in range(40)}) > 25


def test_a_surrogate_is_no_function_of_the_value():
    """45 CFR 164.514(c)(1): another value in the same place of the record draws the same name."""
    other = KnownIdentifiers(names=("Hodan Abdi", "Ibrahim Warsame"))
    assert made().name("Fadumo") == made(known=other).name("Hodan")
    first, second = made(known=KnownIdentifiers()), made(known=KnownIdentifiers())
    assert first.written(span("MRN", "1234567"), "1234567") == second.written(
        span("MRN", "7654321"), "7654321"
    )


def test_strangers_agree_across_notes_only_by_value():
    notes = [made(known=KnownIdentifiers(), note=n, by_value=True) for n in ("n1", "n2")]
    assert notes[0].name("Okonkwo") == notes[1].name("Okonkwo")
    apart = {made(known=KnownIdentifiers(), note=f"n{n}").name("Okonkwo") for n in range(20)}
    assert len(apart) > 10


def test_per_mention_draws_anew():
    drawn = made(Replacement.PER_MENTION)
    assert len({drawn.name("Fadumo") for _ in range(12)}) > 5


@pytest.mark.parametrize(
    ("kind", "value", "shape"),
    [
        ("PHONE", "(507) 288-4417", r"\([2-9]{3}\) 555-01\d\d"),
        ("PHONE", "288-4417", r"555-01\d\d"),
        ("FAX", "507.288.4417", r"[2-9]{3}\.555\.01\d\d"),
        ("SSN", "123-45-6789", r"9\d\d-\d\d-\d{4}"),
        ("MRN", "AB-123-x", r"[A-Z]{2}-\d{3}-[a-z]"),
        ("EMAIL", "jane@clinic.org", r"[a-z]{7}@example\.org"),
        ("URL", "http://x.org/jane", r"https://example\.org/[a-z]{7}"),
        ("IP", "10.1.2.3", r"192\.0\.2\.\d{1,3}"),
        ("ZIP", "55901", r"\d{5}"),
        ("STREET", "12 Oak Street Apt 4", r"\d\d \w+ Street Apt \d"),
        ("ORGANIZATION", "Elm Creek Clinic", r"\w+ \w+ Clinic"),
        ("CITY", "Rochester", r"[\w .'()-]+"),
    ],
)
def test_shapes(kind, value, shape):
    for number in range(20):
        drawn = made(secret=bytes([number]) * 32).written(span(kind, value), value)
        assert re.fullmatch(shape, drawn)
        assert drawn != value


def test_tags_are_the_default(engine):
    assert "[NAME]" in engine.scrub(NOTE, KNOWN, SHIFT).text
