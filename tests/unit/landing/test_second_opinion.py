"""fhir.resources' opinion: right on what is known, and silent on what the record says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.pipelines.landing import records
from plummer.pipelines.landing.second_opinion import NOT_COVERED, held_to, second_opinion

_CANARY = "ZZCANARY"
_KEYS = ["name", "code", "value", "extension", _CANARY, "id"]
_FIELDS = ["name", "identifier", "contact", "text", "_birthDate", _CANARY]


@pytest.mark.parametrize(
    ("resource", "findings"),
    [
        ({"resourceType": "Patient", "birthDate": "1970-01-01"}, ()),
        ({"resourceType": "Patient", "birthDate": _CANARY}, (("birthDate", "date_parsing"),)),
        ({"resourceType": "Patient", _CANARY: 1}, (("(unknown)", "extra_forbidden"),)),
        ({"resourceType": "EffectEvidenceSynthesis"}, (("", NOT_COVERED),)),
    ],
)
def test_known_answers(resource, findings):
    kind, found = second_opinion(json.dumps(resource))
    assert kind == resource["resourceType"]
    assert [path for path, _ in found] == [path for path, _ in findings]
    assert len(found) == len(findings)


def test_choice_types_keep_their_name():
    bad = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": "y"},
    }
    assert {path for path, _ in second_opinion(json.dumps(bad))[1]} == {"valueQuantity.value"}


_JSON = st.recursive(
    st.just(_CANARY) | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_nothing_of_a_record_is_told(fields):
    _, found = second_opinion(json.dumps({**fields, "resourceType": "Patient"}))
    assert _CANARY.casefold() not in str(found).casefold()


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"resourceType": "Patient", "id": "a"}, None),
        ({"resourceType": "Observation", "id": "a", "status": "final"}, "not_conformant"),
        ({"resourceType": "EffectEvidenceSynthesis", "id": "a"}, None),
        ({"resourceType": "Patient"}, "missing_id"),
    ],
    ids=["good", "without_code", "absent_from_r4b", "refused_before"],
)
def test_held_to_it_a_record_is_refused(resource, reason):
    """Only what it has something against, never a type that it doesn't know, and the first reason stays."""
    text = json.dumps(resource).encode()
    (found,) = records.check_line(text, 7)
    held = held_to(found)
    assert (held.reason, held.line, held.body) == (reason, 7, text)
