"""A bulk export's own words: missing, too much, deleted, in error; no URL is followed (B-06, R-08, R-11)."""

import json

import pytest

from plummer.pipelines.deliveries import discover, load, register
from plummer.pipelines.home import Home
from plummer.pipelines.landing.bulk import name_in
from plummer.pipelines.landing.outcome import DELETED
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.stages.land_read import tasks_of


def outcomes(path):
    delivery = discover("fhir", "main", str(path))
    return [(t.path, o) for t in tasks_of(delivery, delivery.files) for o in read_task(t)]


def verdicts(path):
    return sorted((file, o.line, o.entry, o.reason or "ok") for file, o in outcomes(path))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "found"),
    [
        (
            "01_ok_deleted",
            [
                ("Observation.ndjson", 1, None, "ok"), ("Patient.ndjson", 1, None, "ok"),
                ("Patient.ndjson", 2, None, "ok"), ("deleted.ndjson", 1, 0, DELETED),
                ("deleted.ndjson", 1, 1, DELETED),
            ],
        ),
        (
            "03_missing_and_extra",
            [
                ("Patient.ndjson", 1, None, "ok"), ("Stray.ndjson", 0, None, "file_not_in_manifest"),
                ("manifest.json", 0, 1, "missing_file"),
            ],
        ),
        (
            "04_error_array",
            [("Patient.ndjson", 1, None, "ok"), ("err.ndjson", 1, None, "operation_outcome")],
        ),
        (
            "06_path_traversal",
            [
                ("Patient.ndjson", 1, None, "ok"), ("manifest.json", 0, 0, "unsafe_manifest_url"),
                ("manifest.json", 0, 1, "unsafe_manifest_url"),
            ],
        ),
    ],
)  # fmt: skip
def test_hostile_exports(shared, folder, found):
    """11 of the hostile set's 73 files; the deleted and error lists are never data."""
    assert verdicts(shared / "hostile" / "bulk" / folder) == found


def test_a_deletion_has_its_target_and_the_export_its_time(tmp_path):
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"request": {"method": "DELETE", "url": "Patient/p2"}},
            {"request": {"method": "DELETE", "url": "https://h.invalid/fhir/Observation/o"},
             "response": {"etag": 'W/"4"', "lastModified": "2024-01-02T03:04:05Z"}},
            {"request": {"method": "DELETE", "url": "Patient?identifier=1"}},
            {"request": {"method": "DELETE", "url": "Patient/p2/_history/3"}},
            {"request": {"method": "DELETE", "url": "Patient/../../etc"}},
            {"fullUrl": "https://h.invalid/Patient/p9", "request": {"method": "DELETE"},
             "resource": {"resourceType": "Patient", "id": "p9"}},
        ],
    }  # fmt: skip
    manifest = {
        "transactionTime": "2024-05-01T00:00:00Z",
        "output": [],
        "deleted": [{"url": "https://e.invalid/gone.ndjson"}],
    }
    (tmp_path / "gone.ndjson").write_text(json.dumps(bundle))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    found = [o for _, o in outcomes(tmp_path)]
    assert [(o.resource_type, o.resource_id, o.version_id, o.last_updated) for o in found] == [
        ("Patient", "p2", None, None),
        ("Observation", "o", "4", "2024-01-02T03:04:05Z"),
        (None, None, None, None),
        (None, None, None, None),
        (None, None, None, None),
        ("Patient", "p9", None, None),
    ]
    assert [o.reason for o in found] == [DELETED, DELETED, *["deletion_not_supported"] * 3, DELETED]
    (file,) = [f for f in discover("fhir", "main", str(tmp_path)).files if f.path == "gone.ndjson"]
    assert file.told.transaction_time == "2024-05-01T00:00:00Z"


def test_what_is_told_survives_the_register(tmp_path):
    export(tmp_path / "in", {"output": [{"url": "a.ndjson", "count": 7}, {"url": "https://e.invalid/../b"}]})
    home = Home.at(tmp_path / "home")
    delivery = discover("fhir", "main", str(tmp_path / "in"))
    register(home, delivery)
    assert load(home, delivery.delivery_id) == delivery
    assert delivery.files[0].told.count == 7
    assert [notice.reason for notice in delivery.notices] == ["unsafe_manifest_url"]


def export(folder, manifest, *names):
    folder.mkdir()
    for name in names or ("a.ndjson",):
        (folder / name).write_text('{"resourceType":"Patient","id":"a"}\n')
    (folder / "manifest.json").write_text(json.dumps({"transactionTime": "2024-05-01T00:00:00Z", **manifest}))
    return folder


def test_opaque_urls_say_nothing_of_what_is_missing(tmp_path):
    named = {"output": [{"url": "https://e.invalid/$binary/81"}, {"url": "https://e.invalid/$binary/82"}]}
    assert verdicts(export(tmp_path / "in", named)) == [("a.ndjson", 1, None, "ok")]


def test_compressed_files_and_continued_ones_are_found(tmp_path):
    named = {
        "output": [{"url": "https://e.invalid/a.ndjson", "continuesInFile": "https://e.invalid/b.ndjson"}]
    }
    folder = export(tmp_path / "in", named, "a.ndjson.gz", "b.ndjson")
    assert {reason for *_, reason in verdicts(folder)} == {"ok"}


def test_a_manifest_speaks_for_its_own_folder_and_below_only(tmp_path):
    inner = {"output": [{"url": "https://e.invalid/a.ndjson"}]}
    (tmp_path / "in").mkdir()
    export(tmp_path / "in" / "one", inner)
    export(tmp_path / "in" / "two", inner, "a.ndjson", "b.ndjson")
    (tmp_path / "in" / "c.ndjson").write_text('{"resourceType":"Patient","id":"c"}\n')
    assert [(f, r) for f, _, _, r in verdicts(tmp_path / "in") if r != "ok"] == [
        ("two/b.ndjson", "file_not_in_manifest")
    ]


@pytest.mark.parametrize(
    ("where", "text", "reason"),
    [
        ("manifest.json", '{"transactionTime":"x","output":[],"fhirVersion":"5.0.0"}', "fhir_version_r5"),
        (
            "manifest.json",
            '{"transactionTime":"x","output":[],"request":"https://e.invalid/$export?_outputFormat=n;fhirVersion=3.0"}',
            "fhir_version_stu3",
        ),
        (
            "log.ndjson",
            '{"exportId":"1","eventId":"kickoff","eventDetail":{"fhirVersion":"3.0.2"}}\n',
            "fhir_version_stu3",
        ),
        ("log.ndjson", '{"exportId":"1","eventId":"kickoff","eventDetail":{"fhirVersion":"4.0.1"}}\n', "ok"),
        ("manifest.json", '{"transactionTime":"x","output":[],"fhirVersion":"4.3.0"}', "ok"),
    ],
)
def test_the_version_that_an_export_states_decides_its_files(tmp_path, where, text, reason):
    (tmp_path / "Patient.ndjson").write_text('{"resourceType":"Patient","id":"a"}\n' * 2)
    (tmp_path / where).write_text(text)
    lines = [0] if reason != "ok" else [1, 2]
    assert verdicts(tmp_path) == [("Patient.ndjson", line, None, reason) for line in lines]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "https://e.invalid/../x", "https://e.invalid/%2E%2e/x", "/etc/passwd", "..\\x",
     7, None, "https://e.invalid/a\u0000b", "ftp://e.invalid/x", "https://[x/y"],
)  # fmt: skip
def test_names_are_never_taken_from_where_a_url_climbs(url):
    assert name_in(url) == ""


@pytest.mark.parametrize(
    "text", [b"[]", b"{", b"\xff", b'{"output":7}', b'{"output":[7,{"url":7,"count":true}]}']
)
def test_a_manifest_of_any_shape_is_read_without_a_crash(text):
    from plummer.pipelines.landing.bulk import read_log, read_manifest

    assert all(part.name == "" for part in read_manifest(text).named)
    assert read_log([text, b'{"eventId":"kickoff","eventDetail":7}']).named == ()
