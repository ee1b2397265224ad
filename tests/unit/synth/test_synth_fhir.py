"""The resources: R4 elements, references, numbers as written, a second opinion by fhir.resources."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from synth_helpers import Export

from plummer.deid.synth.identifiers import npi, phone, ssn

PRIMITIVE_KEYS = {"resourceType"}


@pytest.fixture(scope="module")
def table(shared: Path) -> dict[str, Any]:
    with gzip.open(shared / "fhir_r4_elements.json.gz") as file:
        types: dict[str, Any] = json.load(file)["types"]
    return types


def element(types: dict[str, Any], base: str, path: str, key: str) -> tuple[dict[str, Any], str] | None:
    """The table's row for a JSON key below a path, and the value's type; choices are spelt out in JSON."""
    rows = types[base]["elements"]
    if (row := rows.get(f"{path}.{key}")) is not None:
        return row, row["types"][0]
    for name, row in rows.items():
        stem = name.removesuffix("[x]")
        if name.endswith("[x]") and stem.startswith(f"{path}.") and key.startswith(stem[len(path) + 1 :]):
            kind = key[len(stem) - len(path) - 1 :]
            for allowed in row["types"]:
                if kind in {allowed, allowed[0].upper() + allowed[1:]}:
                    return row, allowed
    return None


def faults(types: dict[str, Any], base: str, path: str, value: dict[str, Any]) -> list[str]:
    out = []
    for key, child in value.items():
        if key in PRIMITIVE_KEYS:
            continue
        found = element(types, base, path, key)
        if found is None:
            out.append(f"{path}.{key} is no element")
            continue
        row, kind = found
        if (row["max"] == "*") != isinstance(child, list):
            out.append(f"{path}.{key} has the wrong cardinality")
        for item in child if isinstance(child, list) else [child]:
            if isinstance(item, dict):
                inner = (base, f"{path}.{key}") if kind in {"BackboneElement", "Element"} else (kind, kind)
                out += faults(types, *inner, item)
    return out + missing(types, base, path, value)


def missing(types: dict[str, Any], base: str, path: str, value: dict[str, Any]) -> list[str]:
    out = []
    for name, row in types[base]["elements"].items():
        parent, _, key = name.rpartition(".")
        if parent == path and row["min"] > 0:
            stem = key.removesuffix("[x]")
            present = key in value if stem == key else any(k.startswith(stem) for k in value)
            if not present:
                out.append(f"{name} is required")
    return out


@pytest.mark.shared
def test_every_key_is_an_r4_element_and_none_required_is_missing(
    export: Export, table: dict[str, Any]
) -> None:
    found = [f for r in export.resources for f in faults(table, r["resourceType"], r["resourceType"], r)]
    assert sorted(set(found)) == []


@pytest.mark.shared
def test_the_element_check_can_fail(table: dict[str, Any]) -> None:
    broken = {"resourceType": "Observation", "id": "1", "state": "final", "category": {}, "code": {}}
    assert {f.split()[0] for f in faults(table, "Observation", "Observation", broken)} == {
        "Observation.state",
        "Observation.category",
        "Observation.status",
    }


def test_fhir_resources_accepts_every_resource(export: Export) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    for resource in export.resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [r for child in value.values() for r in references(child)]
    if isinstance(value, list):
        return [r for child in value for r in references(child)]
    return []


def test_every_reference_has_a_target(export: Export) -> None:
    ids = [f"{r['resourceType']}/{r['id']}" for r in export.resources]
    assert len(set(ids)) == len(ids)
    assert {ref for r in export.resources for ref in references(r)} <= set(ids)


def test_no_event_leaves_its_patients_life(export: Export) -> None:
    people = {f"Patient/{p['id']}": p for p in export.of("Patient")}
    for encounter in export.of("Encounter"):
        patient = people[encounter["subject"]["reference"]]
        assert patient["birthDate"] <= encounter["period"]["start"][:10]
        assert encounter["period"]["end"][:10] <= patient.get("deceasedDateTime", "2025-12-31")
        assert encounter["period"]["start"] < encounter["period"]["end"]


def test_decimals_keep_their_zeros(export: Export) -> None:
    text = (export.folder / "Observation.ndjson").read_text(encoding="utf-8")
    values = [
        json.loads(line, parse_float=str).get("valueQuantity", {}).get("value") for line in text.splitlines()
    ]
    assert any(isinstance(v, str) and v.endswith("0") for v in values)


def test_shapes_that_the_pipeline_must_handle(export: Export) -> None:
    observations = list(export.of("Observation"))
    assert any("component" in o for o in observations)
    assert any("valueCodeableConcept" in o for o in observations)
    assert any("referenceRange" in o for o in observations)
    assert any("result" in r for r in export.of("DiagnosticReport"))
    assert any("presentedForm" in r for r in export.of("DiagnosticReport"))
    assert all(len(c["code"]["coding"]) == 2 for c in export.of("Condition"))


def test_identifiers_can_belong_to_nobody(export: Export) -> None:
    for person in export.of("Patient", "RelatedPerson", "Practitioner"):
        for point in person["telecom"]:
            if point["system"] == "phone":
                assert point["value"][6:13] == "555-01" + point["value"][12]
            else:
                assert point["value"].endswith(".invalid")
    for patient in export.of("Patient"):
        (number,) = (i["value"] for i in patient["identifier"] if i["system"].endswith("us-ssn"))
        assert number[:3] in {"000", "666"} or number[0] == "9"


def test_npi_has_a_right_check_digit() -> None:
    import random

    for seed in range(50):
        payload = [int(d) for d in "80840" + npi(random.Random(seed))]
        doubled = [sum(divmod(d * 2, 10)) if i % 2 else d for i, d in enumerate(reversed(payload))]
        assert sum(doubled) % 10 == 0
        assert len(phone(random.Random(seed), "612")) == 10
        assert len(ssn(random.Random(seed))) == 11
