"""Whose compartment a resource is in, from every form of reference."""

import pytest

from plummer.pipelines.landing.compartment import compartment_elements, patient_id
from plummer.schemas.fhir import path_exists, resource_types

URLS = {"urn:uuid:0c31": "Patient/in-bundle", "urn:uuid:0c32": "Group/g"}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("Patient/7", "7"),
        ("Patient/7/_history/2", "7"),
        ("https://h.invalid/fhir/Patient/7", "7"),
        ("urn:uuid:0C31", "in-bundle"),
        ("urn:uuid:0c32", None),
        ("urn:uuid:ffff", None),
        ("Patient?identifier=urn:x|1", None),
        ("#p1", None),
        ("Group/1", None),
        ("", None),
    ],
)
def test_forms_of_reference(reference, expected):
    flag = {"resourceType": "Flag", "subject": {"reference": reference}}
    assert patient_id(flag, "f", URLS) == expected


@pytest.mark.parametrize("reference", ["Patient/7", "Patient/7/_history/2", "Patient?identifier=a/b|1"])
def test_the_quick_way_says_the_same_as_the_full_one(reference):
    flag = {"resourceType": "Flag", "subject": {"reference": reference}}
    assert patient_id(flag, "f", {}) == patient_id(flag, "f", {"urn:uuid:other": "Patient/x"})


def test_subject_decides_and_several_patients_are_none():
    seen = {"resourceType": "Observation", "performer": [{"reference": "Patient/p"}]}
    assert patient_id(seen, "o", {}) == "p"
    assert patient_id({**seen, "subject": {"reference": "Patient/s"}}, "o", {}) == "s"
    seen["performer"].append({"reference": "Patient/q"})
    assert patient_id(seen, "o", {}) is None
    actors = [{"actor": {"reference": "Practitioner/d"}}, {"actor": {"reference": "Patient/p"}}]
    assert patient_id({"resourceType": "Appointment", "participant": actors}, "a", {}) == "p"
    members = {"resourceType": "Group", "member": [{"entity": {"reference": "Patient/p"}}]}
    assert patient_id(members, "g", {}) is None
    assert patient_id({"resourceType": "Patient"}, "me", {}) == "me"


def test_every_element_of_the_table_is_in_r4():
    paths = compartment_elements()
    assert set(paths) <= resource_types()
    assert [
        ".".join((kind, *path)) for kind, several in paths.items() for path in several
        if not path_exists(".".join((kind, *path)))
    ] == []  # fmt: skip
