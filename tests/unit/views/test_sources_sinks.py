"""Where resources come from, and how rows leave: exactly, or not at all."""

import gzip
import io
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.manifest import write_manifest
from plummer.pipelines.views.definition import Column
from plummer.pipelines.views.sinks import table_lines, write_ndjson, write_parquet
from plummer.pipelines.views.sources import resources
from plummer.schemas.errors import PlummerError

PATIENTS = [{"resourceType": "Patient", "id": str(n)} for n in range(4)]
OTHER = {"resourceType": "Group", "id": "g"}


def ids(on, kind="Patient"):
    return [one["id"] for one in resources(on, kind)]


def table(folder, *parts, log="add"):
    """A Delta table by hand: each part a file of rows, all in the first commit."""
    (folder / "_delta_log").mkdir(parents=True)
    actions = []
    for n, rows in enumerate(parts):
        kinds, bodies = [row["resourceType"] for row in rows], [json.dumps(row) for row in rows]
        pq.write_table(pa.table({"resource_type": kinds, "body": bodies}), folder / f"part {n}.parquet")
        actions.append({"add": {"path": f"part%20{n}.parquet"}})
    (folder / "_delta_log" / f"{0:020}.json").write_text("\n".join(map(json.dumps, actions)))


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "released" / "r" / "1.0.0"
    table(folder / "resources", [*PATIENTS[:2], OTHER], PATIENTS[2:])
    write_manifest(folder, {"name": "r", "version": "1.0.0"})
    return folder


def test_a_release_gives_its_resources_of_a_type(release):
    assert ids(release) == ["0", "1", "2", "3"]
    assert ids(release, "Group") == ["g"]
    assert ids(release, "Observation") == []


def test_a_changed_release_is_not_read(release):
    part = release / "resources" / "part 0.parquet"
    part.write_bytes(part.read_bytes() + b" ")
    with pytest.raises(PlummerError, match="release_changed") as caught:
        ids(release)
    assert int(caught.value.exit_code) == 5


def test_a_table_gives_only_its_current_files(tmp_path):
    table(tmp_path / "t", PATIENTS[:2], PATIENTS[2:])
    commit = {"remove": {"path": "part%200.parquet"}}
    (tmp_path / "t" / "_delta_log" / f"{1:020}.json").write_text(json.dumps(commit))
    assert ids(tmp_path / "t") == ["2", "3"]


def test_a_table_written_by_delta_rs_with_a_checkpoint_is_read(tmp_path):
    deltalake = pytest.importorskip("deltalake")
    at = str(tmp_path / "t")
    for one in PATIENTS[:3]:
        rows = pa.table({"resource_type": ["Patient"], "body": [json.dumps(one)]})
        deltalake.write_deltalake(at, rows, mode="append")
    deltalake.DeltaTable(at).create_checkpoint()
    assert sorted(ids(tmp_path / "t")) == ["0", "1", "2"]


def test_files_are_read_as_a_run_would(tmp_path):
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "x.ndjson").write_text("not for us")
    (tmp_path / "_x.ndjson").write_text("not for us")
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, [PATIENTS[0], OTHER])) + "\n\n")
    with gzip.open(tmp_path / "b.ndjson.gz", "wt") as file:
        file.write(json.dumps(PATIENTS[1]))
    bundle = {"resourceType": "Bundle", "entry": [{"resource": PATIENTS[2]}, {"fullUrl": "urn:x"}]}
    (tmp_path / "c.json").write_text(json.dumps(bundle))
    (tmp_path / "d.json").write_text(json.dumps(PATIENTS[3], indent=1))
    assert ids(tmp_path) == ["0", "1", "2", "3"]
    assert ids(tmp_path / "a.ndjson") == ["0"]


def test_numbers_keep_their_digits(tmp_path):
    (tmp_path / "a.ndjson").write_text('{"resourceType":"Observation","valueQuantity":{"value":1.230}}')
    (one,) = resources(tmp_path, "Observation")
    assert str(one["valueQuantity"]["value"]) == "1.230"


@pytest.mark.parametrize("bad", [b'{"resourceType": "Patient"', b"\xff\xfe", b"[1]", b"7"])
def test_a_file_that_is_not_fhir_is_told_by_place_only(tmp_path, bad):
    (tmp_path / "Zebulon.ndjson").write_bytes(json.dumps(PATIENTS[0]).encode() + b"\n" + bad + b"\n")
    with pytest.raises(PlummerError) as caught:
        ids(tmp_path)
    assert (caught.value.code, caught.value.ref) == ("view_source", "file 1, line 2")
    assert "Zebulon" not in str(caught.value)


def test_nothing_to_read(tmp_path):
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(PlummerError, match="view_source"):
            ids(place)
    (tmp_path / "t" / "_delta_log").mkdir(parents=True)
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t" / "p.parquet")
    (tmp_path / "t" / "_delta_log" / f"{0:020}.json").write_text('{"add": {"path": "p.parquet"}}')
    with pytest.raises(PlummerError, match="view_source"):
        ids(tmp_path / "t")


COLUMNS = (
    Column("n", "n", "decimal"), Column("i", "i", "positiveInt"), Column("b", "b", "boolean"),
    Column("s", "s", "dateTime"), Column("l", "l", "string", collection=True), Column("o", "o", "Quantity"),
)  # fmt: skip
ROWS = [
    (Decimal("1.10"), 2, True, "2020-01", ["x", "y"], {"value": Decimal("1.50")}),
    (3, None, None, None, [], None),
]


def test_parquet_has_the_columns_types():
    out = io.BytesIO()
    assert write_parquet(COLUMNS, ROWS, out) == 2
    read = pq.read_table(out)
    assert [str(kind) for kind in read.schema.types] == [
        "decimal128(38, 18)", "int64", "bool", "string", "list<element: string>", "string",
    ]  # fmt: skip
    assert read.to_pylist()[0] == {
        "n": Decimal("1.10"), "i": 2, "b": True, "s": "2020-01", "l": ["x", "y"], "o": '{"value":1.50}',
    }  # fmt: skip
    assert read["n"].to_pylist()[1] == 3


def test_a_view_without_rows_still_makes_a_file():
    out = io.BytesIO()
    assert write_parquet(COLUMNS, [], out) == 0
    assert pq.read_table(out).num_rows == 0


@pytest.mark.parametrize("value", [Decimal("1e-19"), Decimal("1e21")])
def test_a_number_that_parquet_can_not_hold_is_refused(value):
    with pytest.raises(PlummerError) as caught:
        write_parquet([Column("n", "n", "decimal")], [(value,)], io.BytesIO())
    assert (caught.value.code, caught.value.ref) == ("view_value", "n")


def test_ndjson_has_a_row_a_line():
    out = io.BytesIO()
    assert write_ndjson(COLUMNS, ROWS, out) == 2
    first, second = out.getvalue().decode().splitlines()
    assert first == '{"n":1.10,"i":2,"b":true,"s":"2020-01","l":["x","y"],"o":{"value":1.50}}'
    assert json.loads(second) == {"n": 3, "i": None, "b": None, "s": None, "l": [], "o": None}


DECIMALS = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=12
)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), DECIMALS), max_size=20))
def test_decimals_survive_both_forms(values):
    columns, rows = [Column("n", "n", "decimal")], [(value,) for value in values]
    parquet, lines = io.BytesIO(), io.BytesIO()
    write_parquet(columns, rows, parquet)
    write_ndjson(columns, rows, lines)
    assert pq.read_table(parquet)["n"].to_pylist() == values
    read = [json.loads(line, parse_float=Decimal)["n"] for line in lines.getvalue().splitlines()]
    assert [None if v is None else Decimal(v) for v in read] == values


def test_a_table_shows_no_control_characters():
    lines = list(table_lines([Column("x", "x")], [("a\x1b[31m\nb",), ("y" * 99,)]))
    assert lines[2] == "a?[31m b"
    assert len(lines[3]) == 40
