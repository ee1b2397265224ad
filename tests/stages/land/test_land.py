"""Landing on Spark: golden cases, idempotence, kills between writes, balance."""

import gzip
import json
from functools import partial

import pytest
from pyspark.sql import functions as sf

from plummer.pipelines import delta
from plummer.pipelines.deliveries import discover
from plummer.pipelines.stages import land as stage
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.land import land
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import LOADS, QUARANTINE, RESOURCES

pytestmark = pytest.mark.spark


def patient(name, **more):
    return json.dumps({"resourceType": "Patient", "id": name, **more})


def observation(name, subject, **more):
    body = {"resourceType": "Observation", "id": name, "subject": {"reference": subject}}
    return json.dumps({**body, **more})


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.ndjson").write_text("".join(line + "\n" for line in lines))
    return folder


def numbers(landed):
    a = landed.account
    return a.read, a.loaded, a.duplicate, a.quarantined, a.deleted


def content(spark, home):
    """Rows of the three tables, in order."""
    return [
        sorted(delta.read(spark, home, spec).toJSON().collect()) for spec in (RESOURCES, QUARANTINE, LOADS)
    ]


def test_golden_folder(spark, home, land_folder, tmp_path):
    folder = write(
        tmp_path / "in",
        Patient=[patient("a"), "", patient("a"), '{"resourceType":"Patient"}', patient("b")],
        Observation=[observation("o", "Patient/a"), observation("x", "Group/g"), "{"],
    )
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": "urn:uuid:0c31-aa", "resource": {"resourceType": "Patient"}},
            {"response": {"status": "201"}},
            {
                "fullUrl": "urn:uuid:0c31-bb",
                "resource": json.loads(observation("o9", "urn:uuid:0c31-aa")),
            },
        ],
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=1))
    (folder / "SOURCE.txt").write_text("where it is from")
    (folder / "_SUCCESS").write_text("")
    landed = land_folder(folder)
    assert numbers(landed) == (10, 6, 1, 3, 0)
    assert landed.reasons == {"missing_id": 1, "json_truncated": 1, "unknown_file_kind": 1}
    assert not landed.unchanged
    rows = delta.read(spark, home, RESOURCES).orderBy("file", "line", "entry").collect()
    assert [(r.file, r.line, r.entry, r.resource_id, r.patient_key) for r in rows] == [
        ("Observation.ndjson", 1, None, "o", "main/a"),
        ("Observation.ndjson", 2, None, "x", None),
        ("Patient.ndjson", 1, None, "a", "main/a"),
        ("Patient.ndjson", 5, None, "b", "main/b"),
        ("bundle.json", 7, 0, "0c31-aa", "main/0c31-aa"),
        ("bundle.json", 18, 2, "o9", "main/0c31-aa"),
    ]
    assert rows[2].body == patient("a")
    refused = delta.read(spark, home, QUARANTINE).orderBy("file").collect()
    assert [(r.file, r.line, r.reason, r.body) for r in refused] == [
        ("Observation.ndjson", 3, "json_truncated", b"{"),
        ("Patient.ndjson", 4, "missing_id", b'{"resourceType":"Patient"}'),
        ("SOURCE.txt", 0, "unknown_file_kind", None),
    ]
    loads = {
        r.file: (r.read, r.loaded, r.duplicate, r.quarantined)
        for r in delta.read(spark, home, LOADS).collect()
    }
    assert loads == {
        "Observation.ndjson": (3, 2, 0, 1),
        "Patient.ndjson": (4, 2, 1, 1),
        "bundle.json": (2, 2, 0, 0),
        "SOURCE.txt": (1, 0, 0, 1),
    }
    before = content(spark, home)
    again = land_folder(folder)
    assert numbers(again) == (10, 0, 10, 0, 0)
    assert again.unchanged
    assert content(spark, home) == before
    assert [t.version for t in again.tables] == [t.version for t in landed.tables]


def test_later_delivery_counts_known_files_and_rows_as_duplicates(spark, home, land_folder, tmp_path):
    first = write(tmp_path / "one", Patient=[patient("a"), "{"], Extra=[observation("o", "Patient/a")])
    land_folder(first)
    second = write(
        tmp_path / "two", Patient=[patient("a"), "{"], New=[observation("o", "Patient/a"), patient("c")]
    )
    landed = land_folder(second)
    assert numbers(landed) == (4, 1, 3, 0, 0)
    assert delta.read(spark, home, RESOURCES).count() == 3
    other_site = land_folder(first, "north")
    assert numbers(other_site) == (3, 2, 0, 1, 0)


@pytest.mark.parametrize(
    ("table", "after"),
    [("resources", False), ("resources", True), ("quarantine", True), ("loads", False), ("loads", True)],
)
def test_kill_between_writes_and_run_again(spark, home, tmp_path, monkeypatch, table, after):  # noqa: PLR0917
    folder = write(tmp_path / "in", Patient=[patient("a"), patient("a"), "{", patient("b")])
    delivery = discover("fhir", "main", str(folder))
    append, adopt = delta.append, delta.adopt

    def dying(real, home_, spec, rows, transaction):
        if spec.path.endswith(table):
            if after:
                real(home_, spec, rows, transaction)
            raise OSError("no space for Jane Doe")
        return real(home_, spec, rows, transaction)

    monkeypatch.setattr(stage.delta, "append", partial(dying, append))
    monkeypatch.setattr(stage.delta, "adopt", partial(dying, adopt))
    with pytest.raises(PlummerError) as caught:
        land(spark, home, delivery)
    assert caught.value.code == "landing_failed"
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None
    monkeypatch.setattr(stage.delta, "append", append)
    monkeypatch.setattr(stage.delta, "adopt", adopt)
    landed = land(spark, home, delivery)
    expected = (4, 0, 4, 0, 0) if (table, after) == ("loads", True) else (4, 2, 1, 1, 0)
    assert numbers(landed) == expected
    resources, quarantine, loads = content(spark, home)
    assert (len(resources), len(quarantine), len(loads)) == (2, 1, 1)
    written = {path.name for path in (home.root / "identified" / "resources").glob("*.parquet")}
    assert len(written) == 1  # neither a file without the duplicate's row removed, nor one of the first try


def test_enforced_conformance_refuses_with_a_reason(spark, home, tmp_path):
    """What fhir.resources has something against is a row of the quarantine, and the account balances."""
    folder = write(tmp_path / "in", Observation=[observation("o", "Patient/a")], Patient=[patient("a")])
    delivery = discover("fhir", "main", str(folder))
    landed = land(spark, home, delivery, enforce=True)
    assert numbers(landed) == (2, 1, 0, 1, 0)
    assert landed.reasons == {"not_conformant": 1}
    (row,) = delta.read(spark, home, QUARANTINE).collect()
    assert (row.file, row.line, row.body.decode()) == ("Observation.ndjson", 1, observation("o", "Patient/a"))


def test_current_takes_the_highest_version_whatever_the_order(spark, home, land_folder, tmp_path):
    meta = [
        {"versionId": "9", "lastUpdated": "2024-05-01T00:00:00Z"},
        {"versionId": "10", "lastUpdated": "2024-01-01T00:00:00Z"},
    ]
    zones = [
        {"lastUpdated": "2024-01-01T23:30:00-05:00"},
        {"lastUpdated": "2024-01-02T01:00:00Z"},
        {"source": "urn:x"},
    ]
    land_folder(write(tmp_path / "one", Patient=[patient("v", meta=meta[1]), patient("z", meta=zones[0])]))
    assert current(spark, home).count() == 2
    land_folder(write(tmp_path / "two", Patient=[patient("v", meta=meta[0]), patient("z", meta=zones[1])]))
    land_folder(write(tmp_path / "three", Patient=[patient("z", meta=zones[2])]))
    assert delta.read(spark, home, RESOURCES).count() == 5
    rows = {r.resource_id: r for r in current(spark, home).collect()}
    assert rows["v"].version_id == "10"
    assert rows["z"].last_updated == zones[0]["lastUpdated"]
    assert len(rows) == 2
    assert current(spark, home).columns == list(RESOURCES.names)


def test_ranges_and_stripes_equal_one_whole_read(spark, home, land_folder, tmp_path, monkeypatch):
    lines = [patient(f"p{i}", text={"div": "x" * (i % 97)}) if i % 50 else "{" for i in range(3000)]
    folder = write(tmp_path / "plain", Patient=lines)
    whole = land_folder(folder, "whole")
    from plummer.pipelines.landing import tasks

    monkeypatch.setattr(tasks.ReadTask, "needs_scan", property(lambda task: task.form.startswith("ndjson")))
    monkeypatch.setattr(tasks.split, "__defaults__", (10_000,))
    monkeypatch.setattr(tasks, "_stripes", lambda task, inside, width: _three_stripes(task))
    cut = land_folder(folder, "cut")
    zipped = tmp_path / "zipped"
    zipped.mkdir()
    (zipped / "Patient.ndjson").write_bytes(gzip.compress((folder / "Patient.ndjson").read_bytes()))
    striped = land_folder(zipped, "striped")
    assert numbers(whole) == numbers(cut) == numbers(striped) == (3000, 2940, 0, 60, 0)
    for spec in (RESOURCES, QUARANTINE):
        table = delta.read(spark, home, spec)
        seen = table.groupBy("line", "content_sha256").agg(sf.countDistinct("site").alias("n"))
        assert seen.where("n != 3").count() == 0


def _three_stripes(task):
    from dataclasses import replace

    return [replace(task, stripe=n, stripes=3, verified=True) for n in range(3)]
