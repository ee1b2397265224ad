import hashlib
import json

from plummer.deid.keys import RootKey
from plummer.pipelines.stages.index import index
from plummer.schemas.tables import RESOURCES

ROOT = RootKey("main", 1, bytes(range(32)))
NPI = "http://npi.invalid"


def ref(target, display=None):
    return {"reference": target} | ({"display": display} if display else {})


# (resource, patient_key, full_url): two patients, staff by identifier, a Bundle's urn:uuid, a stranger
RESOURCES_RAW = [
    (
        {
            "resourceType": "Patient",
            "id": "p1",
            "name": [{"family": "Qzxhart", "given": ["Ada"]}],
            "identifier": [{"system": "http://mrn.invalid", "value": "MRN-0001"}],
            "telecom": [{"system": "phone", "value": "555-0101"}],
            "address": [{"line": ["1 Qzx Lane"], "city": "Qzxville", "postalCode": "99999"}],
            "birthDate": "1950-02-03",
        },
        "main/p1",
        None,
    ),
    (
        {"resourceType": "Patient", "id": "p2", "name": [{"family": "Vbnmore"}], "birthDate": "2015-05-05"},
        "main/p2",
        "urn:uuid:AAAA-2",
    ),
    (
        {"resourceType": "RelatedPerson", "id": "r1", "patient": ref("Patient/p1"), "birthDate": "1920-01-01",
         "name": [{"text": "Mrs. Mum Qzxhart"}]},
        "main/p1",
        None,
    ),
    (
        {
            "resourceType": "Encounter",
            "id": "e1",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": ref("Patient/p1"),
            "participant": [{"individual": ref(f"Practitioner?identifier={NPI}|77", "Dr. Kim Wxyzman")}],
            "serviceProvider": ref("https://fhir.invalid/r4/Organization/o1/_history/3"),
            "period": {"start": "2012-03-04T10:00:00Z", "end": "2012-03-05"},
        },
        "main/p1",
        None,
    ),
    (
        {
            "resourceType": "Observation",
            "id": "ob1",
            "status": "final",
            "code": {"text": "x"},
            "subject": ref("Patient/p1"),
            "encounter": ref("Encounter/e1"),
            "performer": [ref("PractitionerRole/role1")],
            "focus": [ref("Patient/p2"), ref("Patient/nobody"), ref("Practitioner?identifier=http://dup.invalid|1")],
            "effectiveDateTime": "2014-06-01T00:30:00Z",
        },
        "main/p1",
        None,
    ),
    (
        {
            "resourceType": "Condition",
            "id": "c2",
            "subject": ref("urn:uuid:aaaa-2"),
            "code": {"text": "x"},
            "recordedDate": "2020-01-01",
        },
        "main/p2",
        None,
    ),
    (
        {
            "resourceType": "Condition",
            "id": "c3",
            "subject": ref("Patient/p2"),
            "code": {"text": "x"},
            "onsetDateTime": "2019",
        },
        "main/p2",
        None,
    ),
    (
        {"resourceType": "Observation", "id": "ob3", "status": "final", "code": {"text": "x"},
         "subject": ref("Patient/p3")},
        "main/p3",
        None,
    ),
    ({"resourceType": "Group", "id": "g1", "member": [{"entity": ref("Patient/p1")}]}, None, None),
    (
        {"resourceType": "Practitioner", "id": "d1", "identifier": [{"system": NPI, "value": "77"}],
         "name": [{"family": "Wxyzman", "given": ["Kim"]}], "birthDate": "1970-01-01"},
        None,
        None,
    ),
    (
        {"resourceType": "Practitioner", "id": "d2", "identifier": [{"system": NPI, "value": "78"}],
         "name": [{"family": "Roleborn"}]},
        None,
        None,
    ),
    *(
        ({"resourceType": "Practitioner", "id": f"dup{n}",
          "identifier": [{"system": "http://dup.invalid", "value": "1"}]}, None, None)
        for n in (1, 2)
    ),
    (
        {"resourceType": "PractitionerRole", "id": "role1", "practitioner": ref("Practitioner/d2"),
         "organization": ref("Organization/o1"), "telecom": [{"system": "email", "value": "r@x.invalid"}]},
        None,
        None,
    ),
    ({"resourceType": "Organization", "id": "o1", "name": "Qzx Clinic"}, None, None),
]  # fmt: skip


def rows(raw):
    for line, (resource, patient_key, full_url) in enumerate(raw, 1):
        body = json.dumps(resource)
        yield (
            "main", resource["resourceType"], resource["id"], patient_key, None, None,
            hashlib.sha256(body.encode()).hexdigest(), body, "load-1", "a.ndjson", line, None, full_url,
        )  # fmt: skip


def indexed(spark, home, raw, key=ROOT):
    frame = spark.createDataFrame(list(rows(raw)), RESOURCES.ddl)
    return index(spark, home, frame, key=key.subkey("lookup"), zone="America/New_York")
