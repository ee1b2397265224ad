"""No canary planted on any path of any R4 resource type survives Safe Harbor."""

import base64
import json

import pytest
from helpers import CANARY, FlaggingCleaner, every_string, planted, scrub

from plummer.schemas.fhir import child, elements, resource_types

DEEP = {"Patient", "Observation", "MedicationRequest", "Encounter", "Condition", "DocumentReference"}


def _assert_clean(resource: dict, where: str) -> None:
    out, _ = scrub(resource, cleaner=FlaggingCleaner())
    found = [text for text in every_string(out) if CANARY.lower() in text.lower()]
    assert not found, where
    assert not [text for text in every_string(out) if "1931" in text or "04:05" in text], where


@pytest.mark.parametrize("kind", sorted(resource_types()))
def test_no_canary_survives_in_any_element(kind: str) -> None:
    resource = planted(kind, CANARY, 3 if kind in DEEP else 2) | {"resourceType": kind}
    assert CANARY in json.dumps(resource)
    _assert_clean(resource, kind)


@pytest.mark.parametrize("kind", sorted(resource_types()))
def test_unknown_keys_go_wherever_they_stand(kind: str) -> None:
    resource = planted(kind, CANARY, 1) | {"resourceType": kind, CANARY: CANARY, f"_{CANARY}": {"id": CANARY}}
    _assert_clean(resource, kind)


def test_every_element_is_planted_at_least_once() -> None:
    """The generator's own check: the tests above plant all elements of all resource types."""
    seen: set[str] = set()

    def note(context: str, value: object) -> None:
        for key, item in value.items() if isinstance(value, dict) else ():
            found = child(context, key.removeprefix("_"))
            if found is None:
                continue
            seen.add(found.path)
            for inner in item if isinstance(item, list) else [item]:
                note(found.context, inner)

    for kind in resource_types():
        note(kind, planted(kind, CANARY, 2))
    reachable = {path for path in elements() if path.split(".")[0] in resource_types()}
    assert len(reachable) > 6000
    assert not reachable - seen


def test_a_canary_in_allowed_places_is_not_taken_for_a_code() -> None:
    resource = {
        "resourceType": "Observation",
        "status": CANARY,
        "language": CANARY,
        "code": {
            "coding": [
                {"system": "http://loinc.org", "code": CANARY, "display": CANARY, "version": CANARY},
                {"system": "http://snomed.info/sct", "code": CANARY},
                {"system": f"http://hl7.org/fhir/{CANARY} x", "code": "a"},
                {"system": f"urn:oid:1.2.840.114350.{CANARY}", "code": "7"},
                {"code": CANARY},
            ],
            "text": CANARY,
        },
        "valueQuantity": {
            "value": 1,
            "unit": CANARY,
            "code": f"{{{CANARY}}}",
            "system": "http://unitsofmeasure.org",
        },
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                "extension": [{"url": CANARY, "valueString": CANARY}, {"url": "text", "valueCode": CANARY}],
            }
        ],
    }
    _assert_clean(resource, "Observation")


@pytest.mark.parametrize("content_type", ["text/plain", "text/html", "application/pdf", CANARY, None])
def test_no_canary_survives_in_an_attachment(content_type: str | None) -> None:
    attachment = {
        "contentType": content_type,
        "data": base64.b64encode(f"<p>{CANARY}</p>".encode()).decode(),
        "title": CANARY,
        "url": f"https://{CANARY}.invalid",
        "hash": base64.b64encode(CANARY.encode()).decode(),
        "size": 17,
        "creation": "1931-02-03",
    }
    resource = {"resourceType": "DocumentReference", "content": [{"attachment": attachment}]}
    _assert_clean(resource, str(content_type))
    _assert_clean({"resourceType": "Binary"} | attachment, str(content_type))
