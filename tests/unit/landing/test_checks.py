"""The line checker: always a verdict, duplicates seen, depth exact (B-01, B-06)."""

import calendar
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.landing.depth import check_depth
from plummer.pipelines.landing.json_text import check_duplicates, parse
from plummer.pipelines.landing.limits import MAX_QUARANTINE_BODY
from plummer.pipelines.landing.records import check_line, check_text
from plummer.pipelines.landing.refusal import Refused

GOOD = (
    b'{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"a \\"[b\\" {"},'
    b'"valueQuantity":{"value":1.10},"subject":{"reference":"Patient/p1"},"note":[{"text":"\xc3\xa9"}]}'
)
KEYS = st.sampled_from(["a", "b", "\u0061", '"', "a:", '":', "\\", "{", "]", "é", ""])


class Pairs(list):
    """An object as a list of pairs, so that keys may repeat."""


def text_of(value, escape):
    """JSON of a value in which objects are Pairs; `escape` writes keys' quotes and letters as \\u."""
    if isinstance(value, Pairs):
        inside = ", ".join(f"{string(key, escape)} : {text_of(item, escape)}" for key, item in value)
        return "{" + inside + "}"
    if isinstance(value, list):
        return "[" + ",".join(text_of(item, escape) for item in value) + "]"
    return string(value, escape) if isinstance(value, str) else json.dumps(value)


def string(value, escape):
    plain = json.dumps(value, ensure_ascii=False)
    if not escape:
        return plain
    return '"' + "".join(f"\\u{ord(c):04x}" if c in 'a"' else json.dumps(c)[1:-1] for c in value) + '"'


def has_repeated_key(value):
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        return len(keys) != len(set(keys)) or any(has_repeated_key(item) for _, item in value)
    return isinstance(value, list) and any(map(has_repeated_key, value))


OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=4).map(Pairs),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(OBJECTS, st.booleans())
def test_duplicate_keys_are_seen_whatever_is_escaped(value, escape):
    text = text_of(value, escape).encode()
    parsed = parse(text)
    if has_repeated_key(value):
        with pytest.raises(Refused, match="duplicate_json_key"):
            check_duplicates(text, parsed)
    else:
        check_duplicates(text, parsed)


def depth_of(value):
    if isinstance(value, list):
        parts = [item[1] for item in value] if isinstance(value, Pairs) else value
        return 1 + max(map(depth_of, parts), default=0)
    return 0


@settings(max_examples=600, deadline=None)
@given(OBJECTS, st.integers(1, 6))
def test_depth_is_exact(value, limit):
    text = text_of(value, False).encode()
    try:
        check_depth(text, limit)
        too_deep = False
    except Refused:
        too_deep = True
    assert too_deep == (depth_of(value) > limit)


JUNK = st.sampled_from(
    [b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"NaN", b"\\ud83d", b",", b"\r", b'"id":"x",',
     b"\xef\xbb\xbf", b"1e999", b"'", b"/*c*/", b"\x1b[2J"]
)  # fmt: skip


@settings(max_examples=6000, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 6), JUNK), min_size=1, max_size=4))
def test_any_mutation_gets_a_verdict(edits):
    """10,000 cases in all with the next test: no crash, every byte accounted for."""
    line = bytearray(GOOD)
    for at, cut, junk in edits:
        line[at : at + cut] = junk
    verdict(bytes(line))


@settings(max_examples=4000, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_get_a_verdict(line):
    verdict(line)


def verdict(line):
    (outcome,) = check_line(line, 7)
    assert outcome.reason != "check_failed"
    assert outcome.line == 7
    assert outcome.body == line
    assert outcome.content_sha256 == hashlib.sha256(line).hexdigest()
    if outcome.reason is None:
        json.loads(line)
        assert outcome.resource_type in {"Observation", "Patient"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"resourceType":"Patient","id":"../../etc"}', "invalid_id"),
        (b'{"resourceType":"Patient","id":"a\\n"}', "invalid_id"),
        (b'{"resourceType":"Patient","id":"' + b"a" * 65 + b'"}', "invalid_id"),
        (b'{"resourceType":"Patient","id":";rm"}', "invalid_id"),
        (b'{"resourceType":"Patient","id":7}', "type_mismatch"),
        (b'{"resourceType":"Patient","id":null}', "missing_id"),
        (b'{"resourceType":["Patient"],"id":"a"}', "type_mismatch"),
        (b'{"resourceType":"Patiend","id":"a"}', "unknown_resource_type"),
        (b'{"resourceType":"DomainResource","id":"a"}', "unknown_resource_type"),
        (b'{"resourceType":"Patient","id":"a","active":"true"}', "type_mismatch"),
        (b'{"resourceType":"Patient","id":"a","active":null}', "type_mismatch"),
        (b'{"resourceType":"Patient","id":"a","contained":[{"id":"x"}]}', "type_mismatch"),
        (b'{"resourceType":"Flag","id":"a","contained":[{"resourceType":"Goal","note":1}]}', "type_mismatch"),
        (b'{"resourceType":"Patient","id":"a","_birthDate":"x"}', "type_mismatch"),
        (b'{"resourceType":"Patient","id":"a","meta":{"versionId":1}}', "type_mismatch"),
        (b'{"resourceType":"Bundle","entry":{}}', "type_mismatch"),
        (b'{"resourceType":"Bundle","entry":[],"entry":[]}', "duplicate_json_key"),
        (b'{"resourceType":"Bundle","entry":[{"resource":null}]}', "type_mismatch"),
        (b"[" * 5000, "nesting_too_deep"),
        (b'{"resourceType":"Patient","id":"a","x":NaN}', "json_invalid"),
        (b'{"resourceType":"Patient","id":"a","x":"\\udc00"}', "invalid_unicode"),
        (b'{"resourceType":"Patient","id":"a","x":"\\ud83d and', "invalid_unicode"),
        (b'{"resourceType":"Patient","id":"a","x":"\\\\ud83d and', "json_truncated"),
    ],
)  # fmt: skip
def test_reasons(line, reason):
    assert [outcome.reason for outcome in check_line(line, 1)] == [reason]


@pytest.mark.parametrize(
    "line",
    [
        b'{"resourceType":"Patient","id":"a","x":{"y":["z"]},"name":[{"given":["A",null],"_given":[null,{}]}]}',
        b'{"resourceType":"Observation","id":"a","valueQuantity":{"value":1}}',
        b'{"resourceType":"Observation","id":"a","component":[{"referenceRange":[{"low":{"value":1.5}}]}]}',
        b'{"resourceType":"Patient","id":"a","x":123456789012345678901234567890}',
        b'{"resourceType":"Questionnaire","id":"a","item":[{"item":[{"item":[{"text":"x"}]}]}]}',
    ],
)
def test_unknown_elements_and_odd_but_valid_shapes_are_taken(line):
    (outcome,) = check_line(line, 1)
    assert outcome.reason is None
    assert outcome.body == line


def test_one_bad_entry_does_not_take_its_bundle_with_it():
    line = (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"a","id":"b"}},'
        b'{"resource":{"resourceType":"Patient","id":"c"}},{"response":{}},'
        b'{"resource":  {"resourceType":"Flag","id":"f","subject":{"reference":"https://h/Patient/c"}} }]}'
    )
    found = check_line(line, 3)
    assert [(o.entry, o.reason, o.resource_id, o.patient_id) for o in found] == [
        (0, "duplicate_json_key", None, None), (1, None, "c", "c"), (3, None, "f", "c"),
    ]  # fmt: skip
    assert all(o.body in line for o in found)


def test_nested_bundles_end_at_a_depth():
    text = b'{"resourceType":"Patient","id":"deep"}'
    for _ in range(12):
        text = b'{"resourceType":"Bundle","entry":[{"resource":' + text + b"}]}"
    assert [outcome.reason for outcome in check_line(text, 1)] == ["bundle_too_deep"]


def test_large_refused_lines_are_kept_by_hash_only():
    (outcome,) = check_line(b'{"x":"' + b"y" * MAX_QUARANTINE_BODY, 1)
    assert (outcome.reason, outcome.body) == ("json_truncated", None)


def test_hostile_sizes_are_quick():
    with pytest.raises(Refused):
        check_text(b"[" * 5_000_000)
    with pytest.raises(Refused):
        check_text(b"[" * 5_000_000 + b"]" * 5_000_000)
    with pytest.raises(Refused):
        check_text(b'{"a":"' + b"[]" * 2_000_000)


@pytest.mark.parametrize(
    ("kind", "text", "good"),
    [
        ("date", "2024-02-29", True), ("date", "1900-02-29", False), ("date", "2000-02-29", True),
        ("date", "2024-04-31", False), ("date", "1970-03\n", False), ("date", "19700304", False),
        ("date", "1970-03-04T00:00:00Z", False), ("date", "", False), ("date", "0000", False),
        ("time", "2024-01-02T03:04:05Z", True), ("time", "2024-01-02T23:59:60.5+14:00", True),
        ("time", "2024-01-02T03:04:05", False), ("time", "2024-01-02T24:00:00Z", False),
        ("time", "2024-01-02 03:04:05Z", False), ("time", "2024-01-02T03:04Z", False),
        ("time", "2024-01-02T03:04:05+14:30", False), ("time", "2024-02", True),
    ],
)  # fmt: skip
def test_dates_are_r4_dates_that_exist(kind, text, good):
    """https://hl7.org/fhir/R4/datatypes.html#date, #dateTime: pattern, existing day, a zone with a time."""
    key = "birthDate" if kind == "date" else "deceasedDateTime"
    line = json.dumps({"resourceType": "Patient", "id": "a", key: text}).encode()
    assert [o.reason for o in check_line(line, 1)] == [None if good else "invalid_date"]


def test_a_date_with_a_wrong_type_beside_it_is_a_type_mismatch():
    text = b'{"resourceType":"Patient","id":"a","birthDate":"x","active":"yes"}'
    assert [o.reason for o in check_line(text, 1)] == ["type_mismatch"]
    inner = b'{"resourceType":"Patient","id":"a","meta":{"lastUpdated":"2024-01-01"}}'
    assert [o.reason for o in check_line(inner, 1)] == ["invalid_date"]


@given(st.dates(), st.booleans())
def test_every_day_of_the_calendar_passes_and_no_other(day, leap):
    """Python's calendar and the pattern agree on every day there is, and on none that there isn't."""
    text = f"{day.year:04}-02-29" if leap else day.isoformat()
    exists = not leap or calendar.isleap(day.year)
    line = json.dumps({"resourceType": "Patient", "id": "a", "birthDate": text}).encode()
    assert (check_line(line, 1)[0].reason is None) == exists
