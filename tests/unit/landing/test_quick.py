"""The quick way against the exact one: never good what the exact way refuses, and never read otherwise."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plummer.pipelines.landing import records, shapes, versions
from plummer.pipelines.landing.framing import iter_lines
from plummer.pipelines.landing.gzipped import GzipReader
from plummer.pipelines.landing.quick import quick
from plummer.schemas.fhir import resource_types

PATIENT = {
    "resourceType": "Patient", "id": "p-1", "active": True, "birthDate": "1970-02-28",
    "meta": {"versionId": "2", "lastUpdated": "2024-01-02T03:04:05Z", "profile": ["http://e.invalid/p"]},
    "name": [{"family": "Grün \"x\" \\ y", "given": ["A", None], "_given": [None, {"id": "g"}]}],
    "extension": [{"url": "http://e.invalid/x", "valueDecimal": 1.50}],
}  # fmt: skip
OBSERVATION = {
    "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p-1"},
    "contained": [{"resourceType": "Practitioner", "id": "c"}], "performer": [{"reference": "#c"}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "1-8"}]}, "effectiveDateTime": "2024-02-29",
    "component": [{"code": {"text": "[a]{b}"}, "valueQuantity": {"value": 7}}],
}  # fmt: skip
PROVENANCE = {
    "resourceType": "Provenance", "id": "v", "recorded": "2024-01-02T03:04:05.123+01:00",
    "target": [{"reference": "Patient/a"}, {"reference": "https://h.invalid/fhir/Patient/a/_history/1"}],
}  # fmt: skip
TEXTS = [json.dumps(one, ensure_ascii=False).encode() for one in (PATIENT, OBSERVATION, PROVENANCE)]
PIECES = [
    b'"', b"\\", b"\\u0022", b"\\u0023", b"{", b"}", b"[", b"]", b",", b":", b"#", b"null", b"1e400", b"-0",
    b"true", b'"x":{},', b'"id":"z",', b'"resourceType":"Bundle",', b'"reference":"#q",', b"\0", b"\xff",
    b'{"a":1}', b'"Patient/b"', b"/_history/", b"2023-02-29", b"18446744073709551617", b'"extension":[],',
    b"\\ud800", b'"period":{},', b"http://hl7.org/fhir/5.0/StructureDefinition/Patient", b"[" * 130,
]  # fmt: skip


def exactly(text):
    """What the exact way says, as the quick one doesn't exist."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "quick", lambda *_: None)
        return records.check_line(text, 7)


@st.composite
def mended(draw):
    """A good record with a few pieces put in, or over some of its bytes."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.sampled_from((0, 0, 1, 2, 8))) :]
    return text


@settings(max_examples=1000, deadline=None)
@given(mended())
@example(TEXTS[0].replace(b'"active"', b'"birthDate"'))
@example(TEXTS[1].replace(b"#c", b"#d"))
@example(TEXTS[1].replace(b'"#c"', b'"\\u0023d"').replace(b"[a]", b'\\"#'))
@example(TEXTS[2].replace(b"Patient/a/_history", b"Patient/b/_history"))
def test_what_it_says_is_what_the_exact_way_says(text):
    """B-01: a duplicate, a dangling reference, another version or shape is never found good."""
    assert records.check_line(text, 7) == exactly(text)


@pytest.mark.parametrize("text", TEXTS, ids=["patient", "observation", "provenance"])
def test_it_knows_good_records_of_r4(text):
    """It would be of no use if it left everything to the exact way."""
    assert quick(text, 7) is not None
    assert [quick(text, 7)] == exactly(text)


@pytest.mark.parametrize("places", [PATIENT, OBSERVATION, PROVENANCE], ids=lambda one: one["resourceType"])
def test_a_wrong_value_anywhere_is_left_to_the_exact_way(places):
    """Every value in turn is made another JSON type."""
    for path in list(_paths(places)):
        for wrong in ({}, [], "x", 1, True, None, [None], [[]]):
            text = json.dumps(_with(places, path, wrong)).encode()
            assert records.check_line(text, 7) == exactly(text), path


def test_elements_of_other_versions_are_unknown_to_the_table():
    """The quick way looks for none of them: it must find their keys lost."""
    _, names = versions._table()
    held = {kind: shapes.struct_of(kind).__struct_encode_fields__ for kind in names.keys() & resource_types()}
    assert len(held) > 50
    assert not [(kind, name) for kind, known in held.items() for name in names[kind] if name in known]
    assert not versions._table()[0].keys() & resource_types()


@pytest.mark.shared
def test_the_examples_of_r4_come_to_the_same(shared):
    """Every line and file of HL7's examples and of the hostile set."""
    seen = fast = 0
    for path in sorted([*shared.glob("hl7-fhir-r4-examples/**/*"), *shared.glob("hostile/**/*.ndjson")]):
        if not path.is_file():
            continue
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
            stream.seek(0)
            try:
                texts = [line.data for line in iter_lines(GzipReader(stream) if packed else stream)]
            except Exception:  # noqa: S112 - refused whole before any record is looked at
                continue
        for text in texts:
            if text and text.strip():
                seen += 1
                fast += quick(text, 7) is not None
                assert records.check_line(text, 7) == exactly(text)
    assert seen > 1000
    assert fast > seen // 2


def _paths(value, path=()):
    yield path
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _paths(item, (*path, key))


def _with(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(copy[path[0]], path[1:], new)
    return copy
