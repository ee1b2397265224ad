"""The whole job on two records of one person: apart at first, merged by a later delivery (R-12)."""

import json
from pathlib import Path

import pytest
from deltalake import DeltaTable

from plummer.deid.keys import load_key
from plummer.deid.policy import load_policy
from plummer.expectations.scan import Needle, Scanner
from plummer.pipelines.home import Home
from plummer.pipelines.stages.fidelity import fidelity

# dagster itself uses what pydantic has deprecated
# two runs of the whole job; what each stage does with merged records is tested beside the stage
pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
]
IDS = {"old": "qzxold-4711", "new": "qzxnew-4712", "ring1": "qzxring-4713", "ring2": "qzxring-4714"}


def _patient(name, replaced_by=None, **more):
    body = {"resourceType": "Patient", "id": IDS[name], "name": [{"family": f"Qzxfam{name}"}], **more}
    link = (
        {"other": {"reference": f"Patient/{IDS[replaced_by]}"}, "type": "replaced-by"} if replaced_by else {}
    )
    return {**body, "link": [link]} if link else body


def _pulse(name, number, day):
    coding = {"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}
    unit = {"value": 60 + number, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"}
    return {
        "resourceType": "Observation", "id": f"pulse-{number}", "status": "final",
        "code": {"coding": [coding]}, "subject": {"reference": f"Patient/{IDS[name]}"},
        "effectiveDateTime": day, "valueQuantity": unit,
    }  # fmt: skip


def _deliver(folder: Path, patients, observations=()) -> Path:
    folder.mkdir()
    for name, resources in (("Patient", patients), ("Observation", observations)):
        if resources:
            text = "".join(json.dumps(resource) + "\n" for resource in resources)
            (folder / f"{name}.ndjson").write_text(text, "utf-8")
    return folder


def _rows(home: Home, table: str) -> list[dict]:
    return DeltaTable(str(home.root / table)).to_pyarrow_table().to_pylist()


def _outside(home: Home) -> list[Path]:
    zones = {"identified", "keys"}
    return [
        path for path in home.root.rglob("*")
        if path.is_file() and path.relative_to(home.root).parts[0] not in zones
    ]  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory, execute):
    """Outcomes of both runs on one home."""
    folder = tmp_path_factory.mktemp("merging")
    home = Home.at(folder / "home")
    female = {"gender": "female", "birthDate": "1970-03-04"}
    circle = [_patient("ring1", "ring2"), _patient("ring2", "ring1")]
    pulses = [
        _pulse("old", 1, "2020-01-01T08:00:00Z"), _pulse("new", 2, "2020-01-11T08:00:00Z"),
        _pulse("ring1", 3, "2021-01-01"), _pulse("ring2", 4, "2021-02-01"),
    ]  # fmt: skip
    first = execute(
        home, path=_deliver(folder / "1", [_patient("old"), _patient("new", **female), *circle], pulses)
    )
    # a newer version of the replaced record only, with another gender: the record in use says nothing
    second = execute(
        home, path=_deliver(folder / "2", [_patient("old", "new", gender="male", meta={"versionId": "2"})])
    )
    return home, first, second


def test_both_runs_end_well_and_balance(runs):
    for outcome in runs[1:]:
        assert outcome.error is None, outcome.error
        assert outcome.data["accounting"]["read"] == outcome.data["accounting"]["loaded"]
    assert [outcome.data["release"]["version"] for outcome in runs[1:]] == ["1.0.0", "1.1.0"]


def test_two_subjects_become_one_with_one_timeline(runs):
    home, first, second = runs
    assert first.data["tables"]["timeline/subjects"] == 4
    assert second.data["tables"]["timeline/subjects"] == 3
    before = {row["subject_id"] for row in _rows(home, "released/safe_harbor/1.0.0/subjects")}
    subjects = _rows(home, "released/safe_harbor/1.1.0/subjects")
    assert {row["subject_id"] for row in subjects} < before
    events = _rows(home, "released/safe_harbor/1.1.0/events")
    merged = [row for row in events if row["numeric_text"] in {"61", "62"}]
    assert len({row["subject_id"] for row in merged}) == 1
    # one axis for both records: ten days apart
    days = sorted(row["time"].date().toordinal() for row in merged)
    assert days[1] - days[0] == 10
    (subject,) = [row for row in subjects if row["subject_id"] == merged[0]["subject_id"]]
    assert (subject["sex"], subject["span_days"]) == ("female", 10)


def test_the_second_release_says_which_pseudonym_of_the_first_has_become_part_of_which(runs):
    home = runs[0]
    told = [
        json.loads((home.root / "released/safe_harbor" / version / "manifest.json").read_text("utf-8"))
        for version in ("1.0.0", "1.1.0")
    ]
    assert told[0]["subject_changes"] == []
    (change,) = told[1]["subject_changes"]
    assert (change["release"], change["how"]) == ("safe_harbor/1.0.0", "merged")
    subjects = [
        {str(row["subject_id"]) for row in _rows(home, f"released/safe_harbor/{version}/subjects")}
        for version in ("1.0.0", "1.1.0")
    ]
    assert subjects[0] - subjects[1] == {change["was"]}
    assert change["is"] in subjects[0] & subjects[1]


def test_one_patient_resource_stands_for_both_and_leads_nowhere_else(runs):
    home, _, second = runs
    resources = _rows(home, "released/safe_harbor/1.1.0/resources")
    patients = [row for row in resources if row["resource_type"] == "Patient"]
    assert len(patients) == 3
    assert all(str(row["subject_id"]) == row["resource_id"] for row in patients)
    known = {f"Patient/{row['resource_id']}" for row in patients}
    pulses = [json.loads(row["body"]) for row in resources if row["resource_type"] == "Observation"]
    assert {pulse["subject"]["reference"] for pulse in pulses} == known
    assert {g["name"]: g["passed"] for g in second.data["gates"]}["references"] is True


def test_source_and_release_agree_on_the_time_of_the_subject_after_merges(runs, spark):
    home = runs[0]
    found = fidelity(spark, home, load_policy("safe_harbor"), load_key(home.keys, "main"))
    # three Patients and four Observations; the replaced Patient has no other side
    assert (found.records, found.subjects, found.failed) == (7, 3, 0)
    told = {name: count for name, count in found.timeline.items() if count}
    # the birth date has no day on the relative axis; all else is there and where it belongs
    assert told == {"events": 4, "missing": 1}


def test_a_circle_is_counted_in_the_report_and_merges_nobody(runs):
    report = json.loads(Path(runs[2].data["report"]).with_suffix(".json").read_text("utf-8"))
    counts = {rule["rule"]: rule["count"] for rule in report["rules"]}
    assert counts["patient_link.merge_cycle.keep_apart"] == 2
    assert counts["patient_link.merge_done.join"] == 1
    assert counts["patient_link.replaced_record.drop"] == 1


def test_no_id_or_name_of_any_record_stands_outside_the_identified_zone(runs):
    home = runs[0]
    values = [*IDS.values(), *(f"Qzxfam{name}" for name in IDS)]
    needles = [Needle(f"n{number}", value, ()) for number, value in enumerate(values)]
    report = Scanner(needles).scan(_outside(home))
    assert report.files > 50
    assert report.hits == 0
    assert not any(value.encode() in path.read_bytes() for path in _outside(home) for value in values)
