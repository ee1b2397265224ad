"""What a model needs of real exports survives Safe Harbor (issue A: at least 95 %)."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from helpers import EchoingCleaner

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber

CONTENT = {
    "Observation": ("code", "status", "valueQuantity", "valueCodeableConcept", "component", "category"),
    "Condition": ("code", "clinicalStatus", "verificationStatus", "category"),
    "Encounter": ("class", "type", "status", "reasonCode"),
    "Procedure": ("code", "status"),
    "MedicationRequest": ("medicationCodeableConcept", "status", "intent", "dosageInstruction"),
    "MedicationAdministration": ("medicationCodeableConcept", "status"),
    "Immunization": ("vaccineCode", "status"),
    "AllergyIntolerance": ("code", "type", "criticality", "reaction"),
}
TIMES = {
    "Observation": "effectiveDateTime",
    "Condition": "onsetDateTime",
    "Immunization": "occurrenceDateTime",
}


class Everyone(dict):
    """Every reference resolves."""

    def get(self, key: str, default: Any = None) -> Any:
        return f"{key.partition('/')[0].partition('?')[0]}/x"


@pytest.mark.shared
@pytest.mark.parametrize("kind", sorted(CONTENT))
def test_coded_content_and_relative_days_survive(kind: str, shared: Path) -> None:
    dates = DateContext(TimeMode.RELATIVE, first=date(1938, 1, 1), last=date(2026, 12, 1))
    context = SubjectContext("4", dates, references=Everyone())
    scrubber = Scrubber(load_policy("safe_harbor"), EchoingCleaner())
    total = kept = 0
    path = shared / "synthea-ma-s20251-100" / "bulk" / f"{kind}.ndjson.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines()
    for line in lines[::37]:
        before, after = json.loads(line), json.loads(scrubber.scrub(line, context, "p7").body)
        wanted = [name for name in CONTENT[kind] if name in before]
        total += len(wanted)
        kept += sum(before[name] == after.get(name) for name in wanted)
        if (time := TIMES.get(kind)) in before:
            total, kept = total + 1, kept + ("urn:plummer:relative-day" in str(after.get(f"_{time}")))
    assert total
    assert kept / total >= 0.99
