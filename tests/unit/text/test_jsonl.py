# ruff: noqa: E501 (a pattern is easier to check on one line)
import json

import pytest

from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.text import TextEngine
from plummer.deid.text.jsonl import scrub_lines
from plummer.schemas.errors import ExitCode, PlummerError

DATES = DateContext(TimeMode.RELATIVE)


def run(engine, *records, detect_only=False):
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    return [json.loads(line) for line in scrub_lines(lines, engine, detect_only=detect_only, dates=DATES)]


def test_order_known_and_offsets_of_the_input(engine):
    text = "🙂 Zoë\u0301 Qarth, MRN 00123456"
    out = run(
        engine,
        {"id": "b", "text": text, "known": {"names": ["Zoë Qarth"]}, "patient_id": "p"},
        "",
        {"id": "a", "text": "fine"},
    )
    assert [o["id"] for o in out] == ["b", "a"]
    assert out[0]["text"] == "🙂 [NAME], MRN [MRN]"
    assert [(text[s["start"] : s["end"]], s["type"]) for s in out[0]["spans"]] == [
        ("Zoë\u0301 Qarth", "NAME"),
        ("00123456", "MRN"),
    ]
    assert set(out[0]["spans"][0]) == {"start", "end", "type", "score", "by"}
    assert out[1] == {"id": "a", "text": "fine", "spans": []}


def test_detect_only_has_no_text(engine):
    (out,) = run(engine, {"id": "1", "text": "MRN 00123456"}, detect_only=True)
    assert set(out) == {"id", "spans"}
    assert out["spans"]


def test_a_note_in_error_has_no_text():
    out = run(TextEngine(max_chars=20), {"id": "1", "text": "x" * 30}, {"id": "2", "text": "ok"})
    assert out[0] == {"id": "1", "spans": [], "error": "note_too_long"}
    assert out[1]["text"] == "ok"


@pytest.mark.parametrize(
    "bad",
    ["{", "[]", '"Lopez"', '{"id": "1"}', '{"text": "Lopez"}', '{"id": "1", "text": 3}', '{"id": "1", "text": "x", "known": []}',
     '{"id": "1", "text": "x", "known": {"names": "Lopez"}}', '{"id": "1", "text": "x", "known": {"ids": [1]}}', "[" * 100_000],
    ids=range(10),
)  # fmt: skip
def test_bad_input_is_usage_with_the_ordinal_and_no_value(engine, bad):
    with pytest.raises(PlummerError) as caught:
        run(engine, {"id": "0", "text": "ok"}, bad)
    error = caught.value
    assert (error.code, error.exit_code, error.ref) == ("text_input", ExitCode.USAGE, "line 2")
    assert error.__suppress_context__ or error.__context__ is None
    assert "Lopez" not in str(error)
