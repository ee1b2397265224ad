"""Deletions on Spark: counted, out of the current versions, whatever the order (R-10, R-11)."""

import hashlib
import json
import random

import pytest

from plummer.pipelines import delta
from plummer.pipelines.stages.current import current
from plummer.schemas.tables import COMPLETION, DELETIONS, LOADS, QUARANTINE, RESOURCES

pytestmark = pytest.mark.spark
HISTORIES = 1000


def numbers(landed):
    a = landed.account
    return a.read, a.loaded, a.duplicate, a.quarantined, a.deleted


def ids(rows):
    return sorted(f"{row.resource_type}/{row.resource_id}" for row in rows.collect())


def resource(kind, name, **more):
    return json.dumps({"resourceType": kind, "id": name, **more})


@pytest.mark.shared
def test_an_export_with_a_deleted_list(spark, home, land_folder, shared):
    """hostile/bulk/01_ok_deleted: p2 leaves, a target never seen is counted and changes nothing."""
    folder = shared / "hostile" / "bulk" / "01_ok_deleted"
    landed = land_folder(folder)
    assert numbers(landed) == (5, 3, 0, 0, 2)
    assert landed.warnings == {}
    assert ids(current(spark, home)) == ["Observation/o1", "Patient/p1"]
    rows = delta.read(spark, home, DELETIONS).orderBy("entry").collect()
    assert [(r.resource_type, r.resource_id, r.file, r.line, r.entry) for r in rows] == [
        ("Patient", "p2", "deleted.ndjson", 1, 0), ("Observation", "never-seen", "deleted.ndjson", 1, 1),
    ]  # fmt: skip
    assert {r.deleted_at for r in rows} == {"2024-05-01T00:00:00Z"}
    loads = {r.file: r.transaction_time for r in delta.read(spark, home, LOADS).collect()}
    assert loads["Patient.ndjson"] == "2024-05-01T00:00:00Z"
    versions = [ref.version for ref in landed.tables]
    again = land_folder(folder)
    assert (numbers(again), again.unchanged) == ((5, 0, 5, 0, 0), True)
    assert [ref.version for ref in again.tables] == versions


def test_counts_and_files_that_a_manifest_promises(spark, home, land_folder, tmp_path):
    """A line short is told as a warning, a file short is a row of the quarantine, a stray file too."""
    lines = [resource("Patient", "a"), resource("Patient", "b")]
    (tmp_path / "Patient.ndjson").write_text("\n".join(lines))
    (tmp_path / "Old.ndjson").write_text("\n".join([*lines, resource("Patient", "c")]))
    kinds = {"Patient": "Patient", "Gone": "Condition"}
    output = [
        {"url": f"https://e.invalid/{name}.ndjson", "count": count, "type": kinds[name]}
        for name, count in (("Patient", 3), ("Gone", 1))
    ]
    request = "https://e.invalid/fhir/Group/g-1/$export?_type=Patient,Condition,Device"
    told = {"transactionTime": "2024-05-01T00:00:00Z", "output": output, "request": request}
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    landed = land_folder(tmp_path)
    assert numbers(landed) == (4, 2, 0, 2, 0)
    assert landed.warnings == {"count_mismatch": 1}
    assert landed.reasons == {"file_not_in_manifest": 1, "missing_file": 1}
    rows = delta.read(spark, home, QUARANTINE).orderBy("file").collect()
    assert [(r.file, r.line, r.entry, r.body) for r in rows] == [
        ("Old.ndjson", 0, None, None), ("manifest.json", 0, 1, None),
    ]  # fmt: skip
    assert not delta.exists(home, DELETIONS)
    rows = delta.read(spark, home, COMPLETION).orderBy("resource_type").collect()
    assert {row.group for row in rows} == {"g-1"}
    assert [(row.resource_type, row.reason, row.files, row.read) for row in rows] == [
        ("Condition", "missing_file", 0, 0), ("Device", None, 0, 0), ("Patient", "count_mismatch", 1, 2),
    ]  # fmt: skip


def history(rng, site):
    """Rows of one site's resources and deletions, and what is current, by the rule in plain Python."""
    told, gone, standing = [], [], []
    owners = {"p": None, "o": "p", "q": None, "r": "q"}
    for name, owner in owners.items():
        kind = "Patient" if owner is None else "Observation"
        versions = [
            (
                str(rng.randint(1, 12)) if rng.random() < 0.7 else None,
                f"2024-0{rng.randint(1, 9)}-01T00:00:00Z" if rng.random() < 0.7 else None,
                hashlib.sha256(f"{site}{name}{n}".encode()).hexdigest(),
            )
            for n in range(rng.randint(1, 4))
        ]
        deletions = [
            (
                str(rng.randint(1, 12)) if rng.random() < 0.5 else None,
                f"2024-0{rng.randint(1, 9)}-15T00:00:00Z" if rng.random() < 0.5 else None,
            )
            for _ in range(rng.choice((0, 0, 1, 2)))
        ]
        key = f"{site}/{owner or name}"
        told += [(site, kind, name, key, v, t, sha, "{}", "d", "f", 1, None, None) for v, t, sha in versions]
        gone += [(site, kind, name, v, t, "d", "f", 1, None) for v, t in deletions]
        best = max(versions, key=lambda one: (int(one[0] or -1), one[1] or "", one[2]))
        if all(came_after(best, one) for one in deletions):
            standing.append((kind, name, key, best[2]))
    living = {name for kind, name, _, _ in standing if kind == "Patient"}
    dead = {f"{site}/{row[2]}" for row in gone if row[1] == "Patient" and row[2] not in living}
    kept = {(site, name, sha) for _, name, key, sha in standing if key not in dead}
    return told, gone, kept


def came_after(version, deletion):
    if version[0] and deletion[0]:
        return int(version[0]) > int(deletion[0])
    return bool(version[1] and deletion[1] and version[1] > deletion[1])


def test_a_thousand_random_histories_come_to_the_same_in_any_order(spark, home):
    """R-10: versions of 1,000 sites late, out of order, without numbers or times, deletions among them."""
    rng = random.Random(7)
    made = [history(rng, f"s{n}") for n in range(HISTORIES)]
    told = [row for rows, _, _ in made for row in rows]
    gone = [row for _, rows, _ in made for row in rows]
    rng.shuffle(told)
    rng.shuffle(gone)
    delta.append(home, RESOURCES, spark.createDataFrame(told, RESOURCES.ddl), delta.Transaction("a"))
    delta.append(home, DELETIONS, spark.createDataFrame(gone, DELETIONS.ddl), delta.Transaction("b"))
    rows = current(spark, home).select("site", "resource_id", "content_sha256").collect()
    expected = set().union(*(kept for _, _, kept in made))
    assert {tuple(row) for row in rows} == expected
    assert len(rows) == len(expected) < 3 * HISTORIES
    assert len(gone) > HISTORIES
