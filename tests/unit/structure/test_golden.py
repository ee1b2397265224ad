"""What becomes of a Patient, an Observation and an Encounter, in full."""

import base64
import json
from datetime import date, datetime

import pytest
from helpers import FailingCleaner, FlaggingCleaner, scrub

from plummer.deid.context import SubjectContext
from plummer.deid.dates import EPOCH, DateContext, TimeMode
from plummer.schemas.errors import PlummerError

MASK = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
UNKNOWN = MASK | {"valueCode": "unknown"}
FIRST, LAST = date(2019, 5, 1), date(2020, 5, 1)
INSTANTS = tuple(int((datetime(2019, 5, d) - EPOCH).total_seconds()) * 10**6 for d in (1, 3, 9))  # noqa: DTZ001
REFERENCES = {"Patient/7": "Patient/41", "Encounter/9": "Encounter/aaa", "Practitioner/1": "Practitioner/bbb"}


def context(mode: TimeMode = TimeMode.RELATIVE, **changes: object) -> SubjectContext:
    settings = {
        "first": FIRST,
        "last": LAST,
        "shift_days": 40,
        "instants": INSTANTS,
        "birth": date(1950, 6, 1),
    }
    return SubjectContext(
        "41",
        DateContext(mode, **(settings | changes)),
        references=REFERENCES,
        foreign=frozenset({"Patient/8"}),
    )


def relative(day: int, order: int) -> dict:
    return {
        "extension": [
            MASK,
            {"url": "urn:plummer:relative-day", "valueInteger": day},
            {"url": "urn:plummer:event-order", "valueInteger": order},
        ]
    }


PATIENT = {
    "resourceType": "Patient",
    "id": "7",
    "meta": {"lastUpdated": "2020-01-01T00:00:00Z", "source": "#x"},
    "text": {"status": "generated", "div": "<div>Jane Doe</div>"},
    "identifier": [{"system": "urn:oid:1.2", "value": "MRN1234567"}],
    "name": [{"family": "Doe", "given": ["Jane"]}],
    "telecom": [{"system": "phone", "value": "555-0100"}],
    "gender": "female",
    "birthDate": "1950-06-01",
    "deceasedDateTime": "2019-05-09",
    "address": [
        {
            "line": ["1 Elm St"],
            "city": "Boston",
            "state": "Massachusetts",
            "postalCode": "02139",
            "country": "US",
        }
    ],
    "contact": [{"name": {"family": "Roe"}}],
    "maritalStatus": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}]
    },
}


def test_a_patient_under_safe_harbor() -> None:
    out, result = scrub(PATIENT, context())
    assert out == {
        "resourceType": "Patient",
        "id": "p7",
        "gender": "female",
        "_birthDate": {"extension": [MASK, {"url": "urn:plummer:age-at-first-event", "valueInteger": 68}]},
        "_deceasedDateTime": relative(8, 2),
        "address": [{"state": "MA", "postalCode": "021", "country": "US"}],
        "maritalStatus": PATIENT["maritalStatus"],
    }
    assert result.actions["type.HumanName.drop"] == 1
    assert result.actions["path.Patient.contact.drop"] == 1


def test_a_patient_of_ninety_tells_no_age() -> None:
    out, _ = scrub(PATIENT, context(birth=date(1930, 5, 1)))
    assert out["_birthDate"]["extension"][1:] == [{"url": "urn:plummer:age-90-plus", "valueBoolean": True}]
    out, _ = scrub(PATIENT, context(TimeMode.YEAR, birth=date(1930, 5, 1)))
    assert "birthDate" not in out
    out, _ = scrub(PATIENT, context(TimeMode.SHIFT, birth=date(1930, 5, 1)), "expert_determination")
    assert "birthDate" not in out
    out, _ = scrub(PATIENT, context(TimeMode.YEAR))
    assert (out["birthDate"], out["deceasedDateTime"]) == ("1950", "2019")


def test_an_observation_keeps_what_a_model_needs() -> None:
    observation = {
        "resourceType": "Observation",
        "id": "3",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2", "display": "Body height"}]},
        "subject": {"reference": "https://h.invalid/fhir/Patient/7/_history/2", "display": "Jane Doe"},
        "encounter": {"reference": "Encounter/9"},
        "performer": [{"reference": "Practitioner/404"}, {"reference": "Patient/8"}, {"display": "Dr Roe"}],
        "effectiveDateTime": "2019-05-03T10:00:00+00:00",
        "valueQuantity": {"value": 0, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"},
        "note": [{"text": "seen by Dr Roe", "authorString": "Roe", "time": "2019-05-03"}],
    }
    body = json.dumps(observation).replace('"value": 0', '"value": 170.10')
    out, result = scrub(body, context())
    assert b'"value":170.10,' in result.body
    assert out == {
        "resourceType": "Observation",
        "id": "p7",
        "status": "final",
        "code": observation["code"],
        "subject": {"reference": "Patient/41"},
        "encounter": {"reference": "Encounter/aaa"},
        "performer": [{"_reference": {"extension": [UNKNOWN]}, "type": "Practitioner"}],
        "_effectiveDateTime": relative(2, 2),
        "valueQuantity": {"value": 170.1, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"},
        "note": [{"text": "seen by Dr [WORD]", "_time": relative(2, 1)}],
    }
    assert result.missing_references == {"Observation.performer": 1}
    assert result.foreign_references == {"Observation.performer": 1}


def test_an_encounter_with_contained_resources() -> None:
    encounter = {
        "resourceType": "Encounter",
        "contained": [{"resourceType": "Location", "id": "ward-doe", "name": "Doe ward", "status": "active"}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": "2019-05-01T23:30:00Z", "end": "2019-05"},
        "location": [{"location": {"reference": "#ward-doe"}}, {"location": {"display": "Doe ward"}}],
        "statusHistory": [{"status": "arrived", "period": {"start": "2018-01-01"}}],
    }
    out, _ = scrub(encounter, context())
    assert out == {
        "resourceType": "Encounter",
        "id": "p7",
        "contained": [{"resourceType": "Location", "id": "c1", "status": "active"}],
        "status": "finished",
        "class": encounter["class"],
        "period": {"_start": relative(0, 1), "_end": {"extension": [MASK]}},
        "location": [{"location": {"reference": "#c1"}}, {"location": {"extension": [MASK]}}],
        "statusHistory": [{"status": "arrived", "period": {"_start": {"extension": [MASK]}}}],
    }
    out, _ = scrub(encounter, context(TimeMode.SHIFT), "expert_determination")
    assert out["period"] == {"start": "2019-03-22T23:30:00Z", "end": "2019-04"}
    out, _ = scrub(encounter, context(TimeMode.KEEP), "limited_data_set")
    assert out["period"] == encounter["period"]


def test_repeated_dates_keep_their_places() -> None:
    timing = {
        "event": ["2019-05-03", "2018-01-01"],
        "_event": [None, {"id": "x"}],
        "repeat": {"timeOfDay": ["10:00:00"]},
    }
    request = {"resourceType": "ServiceRequest", "occurrenceTiming": timing}
    out, _ = scrub(request, context())
    assert out["occurrenceTiming"]["_event"] == [relative(2, 1), {"extension": [MASK]}]
    assert "event" not in out["occurrenceTiming"]
    assert "timeOfDay" not in out["occurrenceTiming"]["repeat"]
    out, _ = scrub(request, context(TimeMode.SHIFT), "expert_determination")
    assert out["occurrenceTiming"]["event"] == ["2019-03-24", "2017-11-22"]


def test_dates_without_a_subject_go_under_a_shift() -> None:
    device = {"resourceType": "Device", "manufactureDate": "2019-05-03"}
    out, _ = scrub(device, context(TimeMode.SHIFT, shift_days=0), "expert_determination")
    assert out["_manufactureDate"] == {"extension": [MASK]}


@pytest.mark.parametrize(
    ("age", "closed"),
    [
        ({"value": 89, "code": "a"}, False),
        ({"value": 90, "code": "a"}, True),
        ({"value": 1081, "unit": "months", "code": "mo"}, True),
        ({"value": 93}, True),
    ],
)
def test_ages_of_ninety_are_closed(age: dict, closed: bool) -> None:
    out, _ = scrub({"resourceType": "Condition", "onsetAge": age}, context())
    assert ("value" not in out["onsetAge"]) is closed
    out, _ = scrub({"resourceType": "Condition", "onsetAge": age}, context(birth=date(1930, 5, 1)))
    assert "value" not in out["onsetAge"]
    if "code" in age:
        out, _ = scrub({"resourceType": "Observation", "valueQuantity": age}, context())
        assert ("value" not in out["valueQuantity"]) is closed


def test_a_limited_data_set_keeps_ages_and_towns() -> None:
    age = {"value": 93, "code": "a"}
    out, _ = scrub({"resourceType": "Condition", "onsetAge": age}, context(TimeMode.KEEP), "limited_data_set")
    assert out["onsetAge"]["value"] == 93
    out, _ = scrub(PATIENT, context(TimeMode.KEEP), "limited_data_set")
    assert out["address"] == [
        {"city": "Boston", "state": "Massachusetts", "postalCode": "02139", "country": "US"}
    ]
    assert out["birthDate"] == "1950-06-01"
    assert not {"name", "telecom", "identifier", "contact"} & set(out)


def test_a_note_is_scrubbed_and_its_size_recomputed() -> None:
    note = "Le café est dans la cour; the patient was told to come back soon if the cough stays."
    data = base64.b64encode(note.encode("latin-1")).decode()
    attachment = {"contentType": "text/plain; charset=iso-8859-1", "data": data, "size": 4, "title": "Jane"}
    resource = {"resourceType": "DocumentReference", "content": [{"attachment": attachment}]}
    out, result = scrub(resource, context(), cleaner=FlaggingCleaner())
    scrubbed = out["content"][0]["attachment"]
    assert base64.b64decode(scrubbed["data"]) == b"[CLEANED]"
    assert scrubbed["size"] == 9
    assert set(scrubbed) == {"contentType", "data", "size"}
    assert result.note_counts == ({"NAME": 1},)
    out, _ = scrub(resource, context())
    assert base64.b64decode(out["content"][0]["attachment"]["data"]).decode() == note


def test_a_text_that_cannot_be_scrubbed_is_removed_and_recorded() -> None:
    good = {"contentType": "text/plain", "data": base64.b64encode(b"Jane").decode()}
    resource = {
        "resourceType": "DiagnosticReport",
        "conclusion": "Jane",
        "presentedForm": [good, {"contentType": "text/plain", "data": "%%%"}],
    }
    out, result = scrub(resource, context(), cleaner=FailingCleaner())
    assert result.note_errors == ((0, "text_timeout"), (1, "attachment_base64"))
    assert all("data" not in form and form["_data"] == {"extension": [MASK]} for form in out["presentedForm"])
    assert out["_conclusion"] == {"extension": [MASK]}


def test_what_is_no_resource_is_refused_without_its_words() -> None:
    for body in ('{"resourceType": "Jane"}', "[]", "Jane", '{"resourceType": ["Jane"]}', '{"a":' * 2000):
        with pytest.raises(PlummerError) as caught:
            scrub(body)
        assert "Jane" not in str(caught.value)
        assert caught.value.__cause__ is None
