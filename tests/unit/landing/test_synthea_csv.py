"""Synthea's CSV, by the shipped mapping, against the FHIR export of the same patients, event by event.

Both go through landing's checks and the event mapping, and are compared as received: what follows
(pseudonyms, shifts, scrubbing) treats the two alike. An event agrees where patient, kind, code and day are
the same; each event of one side answers for one of the other.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.mapping import mapping_text, read_mapping
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.tasks import ReadTask
from plummer.pipelines.timeline import decode, load_mappings, map_resource

FOLDER = "synthea-ma-s20251-100"
DOMAINS = {
    "encounter": "encounters", "encounter_start": "encounters", "encounter_end": "encounters",
    "condition": "conditions", "medication_request": "medications", "observation": "measurements",
    "observation_component": "measurements", "procedure": "procedures", "immunization": "immunizations",
    "allergy": "allergies", "birth": "patients", "death": "patients", "demographic": "patients",
}  # fmt: skip
TYPES = {
    "Patient", "Encounter", "Condition", "MedicationRequest", "Medication", "Observation", "Procedure",
    "Immunization", "AllergyIntolerance",
}  # fmt: skip


def landed(kind, path, mapping=""):
    """Resources that were taken, each once; nothing may be refused."""
    seen = set()
    for file in discover(kind, "main", str(path), mapping).files:
        if not file.form.startswith(("csv", "ndjson")) or (
            kind == "fhir" and file.path.split(".")[0] not in TYPES
        ):
            continue
        task = ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
        for outcome in read_task(task, mapping):
            assert outcome.reason is None
            key = (outcome.resource_type, outcome.resource_id, outcome.content_sha256)
            if key not in seen:
                seen.add(key)
                yield outcome


def events(outcomes):
    """Events by domain: how often each patient, kind, code and day; and the same with the number.

    Synthea writes a number to CSV with one decimal, rounded half up, so both sides' are compared so.
    """
    mappings = load_mappings()
    outcomes = list(outcomes)
    drugs = {o.resource_id: decode(o.body)["code"] for o in outcomes if o.resource_type == "Medication"}
    plain, valued = {}, {}
    for outcome in outcomes:
        body = decode(outcome.body)
        drug = drugs.get(body.get("medicationReference", {}).get("reference", "").rpartition("/")[2])
        for event in map_resource(mappings, body, 1, "x", drug):
            domain = DOMAINS[event.event_type]
            # a panel's parts are observations of their own in CSV, and a panel has no value
            if domain == "measurements" and event.numeric_text is None and event.text_value is None:
                continue
            day = None if event.time is None else event.time.date()
            kind = domain if domain == "measurements" else event.event_type
            key = (outcome.patient_id, kind, event.code, day)
            plain.setdefault(domain, Counter())[key] += 1
            if event.numeric_text is not None:
                number = Decimal(event.numeric_text).quantize(Decimal("0.1"), ROUND_HALF_UP)
                valued.setdefault(domain, Counter())[*key, number] += 1
    return plain, valued


def shares(fhir, rows):
    """Of the events of either side, the share that the other has."""
    both = (fhir & rows).total()
    return both / fhir.total(), both / rows.total()


@pytest.mark.shared
@pytest.mark.slow
def test_the_timeline_of_csv_agrees_with_that_of_fhir(shared):
    mapping = mapping_text("synthea-csv")
    fhir, fhir_values = events(landed("fhir", shared / FOLDER / "bulk"))
    rows, row_values = events(landed("synthea-csv", shared / FOLDER / "csv", mapping))
    found = {domain: shares(fhir[domain], rows[domain]) for domain in sorted(fhir)}
    found["measured values"] = shares(fhir_values["measurements"], row_values["measurements"])
    for domain, (of_fhir, of_csv) in found.items():
        print(f"{domain:16} {of_fhir:7.2%} of FHIR's are in CSV, {of_csv:7.2%} of CSV's are in FHIR")
    # CSV has neither languages nor the marital status of those who never married
    assert all(of_fhir >= 0.95 for domain, (of_fhir, _) in found.items() if domain != "patients")
    # nor has FHIR scores over a whole life (QALY, DALY, QOLS) as observations
    values = found.pop("measured values")
    assert min(values) >= 0.9
    assert all(of_csv >= 0.95 for _, of_csv in found.values())


def test_the_shipped_mapping_is_a_mapping():
    read = read_mapping(mapping_text("synthea-csv"))
    assert {file.resource for file in read.files} == TYPES - {"Medication"}
