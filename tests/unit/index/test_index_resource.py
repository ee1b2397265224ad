import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.index.lookups import LookupNames, LookupReferences, Lookups
from plummer.pipelines.index.resource import index_resource
from plummer.pipelines.index.rows import IndexRow, owner_of
from plummer.pipelines.index.sites import Sites
from plummer.schemas.mappings import load_mappings
from plummer.schemas.references import normalise_reference

LOOKUPS = Lookups(bytes(32), "main")


def rows(resource, patient_key="main/7", full_url=None, zone="UTC"):
    made = index_resource(
        resource,
        site="main",
        patient_key=patient_key,
        full_url=full_url,
        lookups=LOOKUPS,
        zone=zone,
        mappings=load_mappings(),
    )
    return list(made)


def of_kind(found, kind):
    return [row for row in found if row.kind == kind]


def test_a_resource_is_found_by_id_full_url_and_identifier():
    resource = {
        "resourceType": "Practitioner",
        "id": "d",
        "identifier": [{"system": "http://npi.invalid", "value": "9"}, {"value": "no system"}],
    }
    found = of_kind(rows(resource, None, "urn:uuid:ABC"), "name")
    names = ["Practitioner/d", "urn:uuid:abc", "Practitioner?identifier=http://npi.invalid|9"]
    assert [row.lookup for row in found] == [LOOKUPS.of(name) for name in names]
    assert {row.target for row in found} == {LOOKUPS.of("Practitioner/d")}
    assert {(row.label, row.source) for row in found} == {("Practitioner", "main/Practitioner/d")}


def test_types_in_compartments_are_not_found_by_identifier():
    resource = {
        "resourceType": "Observation",
        "id": "o",
        "identifier": [{"system": "http://x.invalid", "value": "1"}],
    }
    assert len(of_kind(rows(resource), "name")) == 1


@pytest.mark.parametrize(
    "reference",
    [
        "Encounter/e",
        "https://fhir.invalid/r4/Encounter/e",
        "Encounter/e/_history/4",
        "urn:uuid:AB-c",
        "urn:oid:1.2.3",
        "Practitioner?identifier=http://npi.invalid|9",
    ],
)
def test_every_form_of_reference_becomes_one_lookup(reference):
    resource = {"resourceType": "Observation", "id": "o", "encounter": {"reference": reference}}
    assert [row.lookup for row in of_kind(rows(resource), "ref")] == [
        LOOKUPS.of(normalise_reference(reference))
    ]


def test_references_are_found_at_any_depth_and_once():
    deep = {"reference": "Device/x"}
    for level in range(5000):
        deep = {"extension": [{"url": "u", "valueReference": deep}]} if level % 2 else [deep]
    resource = {
        "resourceType": "Observation",
        "id": "o",
        "contained": [{"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/7"}}],
        "subject": {"reference": "Patient/7"},
        "specimen": {"reference": "#s"},
        "deep": deep,
    }
    assert {row.lookup for row in of_kind(rows(resource), "ref")} == {
        LOOKUPS.of("Patient/7"),
        LOOKUPS.of("Device/x"),
    }
    assert len(of_kind(rows(resource), "ref")) == 2


def test_links_go_to_staff_and_places_and_to_what_may_be_either():
    resource = {
        "resourceType": "Encounter",
        "id": "e",
        "subject": {"reference": "Patient/7"},
        "participant": [
            {"individual": {"reference": "Practitioner/d"}},
            {"individual": {"reference": "urn:uuid:1"}},
        ],
        "serviceProvider": {"reference": "Organization/o"},
        "account": [{"reference": "Account/a"}],
    }
    expected = {LOOKUPS.of(name) for name in ("Practitioner/d", "urn:uuid:1", "Organization/o")}
    assert {row.lookup for row in of_kind(rows(resource), "link")} == expected
    assert of_kind(rows({**resource, "resourceType": "Group"}, None), "link") == []


def test_a_logical_reference_is_looked_for_by_its_identifier():
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {
            "identifier": {"system": "http://npi.invalid", "value": "9"},
            "display": "Dr. Kim Wxyz",
        },
    }
    found = rows(role, None)
    assert of_kind(found, "ref")[0].lookup == LOOKUPS.of("Practitioner?identifier=http://npi.invalid|9")
    assert [(row.label, row.value) for row in of_kind(found, "fact")] == [
        ("ids", "9"),
        ("names", "Kim Wxyz"),
    ]


def facts(resource, **kwargs):
    return {(row.label, row.value) for row in of_kind(rows(resource, **kwargs), "fact")}


def test_facts_of_a_patient():
    patient = {
        "resourceType": "Patient",
        "id": "p-7",
        "name": [{"family": "Doe", "given": ["Jo", "Q"], "prefix": ["Mr."], "text": "Mr. Jo Doe"}],
        "birthDate": "1950-01-02",
        "identifier": [
            {"system": "s", "value": "MRN1"},
            {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"},
        ],
        "telecom": [
            {"system": "phone", "value": "555-0101"},
            {"system": "fax", "value": "555-0102"},
            {"system": "email", "value": "jo@x.invalid"},
            {"system": "url", "value": "http://jo.invalid"},
        ],
        "address": [{"line": ["1 Main", "Flat 2"], "city": "Town", "postalCode": "01234", "state": "MA"}],
        "contact": [
            {
                "name": {"family": "Kin"},
                "telecom": [{"system": "phone", "value": "555-0103"}],
                "address": {"city": "Far"},
            }
        ],
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
                "valueString": "Ann Maiden",
            },
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "valueAddress": {"city": "Born"},
            },
        ],
        "communication": [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en", "display": "English"}]}}
        ],
    }
    assert facts(patient) == {
        ("names", "Jo Q Doe"), ("names", "Jo Doe"), ("names", "Kin"), ("names", "Ann Maiden"),
        ("dates", "1950-01-02"), ("ids", "MRN1"), ("ids", "1.2.3"), ("ids", "p-7"),
        ("phones", "555-0101"), ("phones", "555-0102"), ("phones", "555-0103"),
        ("emails", "jo@x.invalid"), ("emails", "http://jo.invalid"),
        ("addresses", "1 Main"), ("addresses", "Flat 2"), ("addresses", "Town"), ("addresses", "01234"),
        ("addresses", "Far"), ("addresses", "Born"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "Coverage", "subscriberId": "SUB-12345"}, {("ids", "SUB-12345")}),
        ({"resourceType": "Specimen", "accessionIdentifier": {"value": "ACC-9"}}, {("ids", "ACC-9")}),
        ({"resourceType": "Encounter", "identifier": [{"value": "12"}]}, set()),
        ({"resourceType": "Device", "serialNumber": "SN-4711", "lotNumber": "L1"}, {("ids", "SN-4711")}),
        ({"resourceType": "FamilyMemberHistory", "name": "Aunt May"}, {("names", "Aunt May")}),
        ({"resourceType": "Location", "name": "Ward 3"}, {("names", "Ward 3")}),
        (
            {"resourceType": "Encounter", "subject": {"reference": "Patient/7", "display": "Mrs. Jo Doe"}},
            {("names", "Jo Doe")},
        ),
        (
            {
                "resourceType": "Encounter",
                "serviceProvider": {"reference": "Organization/1", "display": "Big Clinic"},
            },
            {("addresses", "Big Clinic")},
        ),
        ({"resourceType": "Observation", "code": {"coding": [{"code": "1", "display": "Sodium"}]}}, set()),
        (
            {
                "resourceType": "Claim",
                "contained": [{"resourceType": "Practitioner", "name": [{"family": "In"}]}],
            },
            {("names", "In")},
        ),
    ],
)
def test_facts_of_other_types(resource, expected):
    assert facts({"id": "x", **resource}) == expected


def test_times_are_instants_of_events_in_the_sites_clock():
    resource = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "period": {"start": "2020-01-01T03:00:00Z", "end": "2020-01-05"},
    }
    found = [row.micros for row in of_kind(rows(resource, zone="America/New_York"), "time")]
    wall = [datetime(2019, 12, 31, 22), datetime(2020, 1, 5)]  # noqa: DTZ001
    assert found == [int((at - datetime(1970, 1, 1)).total_seconds()) * 1_000_000 for at in wall]  # noqa: DTZ001


@pytest.mark.parametrize("start", ["2020", "2020-03", "soon", "2020-13-01"])
def test_a_partial_or_broken_date_is_no_instant(start):
    resource = {"resourceType": "Encounter", "id": "e", "status": "finished", "period": {"start": start}}
    assert of_kind(rows(resource), "time") == []


def test_a_resource_outside_a_compartment_has_no_times():
    resource = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "period": {"start": "2020-01-01"},
    }
    assert of_kind(rows(resource, None), "time") == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "reference",
                    "display",
                    "identifier",
                    "name",
                    "family",
                    "given",
                    "line",
                    "city",
                    "value",
                    "system",
                    "url",
                    "contained",
                    "alias",
                    "birthDate",
                    "telecom",
                    "address",
                    "period",
                    "start",
                    "type",
                    "subject",
                    "udiCarrier",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["name", "identifier", "contained", "subject", "address", "telecom"]), values
    ),
    st.sampled_from(["Patient", "Organization", "Encounter", "Coverage", "Device", "Nonsense"]),
)
def test_no_shape_of_resource_ends_the_run(fields, kind):
    made = rows({"resourceType": kind, "id": "x", **fields})
    assert made[0].kind == "name"
    for row in made:
        assert row.kind != "fact" or (row.value and row.value == row.value.strip())
        assert (row.kind in ("name", "ref", "link")) == (row.lookup is not None)


def test_shared_owners_are_spread_and_stable():
    owners = [owner_of("main", "Organization", str(n), None) for n in range(2000)]
    assert len(set(owners)) == 64
    assert owners == [owner_of("main", "Organization", str(n), None) for n in range(2000)]


def test_a_row_shows_no_value():
    row = IndexRow("main/7", "fact", "main/Patient/7", label="names", value="Jo Doe")
    assert "Doe" not in repr(row)
    assert "7" not in repr(row)


def test_references_by_lookup_behave_as_a_mapping_of_names():
    table = {LOOKUPS.of("Patient/7"): "Patient/42"}
    references, foreign = LookupReferences(LOOKUPS, table), LookupNames(LOOKUPS, set(table))
    assert "Patient/7" in references
    assert "Patient/8" not in references
    assert (references["Patient/7"], len(references), list(references)) == ("Patient/42", 1, [])
    assert "Patient/7" in foreign
    assert "Patient/8" not in foreign
    with pytest.raises(KeyError) as raised:
        references["Patient/8"]
    assert "8" not in str(raised.value)
    assert "Patient/7" not in LookupReferences(Lookups(bytes(32), "other"), table)


def test_batches_say_a_thing_once_and_fail_without_a_value():
    import pyarrow as pa

    from plummer.pipelines.index.batches import INPUT_COLUMNS, index_batches
    from plummer.schemas.errors import PlummerError

    def batch(bodies):
        defaults = {
            "site": "main",
            "resource_type": "Encounter",
            "patient_key": "main/7",
            "load_id": "load-1",
        }
        records = [
            {**dict.fromkeys(INPUT_COLUMNS), **defaults, "resource_id": f"e{n}", "body": body, "line": n}
            for n, body in enumerate(bodies)
        ]
        return pa.RecordBatch.from_pylist(records)

    body = json.dumps({"subject": {"reference": "Patient/7", "display": "Jo Doe"}})
    found = [
        row
        for made in index_batches(iter([batch([body] * 3)]), key=bytes(32), sites=Sites("UTC"))
        for row in made.to_pylist()
    ]
    assert [row["kind"] for row in found] == ["name", "ref", "fact", "name", "name"]
    with pytest.raises(PlummerError) as raised:
        list(index_batches(iter([batch([body, '{"Jo Doe'])]), key=bytes(32), sites=Sites("UTC")))
    assert (raised.value.code, raised.value.ref) == ("index_failed", "load-1:1:None")
    assert raised.value.__suppress_context__


def test_a_birth_date_that_a_relative_shares_is_still_the_patients():
    import pyarrow as pa

    from plummer.pipelines.index.batches import INPUT_COLUMNS, index_batches

    def record(kind, resource_id, line):
        body = json.dumps({"birthDate": "1931-05-06"})
        known = {"site": "main", "resource_type": kind, "resource_id": resource_id, "patient_key": "main/7"}
        return {**dict.fromkeys(INPUT_COLUMNS), **known, "load_id": "load-1", "body": body, "line": line}

    batch = pa.RecordBatch.from_pylist([record("RelatedPerson", "r", 1), record("Patient", "7", 2)])
    found = [
        row["source"]
        for made in index_batches(iter([batch]), key=bytes(32), sites=Sites("UTC"))
        for row in made.to_pylist()
        if row["label"] == "dates"
    ]
    # the age at 90 and over closes by the row whose source is the Patient
    assert "main/Patient/7" in found


def test_links_between_patients_are_rows_with_the_lookup_of_the_other():
    link = {"other": {"reference": "Patient/8"}, "type": "replaced-by"}
    patient = {"resourceType": "Patient", "id": "7", "link": [link, {**link, "type": "seealso"}]}
    found = [row for row in rows(patient) if row.kind == "merge"]
    assert [(row.owner, row.label, row.lookup) for row in found] == [
        ("main/7", "replaced-by", LOOKUPS.of("Patient/8")),
        ("main/7", "link_seealso", None),
    ]
    assert {row.target for row in found} == {LOOKUPS.of("Patient/7")}
    assert not [row for row in rows({**patient, "resourceType": "RelatedPerson"}) if row.kind == "merge"]
