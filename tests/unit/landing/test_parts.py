"""What a worker writes of what it read: the same rows, nothing of them in footers, duplicates out again."""

import json
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from plummer.pipelines.deliveries import discover
from plummer.pipelines.delta_commit import Part, commit
from plummer.pipelines.home import Home
from plummer.pipelines.landing.parts import SCHEMA
from plummer.pipelines.stages import land_parts, land_read
from plummer.schemas.tables import LOADS, RESOURCES

READ = partial(land_read._outcomes, mapping="", reading=land_read.Reading())


def read(tmp_path, lines, folder=None):
    """The rows that one task of Spark hands over, as the worker makes them."""
    source = tmp_path / "in"
    source.mkdir(exist_ok=True)
    (source / "Patient.ndjson").write_text("".join(f"{line}\n" for line in lines))
    delivery = discover("fhir", "north", str(source))
    place = None if folder is None else land_read.Place(folder, "north", delivery.delivery_id)
    tasks = land_read.tasks_of(delivery, delivery.files)
    names = [name.split()[0] for name in land_read._TASK_DDL.split(", ")]
    batch = pa.RecordBatch.from_pylist([{name: getattr(task, name) for name in names} for task in tasks])
    batches = land_read._read_batches([batch], read=READ, place=place)
    return [row for batch in batches for row in batch.to_pylist()]


def patient(name):
    return json.dumps({"resourceType": "Patient", "id": name, "birthDate": "1970-02-28"})


def test_good_records_are_in_the_file_and_refused_ones_in_the_rows(tmp_path):
    folder = (tmp_path / "home" / RESOURCES.path).as_uri()
    rows = read(tmp_path, [patient("Gudrun"), "{", patient("b")], folder)
    plain = read(tmp_path, [patient("Gudrun"), "{", patient("b")])
    assert [row["reason"] for row in rows] == [None, None, "json_truncated"]
    assert [(row["line"], row["row"], row["body"]) for row in rows] == [
        (1, 0, None),
        (3, 1, None),
        (2, None, b"{"),
    ]
    (path,) = (tmp_path / "home" / RESOURCES.path).iterdir()
    assert {row["part"] for row in rows} == {path.name, None}
    told = pq.read_table(path)
    assert told.schema.names == list(RESOURCES.names)
    assert told.schema.types == SCHEMA.types
    good = [row for row in plain if row["reason"] is None]
    assert [row["body"].encode() for row in told.to_pylist()] == [row["body"] for row in good]
    for name in ("resource_type", "resource_id", "content_sha256", "file", "line", "entry", "full_url"):
        assert told.column(name).to_pylist() == [row[name] for row in good]
    assert told.column("patient_key").to_pylist() == ["north/Gudrun", "north/b"]
    group = pq.ParquetFile(path).metadata.row_group(0)
    assert not any(group.column(at).is_stats_set for at in range(group.num_columns))
    assert path.stat().st_mode & 0o77 == 0


def test_the_same_task_writes_the_same_bytes(tmp_path):
    """A task that runs twice, or a landing that runs again, overwrites its own."""
    folder = tmp_path / "table"
    read(tmp_path, [patient("a"), patient("b")], folder.as_uri())
    (path,) = folder.iterdir()
    first = path.read_bytes()
    read(tmp_path, [patient("a"), patient("b")], folder.as_uri())
    assert [one.read_bytes() for one in folder.iterdir()] == [first]


def test_a_task_that_ends_early_leaves_no_file(tmp_path):
    folder = tmp_path / "table"
    source = tmp_path / "in"
    source.mkdir()
    (source / "Patient.ndjson").write_text(patient("a") + "\n")
    delivery = discover("fhir", "north", str(source))
    (task,) = land_read.tasks_of(delivery, delivery.files)
    names = [name.split()[0] for name in land_read._TASK_DDL.split(", ")]
    batch = pa.RecordBatch.from_pylist([{name: getattr(task, name) for name in names}])
    place = land_read.Place(folder.as_uri(), "north", "d")
    running = land_read._read_batches([batch], read=READ, place=place)
    next(running)
    running.close()
    assert list(folder.iterdir()) == []


def test_nothing_is_written_where_nobody_needs_it(tmp_path):
    rows = read(tmp_path, [patient("a"), "{"], "")
    assert [(row["part"], row["body"]) for row in rows] == [(None, None), (None, b"{")]


def test_duplicates_go_out_of_a_file_again(tmp_path, monkeypatch):
    from deltalake import DeltaTable

    monkeypatch.setattr(land_read, "_GROUP_ROWS", 2)
    home = Home.at(tmp_path / "home")
    uri = home.table(RESOURCES)
    names = list("abcdefg")
    rows = read(tmp_path, map(patient, names), uri)
    part = rows[0]["part"]
    asked = pa.RecordBatch.from_pylist([{"part": part, "rows": [1, 4, 5]}])
    ((kept,),) = [batch.to_pylist() for batch in land_parts._rewrite([asked], uri)]
    assert (kept["part"], kept["rows"]) == (part, 4)
    size = (tmp_path / "home" / RESOURCES.path / kept["name"]).stat().st_size
    commit(uri, RESOURCES, [Part(kept["name"], kept["rows"], size)], "t")
    table = DeltaTable(str(tmp_path / "home" / RESOURCES.path)).to_pyarrow_table()
    assert table.column("resource_id").to_pylist() == ["a", "c", "d", "g"]
    asked = pa.RecordBatch.from_pylist([{"part": part, "rows": list(range(7))}])
    ((none,),) = [batch.to_pylist() for batch in land_parts._rewrite([asked], uri)]
    assert none["rows"] == 0


def test_rows_of_the_driver_are_a_file_too(tmp_path):
    home = Home.at(tmp_path / "home %20")
    row = ("d", "main", "fhir", None, "f", "s", 1, 1, 1, 0, 0, 0)
    part = land_parts.write_rows(home, LOADS, [row], "one.parquet")
    assert (part.rows, part.bytes) == (1, (tmp_path / "home %20" / LOADS.path / "one.parquet").stat().st_size)
    assert (
        tuple(pq.read_table(tmp_path / "home %20" / LOADS.path / "one.parquet").to_pylist()[0].values())
        == row
    )
