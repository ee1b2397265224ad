"""Other versions of FHIR are told from R4 and refused; what R4 can hold is taken (R-14)."""

import json

import pytest

from plummer.pipelines.landing.records import check_line


def reason_of(**resource):
    (outcome,) = check_line(json.dumps({"id": "a", **resource}).encode(), 1)
    return outcome.reason


def profiled(profile):
    return {"resourceType": "Patient", "meta": {"profile": [profile]}}


BASE = "http://hl7.org/fhir/StructureDefinition/Patient"


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"resourceType": "ProcedureRequest"}, "fhir_version_stu3"),
        ({"resourceType": "Transport"}, "fhir_version_r5"),
        ({"resourceType": "NutritionProduct"}, "fhir_version_r4b"),
        ({"resourceType": "NutritionProduct", "meta": {"profile": [BASE + "|5.0.0"]}}, "fhir_version_r5"),
        ({"resourceType": "Patient", "animal": {}}, "fhir_version_stu3"),
        ({"resourceType": "Condition", "context": {}}, "fhir_version_stu3"),
        ({"resourceType": "Encounter", "class": [{}], "actualPeriod": {}}, "fhir_version_r5"),
        ({"resourceType": "Observation", "valueAttachment": {}}, "fhir_version_stu3"),
        ({"resourceType": "Observation", "valueAttachment": {}, "triggeredBy": []}, "fhir_version_r5"),
        (profiled(BASE + "|3.0.2"), "fhir_version_stu3"),
        (profiled("http://hl7.org/fhir/5.0/StructureDefinition/Patient"), "fhir_version_r5"),
        (profiled(BASE + "|4.0.1"), None),
        (profiled(BASE + "|4.3.0"), None),
        (profiled(BASE), None),
        (profiled("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|3.1.1"), None),
        ({"resourceType": "Patient", "shoeSize": 42, "extension": [{"url": "urn:x"}]}, None),
        ({"resourceType": "Nonsense"}, "unknown_resource_type"),
        ({"resourceType": "Patient", "meta": 7}, "type_mismatch"),
        ({"resourceType": "Patient", "meta": {"profile": [7]}}, "type_mismatch"),
    ],
)
def test_verdict(resource, reason):
    assert reason_of(**resource) == reason


def test_the_table_has_no_type_or_element_of_r4():
    from plummer.pipelines.landing.versions import _table
    from plummer.schemas.fhir import path_exists, resource_types

    types, elements = _table()
    assert len(types) == 45
    assert sum(map(len, elements.values())) == 787
    assert not types.keys() & resource_types()
    assert not [
        (kind, name) for kind, names in elements.items() for name in names if path_exists(f"{kind}.{name}")
    ]
