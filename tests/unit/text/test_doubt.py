# ruff: noqa: E501 (one line a case group)
"""What the tagger takes for an identifier and is none; rules and records are never doubted."""

import pytest

from plummer.deid.tagger.bar import bar
from plummer.deid.text.doubt import doubtful
from plummer.deid.text.merge import merge, settled
from plummer.deid.text.spans import Span

# before, what was found, after, type
NONE = [
    ("The ", "4th", " and 5th finger", "DATE"), ("in the ", "1st, 2nd", ", and 3rd digits", "DATE"), ("a 2-", "1/2", "-year-old", "DATE"),
    ("loss, i", ".", "e., in", "STREET"), ("ointment t.i.d", ". p.r.n.", " to her", "NAME"), ("at 6 to 7 a.", "m.", " on", "NAME"),
    ("readings between ", "146-155", ". He", "OTHER_ID"), ("Negative ", "Homan", "'s sign", "NAME"), ("since ", "2008", ".", "DATE"),
    ("rates them at about ", "6/10", ". The", "DATE"), ("born in ", "Korea", " and", "CITY"), ("showering in Cheyenne, ", "Wyoming", ".", "NAME"),
    ("", "XYZ", " is a man", "NAME"), ("about ", "15-20", " minutes", "DATE"), ("plt 250, ", "150", ",000", "AGE"),
    ("repair with ", "acromioplasty", " and", "NAME"), ("symptomatic ", "macromastia", ".", "NAME"),
]  # fmt: skip
SOME = [
    ("on ", "3/4", " she", "DATE"), ("seen ", "5-10", " by", "DATE"), ("on the ", "4th", " of May", "DATE"), ("ID ", "12-345", "", "OTHER_ID"),
    ("Mr. ", "Jones", "'s test", "NAME"), ("pt ", "k.m.", " said", "NAME"), ("in ", "New York", ", NY", "CITY"), ("told ", "Georgia", " to come", "NAME"),
    ("", "Okonkwo", "'s disease is stable", "NAME"),
]  # fmt: skip


def found(before, value, after, kind):
    return before + value + after, Span(len(before), len(before) + len(value), kind, 0.9, "tagger.x")


@pytest.mark.parametrize("ordinal", range(len(NONE)))
def test_what_is_none_is_doubted(ordinal):
    text, span = found(*NONE[ordinal])
    assert doubtful(text, span)
    assert [*settled(text, [span])] == []
    assert [*settled(text, [Span(span.start, span.end, span.type, 0.9, "known.value")])] != []


@pytest.mark.parametrize("ordinal", range(len(SOME)))
def test_what_may_be_one_stands(ordinal):
    assert not doubtful(*found(*SOME[ordinal]))


@pytest.mark.parametrize("value", ["XYZ", "ABC Medical Center", "ABCD General Hospital"])
def test_what_stands_where_a_name_was_taken_out_is_left_to_all_but_the_record(value):
    text = f"Seen by {value} today"
    found = [Span(8, 8 + len(value), kind, 0.9, "titled_name.title") for kind in ("NAME", "ORGANIZATION")]
    assert [*settled(text, found)] == []
    assert [*settled(text, [Span(8, 8 + len(value), "NAME", 1.0, "known.name")])] != []
    assert (
        merge(f"{text}, XYZ Allen", [Span(15 + len(value), 24 + len(value), "NAME", 0.9, "tagger.name")])
        != ()
    )


def test_a_physician_is_no_town_of_maryland():
    text = "Jane Doe, MD"
    spans = [Span(0, 8, "CITY", 0.85, "city.state"), Span(0, 8, "NAME", 0.85, "titled_name.degree")]
    assert [s.type for s in merge(text, spans)] == ["NAME"]


def test_a_mere_name_needs_no_evidence_and_a_small_word_much():
    def atom(word, flags, case="m"):
        return (word, "s", "", "", case, False, flags)

    assert bar(atom("Okonkwo", "n"), 0.3) == 0.0
    assert 0.0 < bar(atom("okonkwo", "n", "l"), 0.3) <= 0.3
    assert bar(atom("Germany", "p3"), 0.3) == 0.3
    assert bar(atom("small", "a1"), 0.3) > 0.6
    assert bar(atom("wright", "1abekny"), 0.12) == 0.3
    assert bar(atom("logan", "1bch"), 0.12) == 0.12
    assert bar(("Strong", "s", "NAME.titl", "", "m", False, "a1"), 0.3) == 0.3


SMALL = [
    ("She was seen at ", "unity hills rehabilitation hospital", " in May. She is well.", "ORGANIZATION", 0.5, True),
    ("His perhaps ", "desire", " is less. He is well now.", "NAME", 0.5, False),
    ("Signed out to ", "w. n.", "\n", "NAME", 0.9, True), ("He was given ointment ", "q. d.", " for it.", "NAME", 0.9, False),
]  # fmt: skip


@pytest.mark.parametrize("ordinal", range(len(SMALL)))
def test_english_words_in_small_letters_stand_as_a_run_or_where_the_tagger_is_rather_sure(ordinal):
    before, value, after, kind, score, stands = SMALL[ordinal]
    span = Span(len(before), len(before) + len(value), kind, score, "tagger.x")
    assert doubtful(before + value + after, span) is not stands
