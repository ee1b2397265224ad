"""A hospital of twelve, and what happens in it one delivery after another."""

import base64
import json
from pathlib import Path

FHIR = "http://hl7.org/fhir"
SNOMED = "http://snomed.info/sct"
SHARED_LABEL = "Zorbic ague of the qualm"


def patient(name, version=1, family=None, **more):
    return {
        "resourceType": "Patient", "id": name, "meta": {"versionId": str(version)}, "gender": "female",
        "birthDate": "1961-03-04",
        "name": [{"family": family or f"Qz{name}fam", "given": [f"Ada{name}"]}], **more,
    }  # fmt: skip


def encounter(name, of, day, version=1, by="dr1"):
    return {
        "resourceType": "Encounter", "id": name, "meta": {"versionId": str(version)}, "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{of}"}, "period": {"start": day, "end": day},
        "participant": [{"individual": {"reference": f"Practitioner/{by}"}}],
    }  # fmt: skip


def condition(name, of, day, display="Fever", code="386661006", *, version=1):
    return {
        "resourceType": "Condition", "id": name, "meta": {"versionId": str(version)},
        "subject": {"reference": f"Patient/{of}"}, "recordedDate": day,
        "code": {"coding": [{"system": SNOMED, "code": code, "display": display}], "text": display},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                       "code": "active"}]},
    }  # fmt: skip


def note(name, of, day, text, version=1):
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference", "id": name, "meta": {"versionId": str(version)},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "34109-9", "display": "Note"}]},
        "subject": {"reference": f"Patient/{of}"}, "date": f"{day}T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }  # fmt: skip


def practitioner(name, family, version=1):
    return {
        "resourceType": "Practitioner", "id": name, "meta": {"versionId": str(version)},
        "name": [{"family": family, "given": ["Otto"]}],
    }  # fmt: skip


def medication(name, code, display, version=1):
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display}
    return {
        "resourceType": "Medication",
        "id": name,
        "meta": {"versionId": str(version)},
        "code": {"coding": [coding]},
    }


def request(name, of, day, drug):
    return {
        "resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order",
        "subject": {"reference": f"Patient/{of}"}, "authoredOn": day,
        "medicationReference": {"reference": f"Medication/{drug}"},
    }  # fmt: skip


def link(other, kind="replaced-by"):
    return {"link": [{"other": {"reference": f"Patient/{other}"}, "type": kind}]}


ALONE = 45
"""Patients in all; the first ten share a label, so that most are not concerned when one more has it."""


def first():
    """Patients, but not p10, of whom there is a Condition."""
    found = [practitioner("dr1", "Quolpha"), practitioner("dr2", "Vandersnip")]
    for n in (*range(10), *range(12, ALONE)):
        found += [
            patient(f"p{n}"),
            encounter(f"e{n}", f"p{n}", f"2019-0{n % 9 + 1}-10", by="dr2" if n in {4, 5} else "dr1"),
        ]
    for n in range(10):
        day = f"2019-0{n % 9 + 1}"
        found.append(condition(f"c{n}", f"p{n}", f"{day}-11", SHARED_LABEL, "386661006"))
        text = f"Mrs Qzp{n}fam is well. Quolpha wrote." + (" Seen with Quenby." if n in {3, 4} else "")
        found.append(note(f"n{n}", f"p{n}", f"{day}-12", text))
    return [
        *found,
        note("n20", "p20", "2019-03-12", "Came with Quenby."),
        condition("early", "p10", "2018-02-02"),
        request("m8", "p8", "2019-05-05", "drug"),
        {**condition("c9x", "p9", "2019-12-01"), "encounter": {"reference": "Encounter/late"}},
    ]


def deliveries():
    """Name, resources, and ids (Type/id) that are deleted."""
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    error = {"verificationStatus": {"coding": [{"system": system, "code": "entered-in-error"}]}}
    return [
        ("first", first(), ()),
        ("late", [condition("c1old", "p1", "2011-01-01")], ()),
        ("many", [
            # an eleventh has the label of ten, and a name that stands in notes of others
            patient("p11", family="Quenby"), condition("c11", "p11", "2020-01-01", SHARED_LABEL, "386661006"),
            encounter("late", "p9", "2019-11-30"),  # was named before it came
            practitioner("dr2", "Wibblethorpe", version=2),
            medication("drug", "313782", "Acetaminophen 325 MG Oral Tablet"),
            patient("p10"),  # of whom there was a Condition
            patient("p6", 2, **link("p7")),
            {**condition("c8", "p8", "2019-09-11", version=2), **error},
        ], ()),
        ("back", [
            condition("c2", "p2", "2019-04-01", "Cough", "49727002", version=3),
            condition("c2", "p2", "2017-04-01", "Old", "1", version=2),  # is superseded as it comes
            patient("p6", 3), patient("p7", 2, **link("p5")),
            condition("c4", "p0", "2019-06-06", version=2),  # was p4's
            medication("drug", "198440", "Acetaminophen 500 MG Oral Tablet", version=2),
        ], ("Condition/c3", "Patient/p11")),
    ]  # fmt: skip


def write(folder: Path, resources, deleted, number: int) -> Path:
    """A bulk export of these resources, told after all before it."""
    folder.mkdir(parents=True)
    when = f"2024-05-{number + 1:02d}T00:00:00Z"
    by_type: dict[str, list] = {}
    for resource in resources:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    for kind, rows in by_type.items():
        (folder / f"{kind}.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = {"transactionTime": when, "requiresAccessToken": False, "error": []}
    told["output"] = [{"type": kind, "url": f"https://e.invalid/{kind}.ndjson"} for kind in by_type]
    told["deleted"] = []
    if deleted:
        entries = [{"request": {"method": "DELETE", "url": name}} for name in deleted]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        (folder / "deleted.ndjson").write_text(json.dumps(bundle) + "\n")
        told["deleted"] = [{"type": "Bundle", "url": "https://e.invalid/deleted.ndjson"}]
    (folder / "manifest.json").write_text(json.dumps(told))
    return folder
