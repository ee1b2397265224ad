"""Known answers by hand, and what must hold of every gold set."""

import json
import random

import pytest
from evaluate_helpers import note, perfect, said, views, within
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.evaluate import GoldNote, GoldSpan, Predicted, evaluate
from plummer.deid.evaluate.tokens import tokens
from plummer.deid.text.spans import Span

TEXT = "Mr. Lee Oh saw Dr. Ann Roe on 5/12/2019, phone 555-0100."


def test_counts_by_hand():
    gold = note(
        TEXT, ("Lee Oh", "PATIENT"), ("Ann Roe", "DOCTOR"), ("5/12/2019", "DATE"), ("555-0100", "PHONE")
    )
    found = said(TEXT, ("Lee Oh", "NAME"), ("Roe", "NAME"), ("5/12/2019", "PHONE"), ("saw", "NAME"))
    view = views([gold], [found])["contract"]
    # gold tokens: Lee Oh | Ann Roe | 5 12 2019 | 555 0100
    token = view["token"]
    assert (token["gold"], token["found"], token["right"], token["false"]) == (9, 6, 6, 1)
    assert token["recall"]["value"] == pytest.approx(6 / 9, abs=1e-6)
    assert token["precision"]["value"] == pytest.approx(6 / 7, abs=1e-6)
    # F2 = 5 PR / (4 P + R) = 5 * (6/7) * (2/3) / (24/7 + 2/3)
    assert token["f2"] == pytest.approx((20 / 7) / (24 / 7 + 2 / 3), abs=1e-6)
    covered = view["covered"]
    assert (covered["gold"], covered["found"], covered["right"], covered["false"]) == (4, 2, 3, 1)
    strict = view["strict"]
    assert (strict["gold"], strict["found"], strict["right"], strict["false"]) == (4, 1, 1, 3)
    assert view["document"]["with_identifiers"] == 1
    assert view["document"]["clean"] == 0
    assert view["false_positives"]["tokens"] == 1
    # Mr Lee Oh saw Dr Ann Roe on 5 12 2019 phone 555 0100 are 14
    assert view["false_positives"]["tokens_per_1000"] == pytest.approx(1000 / 14, abs=1e-6)


def test_by_type_counts_gold_by_its_type_and_predictions_by_theirs():
    gold = note(TEXT, ("Lee Oh", "PATIENT"), ("5/12/2019", "DATE"), ("555-0100", "PHONE"))
    by = views([gold], [said(TEXT, ("Lee", "NAME"), ("555-0100", "DATE"))])["contract"]["by"]
    assert by["type"]["NAME"]["token"]["recall"]["value"] == 0.5
    assert by["type"]["PHONE"]["token"]["recall"]["value"] == 1.0
    assert by["type"]["PHONE"]["token"]["precision"]["value"] is None
    assert by["type"]["DATE"]["token"]["right"] == 2
    assert set(by["label"]) == {"PATIENT", "DATE", "PHONE"}
    assert "precision" not in by["label"]["PATIENT"]["token"]


def test_views_leave_out_staff_and_what_is_no_identifier():
    text = "Dr. Ann Roe, a plumber, 47, in Ohio since 1999, saw Lee Oh."
    gold = note(
        text, ("Ann Roe", "DOCTOR"), ("plumber", "PROFESSION"), ("47", "AGE"), ("Ohio", "STATE"),
        ("1999", "DATE"), ("Lee Oh", "PATIENT"),
    )  # fmt: skip
    seen = views([gold], [()])
    assert {view: seen[view]["covered"]["gold"] for view in seen} == {"contract": 2, "hipaa": 1, "all": 6}
    # a prediction on what a view leaves out is neither for nor against
    seen = views([gold], [said(text, ("plumber", "ORGANIZATION"), ("1999", "DATE"))])
    assert seen["contract"]["token"]["false"] == seen["contract"]["token"]["right"] == 0
    assert seen["contract"]["covered"]["precision"]["value"] is None
    assert seen["all"]["token"]["right"] == 2


def test_an_age_of_ninety_or_more_counts():
    text = "ages 90, ninety-three and 89"
    gold = note(text, ("90", "AGE"), ("ninety-three", "AGE"), ("89", "AGE"))
    assert views([gold], [()])["hipaa"]["covered"]["gold"] == 2


def test_types_that_the_gold_does_not_annotate_are_neither_for_nor_against():
    text = "Lee Oh at http://a.example"
    gold = note(text, ("Lee Oh", "PATIENT"))
    token = views([gold], [said(text, ("Lee Oh", "NAME"), ("http://a.example", "URL"))])["all"]["token"]
    assert (token["right"], token["false"]) == (2, 0)
    # a set without any annotation is one that should hold no identifier
    bare = views([GoldNote("1", text, ())], [said(text, ("http://a.example", "URL"))])["contract"]
    assert bare["false_positives"]["spans"] == 1
    assert bare["false_positives"]["tokens"] == 3


def test_a_wrong_type_still_covers_but_is_not_strict():
    text = "MRN 12345"
    view = views([note(text, ("12345", "MRN"))], [said(text, ("12345", "PHONE"))])["contract"]
    assert view["token"]["recall"]["value"] == view["covered"]["recall"]["value"] == 1.0
    assert view["strict"]["recall"]["value"] == 0.0


def test_a_token_half_inside_gold_is_two():
    text = "MRN12345x"
    gold = note(text, ("12345", "MRN"))
    half = views([gold], [(Span(3, 7, "MRN", 1.0, ""),)])["contract"]
    assert (half["token"]["gold"], half["token"]["found"]) == (1, 0)
    wide = views([gold], [(Span(3, 9, "MRN", 1.0, ""),)])["contract"]
    assert (wide["token"]["found"], wide["token"]["false"]) == (1, 1)


def test_a_refused_note_counts_as_missed():
    gold = [note(TEXT, ("Lee Oh", "PATIENT"))] * 2
    report = evaluate(gold, Predicted([perfect(gold[0]), ()], {"note_timeout": 1}), resamples=0)
    assert report["errors"] == {"note_timeout": 1}
    assert report["views"]["contract"]["token"]["recall"]["value"] == 0.5


def test_traits_origins_styles_and_known():
    text = "Lee Oh met Ann Roe"
    spans = (
        GoldSpan(0, 6, "PATIENT", ("caps", "nonwestern"), "korean", True),
        GoldSpan(11, 18, "PATIENT", ("caps",), "english", False),
    )
    gold = GoldNote("1", text, spans, style="letter", noise="ocr")
    by = views([gold], [said(text, ("Lee Oh", "NAME"))])["contract"]["by"]
    recall = {d: {n: row["token"]["recall"]["value"] for n, row in by[d].items()} for d in by}
    assert recall["trait"] == {"caps": 0.5, "nonwestern": 1.0}
    assert recall["origin"] == {"english": 0.0, "korean": 1.0}
    assert recall["known"] == {"no": 0.0, "yes": 1.0}
    assert recall["style"] == {"letter": 0.5}
    assert recall["noise"] == {"ocr": 0.5}
    assert by["style"]["letter"]["document"]["clean"] == 0


def test_the_gap_between_origins():
    names = " ".join(["Lee"] * 200)
    spans = tuple(
        GoldSpan(4 * i, 4 * i + 3, "NAME", (), "a" if i < 100 else "b") for i in range(200)
    )  # fmt: skip
    found = tuple(Span(s.start, s.end, "NAME", 1.0, "") for s in spans[:150])
    gap = views([GoldNote("1", names, spans)], [found])["contract"]["origin_gap"]
    assert gap == {"origins": 2, "value": 0.5}


WORDS = st.sampled_from(
    ["Lee", "Ann-Marie", "5/12/2019", "555-0100", "李", "90", "x1", "العربية", "नमस्ते", "🙂a"]
)
LABELS = st.sampled_from(["NAME", "DOCTOR", "DATE", "PHONE", "MRN", "STATE", "AGE", "GPE", "ID"])


@st.composite
def gold_notes(draw) -> GoldNote:
    text, spans = "", []
    for word, label, is_gold in draw(st.lists(st.tuples(WORDS, LABELS, st.booleans()), max_size=8)):
        text += draw(st.sampled_from([" ", "\n", ", "]))
        if is_gold:
            spans.append(GoldSpan(len(text), len(text) + len(word), label))
        text += word
    return GoldNote("n", text, tuple(spans), patient=draw(st.sampled_from(["", "p1", "p2"])))


@settings(deadline=None)
@given(st.lists(gold_notes(), min_size=1, max_size=5))
def test_a_perfect_prediction_scores_one_and_an_empty_one_zero(notes):
    for view in ("contract", "hipaa", "all"):
        full = views(notes, [within(one, view) for one in notes])[view]
        none = views(notes, [() for _ in notes])[view]
        if not full["covered"]["gold"]:
            continue
        for level in ("token", "covered", "strict"):
            assert full[level]["recall"]["value"] == full[level]["precision"]["value"] == 1.0
            assert full[level]["f2"] == 1.0
            assert none[level]["recall"]["value"] == 0.0
            assert none[level]["precision"]["value"] is None
        assert full["document"]["value"] == 1.0
        assert none["document"]["value"] == 0.0
        assert full["false_positives"]["spans"] == 0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(gold_notes(), st.booleans()), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_scores_and_intervals_do_not_depend_on_the_notes_order(pairs, rng: random.Random):
    shuffled = rng.sample(pairs, len(pairs))
    reports = [
        evaluate(
            [n for n, _ in order], Predicted([perfect(n) if hit else () for n, hit in order]), resamples=50
        )
        for order in (pairs, shuffled)
    ]
    assert json.dumps(reports[0]) == json.dumps(reports[1])


@settings(deadline=None)
@given(st.lists(gold_notes(), min_size=1, max_size=4), st.data())
def test_more_predictions_never_lower_recall(notes, data):
    some = [tuple(s for s in perfect(n) if data.draw(st.booleans())) for n in notes]
    less, more = views(notes, some), views(notes, [perfect(n) for n in notes])
    for view in less:
        for level in ("token", "covered", "strict"):
            low, high = less[view][level]["recall"]["value"], more[view][level]["recall"]["value"]
            assert low is None or low <= high


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Neil", ["O", "Neil"]),
        ("a_b 5/6", ["a", "b", "5", "6"]),
        ("cafe\u0301 au", ["cafe\u0301", "au"]),
        ("नमस्ते", ["नमस्ते"]),
        ("Sm\u200bith", ["Sm\u200bith"]),
        ("李明abc", ["李", "明", "abc"]),
        ("🙂 …", []),
    ],
)
def test_tokens(text, expected):
    assert [text[start:end] for start, end in tokens(text)] == expected
