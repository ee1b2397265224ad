"""A release is read alike by every reader the contract names, and its files tell no more than its rows."""

import json
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from plummer.schemas.tables import RELEASE_TABLES

pytestmark = [pytest.mark.spark, pytest.mark.parametrize("name", RELEASE_TABLES)]


@pytest.fixture
def table(released_home, name) -> Path:
    (version,) = (released_home / "released" / "safe_harbor").iterdir()
    return version / name


def _actions(table: Path, kind: str) -> list[dict]:
    (log,) = (table / "_delta_log").glob("*.json")
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    return [action[kind] for action in actions if kind in action]


def _key(row: dict) -> str:
    plain = {k: sorted(v) if isinstance(v, list) else v for k, v in row.items() if not _nested(k)}
    return json.dumps(plain, sort_keys=True, default=str)


def _nested(column: str) -> bool:
    """Maps, which each reader hands out in its own form."""
    return column in ("actions", "note_counts", "counts")


def _keys(rows: list[dict]) -> list[str]:
    return sorted(_key(row) for row in rows)


def test_delta_rs_polars_and_duckdb_see_the_same_rows(table, name):
    expected = DeltaTable(str(table)).to_pyarrow_table().to_pylist()
    assert expected
    assert _keys(pl.read_delta(str(table)).to_dicts()) == _keys(expected)
    assert _keys(pl.scan_delta(str(table)).collect().to_dicts()) == _keys(expected)
    data = DeltaTable(str(table)).to_pyarrow_dataset()
    seen = duckdb.sql("select * from data").to_arrow_table().to_pylist()
    assert data.count_rows() == len(expected)
    assert _keys(seen) == _keys(expected)


def test_spark_sees_the_same_rows(table, name, spark):
    expected = DeltaTable(str(table)).to_pyarrow_table().to_pylist()
    seen = [row.asDict(recursive=True) for row in spark.read.format("delta").load(str(table)).collect()]
    assert _keys(seen) == _keys(expected)


def test_columns_are_the_contracts_and_times_have_no_zone(table, name):
    schema = DeltaTable(str(table)).to_pyarrow_dataset().schema
    spec = RELEASE_TABLES[name]
    assert schema.names == list(spec.names)
    for column in spec.columns:
        if column.type == "timestamp_ntz":
            assert str(schema.field(column.name).type) == "timestamp[us]"


def test_there_is_one_version_and_no_other_file(table, name):
    assert DeltaTable(str(table)).version() == 0
    assert [path.name for path in (table / "_delta_log").glob("*.json")] == ["0" * 20 + ".json"]
    assert not _actions(table, "remove")
    (protocol,) = _actions(table, "protocol")
    assert not {"deletionVectors", "columnMapping", "variantType", "typeWidening", "v2Checkpoint"} & set(
        protocol.get("readerFeatures", [])
    )
    added = {action["path"] for action in _actions(table, "add")}
    assert added == {path.relative_to(table).as_posix() for path in table.rglob("*.parquet")}
    rest = [path for path in table.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert {path.parent.name for path in rest} == {"_delta_log"}


def _stats(told: object) -> list[dict]:
    """Every file's statistics, wherever in the log they stand: in commits and in version checksums."""
    if isinstance(told, list):
        return [found for part in told for found in _stats(part)]
    if not isinstance(told, dict):
        return []
    own = [json.loads(told["stats"])] if told.get("stats") else []
    return own + [found for part in told.values() for found in _stats(part)]


def test_the_log_has_minima_and_maxima_of_listed_columns_only(table, name):
    lines = [line for path in (table / "_delta_log").glob("*.*") for line in path.read_text().splitlines()]
    found = [stats for line in lines for stats in _stats(json.loads(line))]
    assert found
    for stats in found:
        told = {*stats.get("minValues", {}), *stats.get("maxValues", {}), *stats.get("nullCount", {})}
        assert told <= set(RELEASE_TABLES[name].stats)


def test_footers_have_no_minima_or_maxima(table, name):
    columns = 0
    for path in table.glob("*.parquet"):
        meta = pq.ParquetFile(path).metadata
        for group in range(meta.num_row_groups):
            for index in range(meta.num_columns):
                column = meta.row_group(group).column(index)
                columns += 1
                assert column.statistics is None or not column.statistics.has_min_max, column.path_in_schema
                assert not column.has_column_index, column.path_in_schema
    assert columns
