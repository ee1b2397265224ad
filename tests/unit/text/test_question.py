"""In a short question the title goes with the name and the state with its town; in a note they stay."""

from itertools import pairwise

import pytest

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.text import TextEngine
from plummer.deid.text.question import is_question

ASKED = "Is warfarin safe for Mr. Alan Keller, who lives in Houston, TX, seen at Mercy Hospital in Duluth?"


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


def test_title_state_and_the_word_between_go(engine):
    spans = engine.detect(ASKED)
    assert [ASKED[s.start : s.end] for s in spans] == [
        "Mr. Alan Keller", "Houston, TX", "Mercy Hospital in", "Duluth",
    ]  # fmt: skip
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_a_second_pass_changes_nothing(engine):
    once = engine.scrub(ASKED, KnownIdentifiers(), DateContext(TimeMode.RELATIVE)).text
    assert engine.scrub(once, KnownIdentifiers(), DateContext(TimeMode.RELATIVE)).text == once


@pytest.mark.parametrize("tail", ["\nNext line.", " " + "He was seen again and again for it. " * 12])
def test_a_note_keeps_them(engine, tail):
    text = "Seen by Dr. Alan Keller of Houston, TX, who asked: why?" + tail
    found = {text[s.start : s.end] for s in engine.detect(text)}
    assert not any(value.startswith("Dr.") or value.endswith("TX") for value in found)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Guidelines for a 70yo with CHF", True),
        ("mgmt of pt w/ COPD", True),
        ("What now?", True),
        ("Seen today for chest pain.", False),
        ("Guidelines\nfor a 70yo", False),
    ],
)
def test_what_a_question_is(text, asks):
    assert is_question(text) is asks
