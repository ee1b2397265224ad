# ruff: noqa: E501 (one line a case group)
"""What was said, scanned or typed in haste: numbers in words, letters one by one, look-alikes, the rest of a finding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.recognizers.signed_line import SignedLineRecognizer
from plummer.deid.recognizers.spelled_name import SpelledNameRecognizer
from plummer.deid.recognizers.spoken_number import SpokenNumberRecognizer
from plummer.deid.text import TextEngine
from plummer.deid.text.completed import completed
from plummer.deid.text.mend import mended
from plummer.deid.text.scanned import unscanned
from plummer.deid.text.shadow import cast
from plummer.deid.text.spans import Span


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


FOUND = [
    ("please call him at four zero eight five five five oh one three nine thanks", "four zero eight five five five oh one three nine"),
    ("his medical record number is seven two six one dash b period", "seven two six one dash b"),
    ("birthday five twelve sixty four calling for a refill", "five twelve sixty four"),
    ("the home is eight eighty one dempsey road in town", "eight eighty one dempsey road"),
    ("patient zbigniew wojtas spelled w o j t a s was seen", "w o j t a s"),
    ("Phone 7O3-555-Ol46 for results.", "7O3-555-Ol46"),
    ("Address: 77l Brickyard Rd Lot 9, Mahanoy City PA l7948", "l7948"),
    ("Cell 720&#45;555&#45;0128 on file.", "720&#45;555&#45;0128"),
    ("Her brother Leland Shell Jr. drives.", "Leland Shell Jr."),
    ('Mother of Agafon Oskolkoff ("Gaff") called.', "Gaff"),
    ("Lives at Mile 135.5 Sterling Hwy with his aunt.", "Mile 135.5 Sterling Hwy"),
    ("Camp on Star Route 3, Mercer.", "Star Route 3"),
    ("He was admitted to Hamtramck General with a foot ulcer.", "Hamtramck General"),
    ("Certified mail number 7022 0410 0001 8837 2261.", "2261"),
    ("Wristband: RZX 4471\nMedical record on file.", "RZX 4471"),
    ("Mask M-\n0331 was made for him.", "M-\n0331"),
    ("Dr. Landry-\nNkemelu saw the baby.", "Landry-\nNkemelu"),
]  # fmt: skip
LEFT = [
    "blood pressure one hundred twenty over eighty heart rate ninety two comma temp ninety eight point six",
    "c a b g times three and e k g normal period h f r e f",
    "On O2 at 2l nasal cannula, 10l bath, S1 S2 normal, L5-S1 fusion, I/O even, T1 and T2 images.",
    "Goligher grade II hemorrhoids, Charlson 4, Naranjo 6, Ashworth 1+, XIENCE stent 3.0 x 23.",
    "Two or three of the road tests were out of the way, one to two of them in place.",
]


@pytest.mark.parametrize("ordinal", range(len(FOUND)))
def test_it_goes_whole(engine, ordinal):
    text, value = FOUND[ordinal]
    at = text.index(value)
    covered = {i for s in engine.detect(text) for i in range(s.start, s.end)}
    assert {at + i for i, char in enumerate(value) if char.isalnum()} <= covered


@pytest.mark.parametrize("ordinal", range(len(LEFT)))
def test_what_only_sounds_so_stays(engine, ordinal):
    found = {span.by.partition(".")[0] for span in engine.detect(LEFT[ordinal])}
    assert not found - {"tagger"}


def test_initials_that_end_lines_of_a_flow_sheet_go(engine):
    text = "Flow sheet\n7/16 13+4 152 104/60 declines it. qk\n8/20 17+4 157 110/70 feels ok. qk\n9/17 22+4 161 better. qk\n"
    assert [text[s.start : s.end] for s in engine.detect(text) if s.type == "NAME"] == ["qk"] * 3
    assert not [s for s in engine.detect(text.replace(". qk", ". ok")) if s.type == "NAME"]


@pytest.mark.parametrize("made", [SpokenNumberRecognizer, SpelledNameRecognizer, SignedLineRecognizer])
def test_nothing_is_found_in_nothing(made):
    assert made().analyze("", []) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lnfusion of norma1 saline", "Infusion of normal saline"),
        ("REP0RT of F1ora, 9/ll/2O24", "REPORT of Flora, 9/11/2024"),
        ("Geiger Mernorial, PR0GRAM", "Geiger Memorial, PROGRAM"),
        ("O&#39;Connor &amp; Hale&nbsp;LLP", "O'Connor & Hale LLP"),
    ],
)
def test_a_scan_is_read_as_it_was_meant(written, meant):
    assert cast(written).text == meant


@pytest.mark.parametrize(
    "text", ["day1 of 3, lot1, x1", "2l of saline, 1.5l", "S1-S2 and I-95", "return to corner, learn"]
)
def test_what_no_scanner_wrote_stays(text):
    assert mended(text) == (text, None)


@given(st.text(alphabet="aAlIO015S/-. n&#;m\n", max_size=60))
def test_a_mended_scan_stays_as_long_and_leads_back(text):
    assert len(unscanned(text)) == len(text)
    plain, places = mended(text)
    assert places is None or (len(places) == len(plain) and list(places) == sorted(places))


@given(st.text(alphabet="Aab 'J-r.\n12(\")", max_size=40), st.data())
def test_a_finding_only_grows(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    kind = data.draw(st.sampled_from(["NAME", "ORGANIZATION", "CITY", "OTHER_ID", "STREET", "DATE"]))
    if start < end:
        whole, *_ = completed(text, [Span(start, end, kind, 0.9, "x")])
        assert whole.start <= start < end <= whole.end <= len(text)


def test_what_the_record_names_is_left_as_it_is():
    known = Span(0, 6, "NAME", 1.0, "known.name")
    assert [*completed("Leland Sr. came", [known])] == [known]


@pytest.mark.parametrize(
    ("text", "at", "kind", "whole"),
    [
        ("Mask QZ-\n0331.", 9, "OTHER_ID", "QZ-\n0331"),
        ("Seen at St. \nBrendan now", 13, "ORGANIZATION", "Bren"),
    ],
)
def test_what_stands_before_a_line_end_is_taken_whole_or_not(text, at, kind, whole):
    found, *_ = completed(text, [Span(at, at + 4, kind, 0.9, "x")])
    assert text[found.start : found.end] == whole
