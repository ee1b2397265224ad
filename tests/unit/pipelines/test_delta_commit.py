"""Commits of files that are there: as Spark's own, once, and never over another's (R-03)."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plummer.pipelines import delta_log
from plummer.pipelines.delta_commit import Part, commit, committed
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import Column, TableSpec

SPEC = TableSpec("identified/x", (Column("a", "string", ""), Column("n", "bigint", "")))


def part(folder, name, *rows):
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table({"a": [a for a, _ in rows], "n": [n for _, n in rows]})
    pq.write_table(table, folder / name)
    return Part(name, len(rows), (folder / name).stat().st_size)


def test_files_are_added_once_and_every_reader_finds_them(tmp_path):
    from deltalake import DeltaTable

    folder = tmp_path / "identified" / "x"
    first, second = part(folder, "one.parquet", ("x", 1)), part(folder, "two.parquet", ("y", 2), ("z", 3))
    uri = folder.as_uri()
    commit(uri, SPEC, [first], "t1")
    commit(uri, SPEC, [first], "t1")
    commit(uri, SPEC, [second], "t2")
    assert delta_log.version_and_rows(uri) == (1, 3)
    assert committed(uri, "t2")
    assert not committed(uri, "t3")
    read = DeltaTable(str(folder)).to_pyarrow_table()
    assert sorted(read.column("n").to_pylist()) == [1, 2, 3]


def test_a_commit_that_another_has_made_is_not_overwritten(tmp_path, monkeypatch):
    folder = tmp_path / "identified" / "x"
    commit(folder.as_uri(), SPEC, [], "t1")
    before = (folder / "_delta_log" / f"{0:020d}.json").read_bytes()
    monkeypatch.setattr("plummer.pipelines.delta_commit.latest_version", lambda uri: -1)
    with pytest.raises(PlummerError) as caught:
        commit(folder.as_uri(), SPEC, [], "t2")
    assert caught.value.code == "table_moved"
    assert (folder / "_delta_log" / f"{0:020d}.json").read_bytes() == before


def test_a_log_holds_no_value_of_a_column(tmp_path):
    folder = tmp_path / "identified" / "x"
    commit(folder.as_uri(), SPEC, [part(folder, "one.parquet", ("Gudrun", 77_123))], "t1")
    text = (folder / "_delta_log" / f"{0:020d}.json").read_text()
    assert "Gudrun" not in text
    assert "77123" not in text
    assert json.loads(text.splitlines()[-1])["add"]["stats"] == '{"numRecords":1}'
