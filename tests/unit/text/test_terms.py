"""Check D-08: eponyms, drugs, devices and words that are names too stand; people beside them don't."""

from itertools import cycle
from pathlib import Path

import pytest

from plummer.deid.text import TextEngine
from plummer.deid.text.ordinary import is_ordinary, shortened
from plummer.deid.text.spans import Span
from plummer.deid.text.terms import is_term

TERMS = [
    line
    for line in (Path(__file__).parent / "clinical_terms.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
FRAMES = (
    "Assessment: {}.",
    "She has a history of {}, stable.",
    "{} noted today.",
    "Plan to continue. {} was discussed.",
)


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


@pytest.mark.parametrize("case", [str, str.upper, str.lower])
def test_d08_at_most_three_of_a_hundred_terms_lose_a_word(engine, case):
    """Over 400 terms, each in one of four sentences."""
    texts = [case(frame.format(term)) for term, frame in zip(TERMS, cycle(FRAMES), strict=False)]
    assert len(texts) >= 300
    assert sum(bool(engine.detect(text)) for text in texts) <= 0.03 * len(texts)


PEOPLE = [
    "Dr. {} saw her.",
    "Patient: {}, Anna",
    "Seen by Anna {}, MD.",
    "Mr. {} is a 60-year-old man.",
    "Signed: Anna {}, RN",
]


@pytest.mark.parametrize("frame", PEOPLE)
def test_people_called_like_a_disease_go(engine, frame):
    for name in ("Parkinson", "Crohn", "Wagner", "Clark", "Foley", "Thompson", "Graves", "Wilson", "Gleason"):
        text = frame.format(name)
        at = text.index(name)
        covered = {i for s in engine.detect(text) for i in range(s.start, s.end)}
        assert set(range(at, at + len(name))) <= covered, frame


@pytest.mark.parametrize(
    ("text", "value", "by", "term"),
    [
        ("Gleason 4+3, s/p Whipple", "Gleason", "tagger.city", True),
        ("grade I Cormack view", "Cormack", "tagger.name", True),
        ("On Portia OCP", "Portia", "tagger.name", True),
        ("foramen of Munro of 4 cm", "Munro", "tagger.name", True),
        ("a pack a day of Newport for", "Newport", "tagger.city", True),
        ("50,000 IU on Sundays and", "Sundays", "date.weekday", True),
        ("plays every Saturday with", "Saturday", "date.weekday", True),
        ("seen on Saturday with", "Saturday", "date.weekday", False),
        ("Christmas tree farm", "Christmas", "date.holiday", True),
        ("seen at Christmas with", "Christmas", "date.holiday", False),
        ("Clark level IV", "Clark", "known.name", False),
        ("Dr. Clark level IV", "Clark", "tagger.name", False),
        ("Clark called today", "Clark", "tagger.name", False),
        ("Surgeon: Clark level IV", "Clark", "cued_name.label", False),
        ("SURGEON MILLER\nPROCEDURE: EGD", "MILLER", "tagger.name", False),
        ("Signed MILLER\n5 mg given", "MILLER", "tagger.name", False),
        ("She is on Ella\n30 mg", "Ella", "tagger.name", True),
        ("my neighbor Ella is 30", "Ella", "given_name.alone", False),
    ],
)
def test_a_term_is_told_by_what_stands_around_it(text, value, by, term):
    kind = "DATE" if by.startswith("date.") else "NAME"
    at = text.index(value)
    assert is_term(text, Span(at, at + len(value), kind, 0.8, by)) is term


@pytest.mark.parametrize(
    ("text", "value", "kind", "ordinary"),
    [
        ("history of TIA and more words", "TIA", "NAME", True),
        ("HISTORY OF TIA", "TIA", "NAME", False),
        ("seen in Neurology Clinic", "Neurology Clinic", "ORGANIZATION", True),
        ("seen in Neurology Clinic", "Clinic", "ORGANIZATION", False),
        ("Strong bounding pulses", "Strong", "NAME", True),
        ("Strong reports less pain", "Strong", "NAME", False),
        ("Has had surgery", "Has", "NAME", True),
        ("taking Russian medications", "Russian", "NAME", True),
        ("history of hepatitis C.", "C.", "NAME", True),
        ("seen by Dr. C.", "C.", "NAME", False),
        ("Overall, she has done well", "Overall", "NAME", True),
        ("Briefly, she has done well", "Briefly", "NAME", True),
        ("She was there. He will be seen", "He", "NAME", True),
        ("He, Jun called", "He", "NAME", False),
        ("seen with He today", "He", "NAME", False),
    ],
)
def test_an_ordinary_word_is_told_by_where_it_stands(text, value, kind, ordinary):
    at = text.index(value)
    assert is_ordinary(text, Span(at, at + len(value), kind, 0.8, "tagger.x")) is ordinary


def test_a_name_that_is_a_word_is_not_shortened():
    text = "Tech: Pearl H. May RPSGT"
    assert shortened(text, Span(6, 18, "NAME", 0.9, "tagger.name")).end == 18


@pytest.mark.parametrize(
    ("text", "value", "kept"),
    [
        ("signed Susan Nicole Adams FNP-BC", "Susan Nicole Adams FNP-BC", "Susan Nicole Adams"),
        ("at the desk (Ayesha I think)", "Ayesha I", "Ayesha"),
        ("Operator Karen Whitfield, DPM.", "Operator Karen Whitfield", "Karen Whitfield"),
        ("signed SUSAN DO", "SUSAN DO", "SUSAN DO"),
        ("seen by Malcolm I.", "Malcolm I", "Malcolm I"),
    ],
)
def test_what_the_tagger_takes_along_stays(text, value, kept):
    at = text.index(value)
    span = shortened(text, Span(at, at + len(value), "NAME", 0.9, "tagger.name"))
    assert text[span.start : span.end] == kept
