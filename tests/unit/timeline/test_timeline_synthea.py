"""A whole Synthea export as if scrubbed with dates kept: hardly a coded statement may be lost."""

import gzip
from collections import Counter

import pytest

from plummer.pipelines.timeline import decode, interpret, load_mappings

pytestmark = pytest.mark.shared
TYPES = (
    "Condition",
    "Encounter",
    "Procedure",
    "MedicationRequest",
    "MedicationAdministration",
    "Observation",
)
LIMIT = 3_000
UNMAPPED = {"Location", "Medication", "Organization", "Practitioner", "PractitionerRole", "Provenance"}


def lines(folder, kind, limit=LIMIT):
    with gzip.open(folder / f"{kind}.ndjson.gz", "rb") as file:
        for _, line in zip(range(limit), file, strict=False):
            yield decode(line)


@pytest.mark.parametrize(
    ("name", "least"), [("synthea-ma-s20251-100/bulk", 24), ("hl7-fhir-r4-examples", 120)]
)
def test_each_resource_of_each_type_has_events_or_a_reason(shared, name, least):
    reasons = {}
    for path in sorted((shared / name).glob("*.ndjson.gz")):
        kind = path.name.partition(".")[0]
        found = reasons.setdefault(kind, Counter())
        for resource in lines(shared / name, path.name.removesuffix(".ndjson.gz"), 40):
            outcome = interpret(load_mappings(), resource, 1, "s")
            assert bool(outcome.events) != (outcome.reason is not None)
            found[outcome.reason] += 1
    assert len(reasons) >= least
    unmapped = {kind for kind, found in reasons.items() if "not_mapped" in found}
    assert unmapped == set(reasons) - set(load_mappings().types)
    if name.startswith("synthea"):
        assert unmapped == UNMAPPED


@pytest.mark.parametrize("kind", TYPES)
def test_coded_statements_become_events_with_code_time_value_and_unit(shared, kind):
    folder = shared / "synthea-ma-s20251-100" / "bulk"
    medications = {f"Medication/{m['id']}": m["code"] for m in lines(folder, "Medication")}
    seen = Counter()
    for resource in lines(folder, kind):
        joined = medications.get(resource.get("medicationReference", {}).get("reference"))
        events = interpret(load_mappings(), resource, 1, resource["id"], joined).events
        seen["all"] += 1
        seen["whole"] += _whole(resource, events)
    assert seen["whole"] >= 0.95 * seen["all"] > 0


def _whole(resource, events):
    codes = {coding["code"] for coding in _codings(resource)}
    main = [e for e in events if e.time is not None and (not codes or e.code.split("//")[-1] in codes)]
    quantities = [
        q for part in (resource, *resource.get("component", [])) if (q := part.get("valueQuantity"))
    ]
    found = [(e.numeric_text, e.unit) for e in events if e.numeric_text is not None]
    return bool(main) and all((str(q["value"]), q["code"]) in found for q in quantities)


def _codings(resource):
    concepts = [resource.get("code"), resource.get("medicationCodeableConcept"), *resource.get("type", [])]
    return [coding for concept in concepts if concept for coding in concept.get("coding", [])]
