"""Synthea's C-CDA against the FHIR export of the same patients, event by event.

As test_synthea_csv.py does for CSV: both go through landing's checks and the event mapping, as received. An
event agrees where patient, code and day are the same; each event of one side answers for one of the other.
"""

from collections import Counter

import pytest

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.tasks import ReadTask
from plummer.pipelines.timeline import decode, load_mappings, map_resource

FOLDER = "synthea-ma-s20251-100"
DOMAINS = {
    "encounter": "encounters", "encounter_start": "encounter starts", "condition": "conditions",
    "medication_request": "medications", "medication_statement": "medications", "observation": "measurements",
    "observation_component": "measurements", "diagnostic_report": "reports", "procedure": "procedures",
    "immunization": "immunizations", "allergy": "allergies", "birth": "patients", "death": "patients",
    "demographic": "patients",
}  # fmt: skip
TYPES = {
    "Patient", "Encounter", "Condition", "MedicationRequest", "MedicationStatement", "Medication",
    "Observation", "DiagnosticReport", "Procedure", "Immunization", "AllergyIntolerance",
}  # fmt: skip


LESS = {"measurements", "reports", "patients"}
"""What Synthea's C-CDA leaves out: blood pressure, coded answers, reports without results, marital status."""


def landed(kind, path):
    """Resources that were taken, the last of each id; nothing may be refused."""
    found = {}
    for file in discover(kind, "main", str(path)).files:
        if kind == "fhir" and file.path.split(".")[0] not in TYPES:
            continue
        task = ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
        for outcome in read_task(task):
            assert outcome.reason is None
            if outcome.resource_type in TYPES:
                found[outcome.resource_type, outcome.resource_id] = outcome
    return list(found.values())


def events(outcomes, patients):
    """Events by domain: how often each patient, code and day."""
    mappings = load_mappings()
    drugs = {o.resource_id: decode(o.body)["code"] for o in outcomes if o.resource_type == "Medication"}
    found = {}
    for outcome in outcomes:
        body = decode(outcome.body)
        drug = drugs.get(body.get("medicationReference", {}).get("reference", "").rpartition("/")[2])
        for event in map_resource(mappings, body, 1, "x", drug) if outcome.patient_id in patients else ():
            domain = DOMAINS.get(event.event_type)
            if domain == "measurements" and event.numeric_text is None and event.text_value is None:
                continue
            # the class of a visit isn't in Synthea's C-CDA
            code = "" if domain == "encounter starts" else event.code
            day = None if event.time is None else event.time.date()
            found.setdefault(domain, Counter())[outcome.patient_id, code, day] += 1
    found.pop(None, None)
    return found


def shares(fhir, ccda):
    both = (fhir & ccda).total()
    return both / fhir.total(), both / ccda.total()


@pytest.fixture(scope="module")
def sides(shared):
    ccda = landed("ccda", shared / FOLDER / "ccda")
    patients = {o.patient_id for o in ccda}
    fhir = landed("fhir", shared / FOLDER / "bulk")
    assert len(patients) == 12
    assert patients <= {o.resource_id for o in fhir if o.resource_type == "Patient"}
    return events(fhir, patients), events(ccda, patients)


@pytest.mark.shared
@pytest.mark.slow
def test_the_timeline_of_documents_agrees_with_that_of_fhir(sides):
    fhir, ccda = sides
    found = {domain: shares(fhir[domain], ccda[domain]) for domain in sorted(fhir)}
    for domain, (of_fhir, of_ccda) in found.items():
        print(
            f"{domain:17} {of_fhir:7.2%} of FHIR's {fhir[domain].total():5} are in C-CDA, "
            f"{of_ccda:7.2%} of C-CDA's {ccda[domain].total():5} in FHIR"
        )
    assert {d: of_fhir for d, (of_fhir, _) in found.items() if of_fhir < 0.95}.keys() == LESS
    assert {d: of_ccda for d, (_, of_ccda) in found.items() if of_ccda < 1}.keys() == {"patients"}
