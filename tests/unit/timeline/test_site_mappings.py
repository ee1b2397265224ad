"""A site's own mapping files: events without Python, held against R4, and fingerprinted."""

import pytest

from plummer.pipelines.timeline import interpret
from plummer.pipelines.timeline.rows import map_resource_row
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import fingerprints, fingerprints_of, load_mappings, site_files
from plummer.schemas.mappings.site import VARIABLE

APPOINTMENT = """
status_code: [status]
events:
  - {event_type: appointment, code: [serviceType], time: [start], default: APPOINTMENT//UNKNOWN}
"""
PROCEDURE = """
events:
  - event_type: body_site
    optional: true
    qualifier: BODY_SITE
    code: [bodySite]
    time: [performedDateTime]
"""
BODY = {
    "resourceType": "Procedure", "performedDateTime": "2020-01-02",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "80146002"}]},
    "bodySite": [{"coding": [{"system": "urn:site:places", "code": "66754008"}]}],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "Appointment.yaml").write_text(APPOINTMENT)
    (tmp_path / "Procedure.yaml").write_text(PROCEDURE)
    (tmp_path / "code_systems.yaml").write_text("other: {'urn:site:places': PLACES}")
    (tmp_path / "units.yaml").write_text("aliases: {Stück: '{piece}'}")
    (tmp_path / "notes.txt").write_text("not a mapping")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def test_events_are_added_to_the_package_s(folder):
    mappings = load_mappings()
    assert set(load_mappings(()).types) == set(mappings.types) - {"Appointment"}
    events = interpret(mappings, BODY, 1, "p").events
    assert [event.code for event in events] == ["SNOMED//80146002", "BODY_SITE//PLACES//66754008"]
    assert mappings.types["Procedure"].status == load_mappings(()).types["Procedure"].status
    assert mappings.units.aliases["Stück"] == "{piece}"


def test_a_worker_is_told_and_needs_no_setting(folder, monkeypatch):
    told = site_files()
    monkeypatch.delenv(VARIABLE)
    body = '{"resourceType": "Appointment", "start": "2020-01-02T10:00:00Z", "status": "booked"}'
    row = {"resource_type": "Appointment", "resource_id": "a", "subject_id": 1, "body": body, "joined": None}
    (event,) = map_resource_row(load_mappings(told), row).outcome.events
    assert (event.code, event.status) == ("APPOINTMENT//UNKNOWN", "booked")
    assert map_resource_row(load_mappings(), row).outcome.reason == "not_mapped"


def test_a_home_is_built_anew_for_it(folder, monkeypatch):
    with_site = fingerprints()
    (folder / "more").mkdir()
    monkeypatch.setenv(VARIABLE, str(folder / "more"))
    (folder / "more" / "Procedure.yaml").write_text("replace: true\n" + PROCEDURE)
    replaced = fingerprints()
    monkeypatch.delenv(VARIABLE)
    assert len({with_site.all, replaced.all, fingerprints().all}) == 3
    assert with_site.times != fingerprints().times
    assert [event.code for event in interpret(load_mappings(), BODY, 1, "p").events] == ["SNOMED//80146002"]


@pytest.mark.parametrize(
    ("name", "text", "code", "ref"),
    [
        (
            "Procedure",
            PROCEDURE.replace("bodySite", "bodyPart"),
            "mapping_unknown_path",
            "Procedure.bodyPart",
        ),
        ("Procedures", PROCEDURE, "mapping_unknown_path", "Procedures"),
        (
            "Procedure",
            PROCEDURE.replace("performedDateTime", "meta.lastUpdated"),
            "mapping_wrong_type",
            "Procedure",
        ),
        ("code_systems", "standard: {'http://loinc.org': LN}", "mapping_invalid", "code_systems.standard"),
        ("units", "aliases: {mcg: mg}", "mapping_invalid", "units.aliases"),
        ("Procedure", "events: [", "mapping_yaml", "Procedure"),
    ],
)
def test_what_a_site_may_not_say(name, text, code, ref):
    with pytest.raises(PlummerError) as caught:
        fingerprints_of(load_mappings(((name, text),)))
    assert (caught.value.code, caught.value.exit_code) == (code, ExitCode.USAGE)
    assert caught.value.ref.startswith(ref)


@pytest.mark.parametrize("folder_name", ["absent", "empty"])
def test_a_folder_without_files_is_refused(folder_name, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / folder_name))
    with pytest.raises(PlummerError, match="mapping_folder"):
        load_mappings()


STATED = {
    "authored", "authoredOn", "created", "creation", "date", "dateAsserted", "dateTime", "dateWritten",
    "enteredDate", "identifiedDateTime", "issued", "receivedTime", "recorded", "recordedDate", "recordedOn",
    "sent", "statusDate",
}  # fmt: skip


def test_available_times_are_clinical_statements():
    for mapping in load_mappings(()).types.values():
        for event in mapping.events:
            names = {path[-1][0] for path in event.available_time}
            assert names <= STATED, mapping.resource_type
            assert all(step[0] != "meta" for path in event.available_time for step in path)
