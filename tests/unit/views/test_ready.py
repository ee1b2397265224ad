"""The eight views that come with Plummer: shareable, tabular, right on identified and on released records."""

import json

import pytest

from plummer.deid.synth import generate
from plummer.pipelines.views.ready import load_view, ready_views
from plummer.pipelines.views.sources import resources
from plummer.pipelines.views.view import compile_view
from plummer.schemas.errors import PlummerError
from plummer.schemas.extensions import AGE_90_PLUS, AGE_AT_FIRST_EVENT, DATA_ABSENT_REASON, RELATIVE_DAY

MASKED = {"url": DATA_ABSENT_REASON, "valueCode": "masked"}


def day(number: int) -> dict:
    return {"extension": [MASKED, {"url": RELATIVE_DAY, "valueInteger": number}]}


def run(name: str, *records: dict) -> list[dict]:
    view = compile_view(load_view(name))
    names = [column.name for column in view.columns]
    return [dict(zip(names, row, strict=True)) for row in view.rows(records)]


def test_there_are_eight():
    assert ready_views() == (
        "condition", "encounter", "medication", "note_index", "observation", "patient", "procedure",
        "vital_signs",
    )  # fmt: skip


@pytest.mark.parametrize("name", ready_views())
def test_each_is_shareable_and_tabular_and_names_only_what_r4_has(name):
    raw = load_view(name)
    assert raw["url"]
    assert (raw["name"], raw["fhirVersion"]) == (name, ["4.0.1"])
    view = compile_view(raw)
    assert view.warnings == ()
    assert all(column.type and not column.collection for column in view.columns)


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("views") / "export"
    generate(6, 11, folder)
    return folder


@pytest.mark.parametrize("name", ready_views())
def test_each_gives_rows_of_an_identified_export(name, export):
    view = compile_view(load_view(name))
    found = list(view.rows(resources(export, view.resource)))
    assert len(found) >= 6
    at = {column.name: place for place, column in enumerate(view.columns)}
    assert all(row[at["id"]] for row in found)
    people = {row["id"] for row in resources(export, "Patient")}
    if name != "patient":
        assert {row[at["patient_id"]] for row in found} <= people


def test_rows_count_what_the_resources_hold(export):
    for name, kind in (("patient", "Patient"), ("encounter", "Encounter"), ("condition", "Condition")):
        assert len(run(name, *resources(export, kind))) == sum(1 for _ in resources(export, kind))
    observations = list(resources(export, "Observation"))
    components = sum(len(one.get("component", ())) for one in observations)
    assert len(run("observation", *observations)) == len(observations) + components


def test_a_released_patient():
    (row,) = run("patient", {
        "resourceType": "Patient", "id": "77", "gender": "female",
        "address": [{"state": "MA", "postalCode": "016"}],
        "_birthDate": {"extension": [MASKED, {"url": AGE_AT_FIRST_EVENT, "valueInteger": 18}]},
        "_deceasedDateTime": day(900),
    })  # fmt: skip
    assert (row["id"], row["sex"], row["age_at_first_event"], row["zip3"]) == ("77", "female", 18, "016")
    assert (row["deceased"], row["death_day"], row["death"], row["birth_date"]) == (True, 900, None, None)
    (old,) = run("patient", {
        "resourceType": "Patient", "id": "7",
        "_birthDate": {"extension": [MASKED, {"url": AGE_90_PLUS, "valueBoolean": True}]},
    })  # fmt: skip
    assert (old["age_90_plus"], old["deceased"]) == (True, False)


def test_relative_days_and_dates_fill_the_columns_of_their_mode():
    base = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/7"}}
    (relative,) = run("condition", {**base, "onsetPeriod": {"_start": day(12)}, "_recordedDate": day(13)})
    assert (relative["onset_day"], relative["onset"], relative["recorded_day"]) == (12, None, 13)
    (dated,) = run("condition", {**base, "onsetDateTime": "2019-02", "abatementDateTime": "2020"})
    assert (dated["onset_day"], dated["onset"], dated["abatement"]) == (None, "2019-02", "2020")


def test_blood_pressure_is_a_row_for_each_component():
    pressure = {
        "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/7"},
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs",
        }]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "component": [
            {"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value, "code": "mm[Hg]"}}
            for code, value in (("8480-6", 120), ("8462-4", 80))
        ],
    }  # fmt: skip
    assert [(row["code"], row["value"]) for row in run("vital_signs", pressure)] == [
        ("8480-6", 120),
        ("8462-4", 80),
    ]
    whole = [(row["component"], row["code"], row["value"]) for row in run("observation", pressure)]
    assert whole == [(None, "85354-9", None), (0, "8480-6", 120), (1, "8462-4", 80)]
    lab = {**pressure, "category": [{"coding": [{"system": "urn:x", "code": "vital-signs"}]}]}
    assert run("vital_signs", lab) == []


def test_notes_are_listed_by_attachment():
    note = {
        "resourceType": "DocumentReference", "id": "d", "status": "current",
        "subject": {"reference": "Patient/7"}, "_date": day(3),
        "context": {"encounter": [{"reference": "Encounter/e"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": "eA=="}}, {"attachment": {}}],
    }  # fmt: skip
    found = [
        (r["encounter_id"], r["date_day"], r["attachment"], r["has_text"]) for r in run("note_index", note)
    ]
    assert found == [("e", 3, 0, True), ("e", 3, 1, False)]


def test_other_names(tmp_path):
    with pytest.raises(PlummerError, match="view_missing"):
        load_view(str(tmp_path / "none.json"))
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(PlummerError, match="view_malformed"):
        load_view(str(tmp_path / "bad.json"))
    (tmp_path / "own.json").write_text(json.dumps(load_view("patient")))
    assert load_view(str(tmp_path / "own.json")) == load_view("patient")
