"""Every released table is read alike by deltalake, Polars, DuckDB and our own door, without Spark."""

import json
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from made_release import event, make_release, note, resource
from meds_stories import events

from plummer.pipelines.research import Release, open_release
from plummer.schemas.tables import RELEASE_TABLES

PLAIN = ("actions", "note_counts", "counts")
"""Maps, which each reader hands out in its own form."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    notes = [note(one, 1, f"Note of {one}") for one in range(1, 20)]
    records = [resource(one, "Patient", gender="female") for one in range(1, 20)]
    rows = [event(1, None, "A", text_value="é"), *events()]
    place = tmp_path_factory.mktemp("made") / "r"
    return make_release(place, rows, files=3, notes=notes, resources=records)


@pytest.fixture
def release(folder, tmp_path, monkeypatch) -> Release:
    monkeypatch.setenv("PLUMMER_ACCESS_LEDGER", str(tmp_path / "access.jsonl"))
    return open_release(folder, "contract")


def rows_of(table: pa.Table | pl.DataFrame) -> list[str]:
    found = table.to_dicts() if isinstance(table, pl.DataFrame) else table.to_pylist()
    return sorted(
        json.dumps(
            {key: value for key, value in row.items() if key not in PLAIN}, sort_keys=True, default=str
        )
        for row in found
    )


@pytest.mark.parametrize("name", RELEASE_TABLES)
def test_every_reader_sees_the_same_rows(folder, release, name):
    table = DeltaTable(str(folder / name))
    data = table.to_pyarrow_dataset()
    wanted = rows_of(table.to_pyarrow_table())
    assert len(wanted) == len(release.table(name)) > 0
    readers = {
        "polars": pl.read_delta(str(folder / name)),
        "lazy polars": pl.scan_delta(str(folder / name)).collect(),
        "duckdb": duckdb.sql("select * from data").to_arrow_table(),
        "door, arrow": release.table(name).arrow(),
        "door, polars": release.table(name).polars(),
        "door, duckdb": release.table(name).duckdb().to_arrow_table(),
    }
    assert data.count_rows() == len(wanted)
    assert {reader: rows_of(found) == wanted for reader, found in readers.items()} == dict.fromkeys(
        readers, True
    )


@pytest.mark.parametrize("name", ["notes", "resources"])
def test_maps_are_there_in_every_form(release, name):
    column = {"notes": "counts", "resources": "actions"}[name]
    arrow = release.table(name).arrow(column).column(column)[0].as_py()
    assert release.table(name).duckdb(column).fetchall()[0][0] == dict(arrow) != {}
    assert release.table(name).polars(column)[column][0] == dict(arrow)
