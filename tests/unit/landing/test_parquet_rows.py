"""Parquet files as landing reads them: values as text, rows by number, damage that costs what it spoils."""

import datetime
import decimal
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing import parquet_reader
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.tasks import ReadTask, apply_scan

MAPPING = """
version: 1
whole: [id]
files:
  people:
    resource: Patient
    id: id
    optional: [note]
    elements:
      birthDate: {column: born, formats: [YYYY-MM-DD]}
      name.text: {column: note}
"""


def read(path, stripes=1):
    (file,) = discover("csv", "main", str(path), MAPPING).files
    task = ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
    tasks = [task] if stripes == 1 else apply_scan([task], [], stripes)
    return [outcome for one in tasks for outcome in read_task(one, MAPPING)]


def write(folder, columns, **options):
    parquet.write_table(pa.table(columns), folder / "people.parquet", **options)
    return folder


def people(count):
    return {"id": list(range(count)), "born": ["1970-01-01"] * count, "note": [f"n{i}" for i in range(count)]}


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, None], ["1", ""]),
        ([1.5, float("nan"), 1e16, None], ["1.5", "", "1e+16", ""]),
        ([True, False], ["true", "false"]),
        ([datetime.date(2020, 1, 2)], ["2020-01-02"]),
        ([datetime.datetime(2020, 1, 2, 3, 4, 5)], ["2020-01-02 03:04:05"]),  # noqa: DTZ001 - as a CDM has it
        ([datetime.datetime(2020, 1, 2, 3, 4, 5, 6, datetime.UTC)], ["2020-01-02T03:04:05.000006Z"]),
        ([decimal.Decimal("7.30")], ["7.30"]),
        (["a\nb", ""], ["a\nb", ""]),
    ],
)
def test_a_value_is_the_text_that_a_warehouse_would_export(values, texts):
    assert parquet_reader._texts(pa.array(values)) == texts


def test_rows_by_number_and_a_refused_one_as_json(tmp_path):
    columns = people(3) | {
        "id": [1.0, None, 3.0],
        "born": ["1970-01-01", "1970-01-02", "1/2/70"],
        "x": [1, 2, 3],
    }
    found = read(write(tmp_path, columns))
    assert [(o.line, o.resource_id, o.reason) for o in found] == [
        (1, "1", None), (2, None, "missing_id"), (3, None, "invalid_date"),
    ]  # fmt: skip
    assert json.loads(found[2].body) == {"id": "3.0", "born": "1/2/70", "note": "n2"}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"id": ["1"]}, "schema_drift"),
        ({"id": ["1"], "born": [b"1970"]}, "schema_drift"),
        ({"id": ["1"], "born": [["1970-01-01"]]}, "schema_drift"),
    ],
)
def test_columns_that_are_none(tmp_path, columns, reason):
    (only,) = read(write(tmp_path, columns))
    assert (only.line, only.reason) == (0, reason)


def test_a_file_that_is_no_parquet(tmp_path):
    (tmp_path / "people.parquet").write_bytes(b"PAR1" + b"x" * 64)
    assert [(o.line, o.reason) for o in read(tmp_path)] == [(0, "parquet_malformed")]


def test_a_file_that_swells(tmp_path):
    columns = people(1) | {"id": ["1"], "note": ["x" * 80_000_000]}
    assert [o.reason for o in read(write(tmp_path, columns, compression="zstd", use_dictionary=False))] == [
        "gzip_bomb"
    ]


def test_a_damaged_group_costs_its_rows_and_is_one_unit(tmp_path):
    write(tmp_path, people(3_000), row_group_size=1_000, compression="zstd")
    path = tmp_path / "people.parquet"
    column = parquet.ParquetFile(path).metadata.row_group(1).column(2)
    data = bytearray(path.read_bytes())
    at = column.data_page_offset + 40
    data[at : at + 200] = b"\xff" * 200
    path.write_bytes(data)
    found = read(tmp_path)
    wrong = [(o.line, o.reason) for o in found if o.reason is not None]
    assert wrong == [(1_001, "parquet_malformed")]
    assert {o.line for o in found} >= {*range(1, 1_001), *range(2_001, 3_001)}


def test_stripes_give_the_rows_of_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("plummer.pipelines.landing.tasks.RANGE", 1_000)
    write(tmp_path, people(2_000))
    told = [(o.line, o.resource_id) for o in read(tmp_path)]
    parts = [(o.line, o.resource_id) for o in read(tmp_path, stripes=3)]
    assert parts != told
    assert sorted(parts) == told
