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


def lines(folder, kind):
    with gzip.open(folder / f"{kind}.ndjson.gz", "rb") as file:
        for _, line in zip(range(LIMIT), file, strict=False):
            yield decode(line)


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
