"""Cumulus ETL's de-identification cases: nothing it planted survives; what it keeps for studies we keep.

``deid/input`` beside ``deid/output`` of smart-on-fhir/cumulus-etl's tests (Apache-2.0), read where they lie.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber
from plummer.deid.structure.dates import treat_date
from plummer.deid.text import TextEngine

pytestmark = pytest.mark.shared

DATES = DateContext(TimeMode.SHIFT, shift_days=41)
STAFF_AND_PLACES = ("Practitioner", "PractitionerRole", "Location", "Organization")
"""Names, addresses and numbers of staff and places: by design only a pseudonym of them stays."""

NOT_CLINICAL = re.compile(
    r"resourceType$|\.id$|[rR]eference$|subject\.type$"  # rewritten
    r"|identifier\.|udiCarrier|Device\.(distinctIdentifier|serialNumber|lotNumber|partNumber|modelNumber)"
    r"|lotNumber$|Device\.(specialization\.)?version|Device\.version\.component"  # numbers of one thing
    r"|\.meta\.|implicitRules$|instantiates|\.extension\.|contained\.name$"  # of the sender's system
    r"|Patient\.(contact|address|photo|birthDate)|attachment\._data"  # of persons; Cumulus drops every note
)
LOST = {
    "Condition.abatementAge.value": "an age of 90",
    "Condition.abatementAge.unit": "an age of 90",
    "Condition.abatementAge.system": "an age of 90",
    "Condition.abatementAge.code": "an age of 90",
    "MedicationRequest.statusReason.coding.system": "a value set's URL is no code system",
    "MedicationRequest.statusReason.coding.code": "a value set's URL is no code system",
    "MedicationRequest.dosageInstruction.timing.repeat.dayOfWeek": "beside a shifted date tells the shift",
    "MedicationRequest.dosageInstruction.timing.repeat.timeOfDay": "type time is masked in every shift",
    "Observation.dataAbsentReason.coding.system": "1 is no code of HL7's data-absent-reason",
    "Observation.dataAbsentReason.coding.code": "1 is no code of HL7's data-absent-reason",
    "Observation.component.dataAbsentReason.coding.system": "1 is no code of HL7's data-absent-reason",
    "Observation.component.dataAbsentReason.coding.code": "1 is no code of HL7's data-absent-reason",
}
"""What Cumulus keeps and we don't, and why."""

INVALID = ("dataAbsentReason", "statusReason")
"""Codes that aren't in the system that they name: no content to lose."""


class Everyone(dict):
    """Every reference resolves."""

    def get(self, key: str, default: Any = None) -> Any:
        return f"{key.partition('/')[0].partition('?')[0]}/x"


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path, value


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[tuple[str, Any, Any, Any]]:
    """(kind, input, what Cumulus makes of it, what we make of it)."""
    folder = shared / "cumulus-etl-tests" / "deid"
    scrubber = Scrubber(load_policy("expert_determination"), TextEngine())
    context = SubjectContext("4", DATES, references=Everyone())
    found = []
    for path in sorted((folder / "output").glob("*.json")):
        raw = json.loads((folder / "input" / path.name).read_text())
        ours = json.loads(scrubber.scrub(json.dumps(raw), context, "p7").body)
        found.append((raw["resourceType"], raw, json.loads(path.read_text()), ours))
    return found


def texts(value: Any) -> set[str]:
    return {str(text) for _, text in leaves(value, "")}


def identifiers(raw: Any) -> set[str]:
    """Values planted to be removed: of identifiers, names, addresses, telecoms, photographs, narrative."""
    planted = re.compile(
        r"[iI]dentifier\.value|name\.(family|given|text)|telecom\.value|address\.(line|city)|photo|\.div$"
        r"|birthPlace|serialNumber|lotNumber|distinctIdentifier|fullUrl|\.url$|title$|masterIdentifier"
        r"|qualification\.identifier|reference\.display|subject\.display|requisition|\.alias$"
    )
    return {str(v) for path, v in leaves(raw, "") if planted.search(path) and len(str(v)) > 4} - {
        "dropped",
        "kept",
    }


def test_nothing_planted_survives(cases: list[tuple[str, Any, Any, Any]]) -> None:
    total = 0
    for kind, raw, _, ours in cases:
        out = "\n".join(texts(ours)).lower()
        out += base64.b64decode("".join(re.findall(r"data': '([^']*)", str(ours)))).decode().lower()
        for value in identifiers(raw):
            if value.startswith("http://hl7.org/fhir/us/core/StructureDefinition"):
                continue
            total += 1
            assert value.lower() not in out, kind
    assert total > 80


def expected(path: str, value: Any) -> Any:
    """What we would keep of a value that Cumulus keeps: a date shifted, a content type with its charset."""
    if isinstance(value, str) and re.match(r"[12][0-9]{3}-[0-9]{2}(-|$)", value):
        return treat_date(value, "instant" if path.endswith("issued") else "dateTime", DATES)
    return f"{value}; charset=utf-8" if value == "text/plain" else value


def test_clinical_content_survives(cases: list[tuple[str, Any, Any, Any]]) -> None:
    kept, total, lost = 0, 0, set()
    for kind, _, theirs, ours in cases:
        mine = Counter((path, str(value)) for path, value in leaves(ours, kind))
        for path, value in leaves(theirs, kind):
            if kind in STAFF_AND_PLACES or NOT_CLINICAL.search(path) or any(word in path for word in INVALID):
                continue
            total += 1
            place = (path, str(expected(path, value)))
            kept += mine[place] > 0
            mine[place] -= 1
            if mine[place] < 0:
                lost.add(path)
    assert lost <= set(LOST)
    assert total > 350
    assert kept / total >= 0.98, (kept, total)
