"""Names that English has as everyday words, and English that isn't taken for them (checks F-01, F-04)."""

import pytest

from plummer.deid.recognizers.word_name import WordNameRecognizer
from plummer.deid.text import TextEngine


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mr. He was admitted yesterday.", "He"),
        ("Discussed with Ms. Her at length.", "Her"),
        ("Interpreter Pa Vang present.", "Pa Vang"),
        ("Said Ali called about results.", "Said Ali"),
        ("Seen with Fue Her, who agrees.", "Fue Her"),
        ("Her daughter Pa lives nearby.", "Pa"),
        ("Ka reports less pain today.", "Ka"),
        ("Dr. He recommends observation.", "He"),
        ("Her daughter Jun lives nearby.", "Jun"),
        ("Spoke with Meiling He by phone.", "Meiling He"),
        ("Discussed with Ms. Hoffmann at length.", "Hoffmann"),
    ],
)
def test_a_name_that_is_a_word_goes_where_only_a_name_can_stand(engine, text, name):
    at = text.index(name)
    covered = {i for s in engine.detect(text) for i in range(s.start, s.end)}
    assert set(range(at, at + len(name))) <= covered


@pytest.mark.parametrize(
    "text",
    [
        "Reviewed by her Dr. He left soon after.",
        "He reports less pain. Her pain is better.",
        "As he said, Her incision is clean.",
        "In June he was well. To do: labs.",
        "My plan is to see him. So far so good.",
        "May be seen. Said he felt well.",
        "He Crohn, she Parkinson disease.",
    ],
)
def test_english_stands(text):
    assert WordNameRecognizer().analyze(text, []) == []
