"""A release that a whole run has written becomes MEDS, with all that it holds and nothing of the source."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from plummer.pipelines.export.meds import export_meds
from plummer.pipelines.export.released import open_release

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def release(released_home) -> Path:
    (version,) = (released_home / "released" / "safe_harbor").iterdir()
    return version


@pytest.fixture(scope="module")
def exported(release, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("meds") / "out"
    export_meds(open_release(release), out, shard_events=10)
    return out


def cells(out: Path) -> set[str]:
    """Every text and number of every column, and the one JSON file's text."""
    found = set((out / "metadata" / "dataset.json").read_text().split('"'))
    for path in out.rglob("*.parquet"):
        for column in pq.read_table(path).columns:
            for value in column.to_pylist():
                found.update(map(str, value if isinstance(value, list) else [value]))
    return found


def test_every_event_of_the_release_is_there_in_its_order(release, exported):
    table = DeltaTable(str(release / "events")).to_pyarrow_table()
    wanted = table.sort_by([("subject_id", "ascending"), ("seq", "ascending")]).to_pylist()
    shards = [pq.read_table(path).to_pylist() for path in exported.rglob("data/*/*.parquet")]
    rows = sorted((row for shard in shards for row in shard), key=lambda row: row["subject_id"])
    assert len(shards) == len({row["subject_id"] for row in wanted})
    assert len(rows) == len(wanted) > 100
    for row, event in zip(rows, wanted, strict=True):
        event["flags"] = ",".join(event["flags"]) or None  # MEDS's columns hold no lists
        assert row == {name: event["source_id" if name == "resource_id" else name] for name in row}


def test_codes_are_those_of_the_release(release, exported):
    table = DeltaTable(str(release / "codes")).to_pyarrow_table()
    made = pq.read_table(exported / "metadata" / "codes.parquet")
    assert made["code"].to_pylist() == table["code"].to_pylist()
    assert made["description"].to_pylist() == table["description"].to_pylist()


def test_births_stand_under_the_age_rule(exported):
    rows = [row for path in exported.rglob("data/*/*") for row in pq.read_table(path).to_pylist()]
    births = [row["time"] for row in rows if row["code"] == "MEDS_BIRTH"]
    old = [row for row in rows if row["code"] == "AGE//90+"]
    assert len(births) + len(old) == len({row["subject_id"] for row in rows})
    assert all((birth.month, birth.day) == (1, 1) and 1880 < birth.year <= 1970 for birth in births)
    assert all(row["time"] is None for row in old)


def test_no_id_and_no_planted_identifier_of_the_source_is_in_it(synthetic, exported):
    lines = (line for path in synthetic.glob("*.ndjson") for line in path.read_text().splitlines())
    ids = {json.loads(line)["id"] for line in lines}
    needles = (synthetic / "gold" / "needles.jsonl").read_text().splitlines()
    planted = {json.loads(line)["value"] for line in needles}
    held = cells(exported)
    assert len(ids) > 50
    assert len(planted) > 20
    assert held & (ids | planted) == set()
    joined = "\n".join(held)
    assert [n for n, one in enumerate(sorted(ids)) if one in joined] == []
