"""CSV files as landing reads them: headers, rows and lines, balanced units, deliveries and their mapping."""

import csv
import gzip
import io
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.deliveries import discover, load, register
from plummer.pipelines.home import Home
from plummer.pipelines.landing import tasks as tasks_module
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.scan import scan
from plummer.pipelines.landing.tasks import ReadTask, apply_scan, split
from plummer.schemas.errors import ExitCode, PlummerError

MAPPING = """
version: 2
files:
  people.csv:
    resource: Patient
    id: Id
    optional: [NOTE]
    elements:
      birthDate: {column: BORN, formats: [YYYY-MM-DD]}
      name.text: {column: NAME}
      address.text: {column: NOTE}
ignore: [log*.csv]
"""
HEADER = "Id,BORN,NAME,NOTE\n"


def read(path, mapping=MAPPING):
    delivery = discover("csv", "main", str(path), mapping)
    pieces = split(
        ReadTask(f.path, f.uri, f.form, f.bytes, f.sha256, 0, f.bytes, refusal=f.told.refusal)
        for f in delivery.files
        if f.form != "ignored"
    )
    return [outcome for piece in pieces for outcome in read_task(piece, delivery.mapping)]


def told(outcomes):
    return [(o.line, o.reason or o.resource_id) for o in outcomes]


def people(tmp_path, data, name="people.csv"):
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return tmp_path


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "schema_drift"),
        ("\n\n", "schema_drift"),
        ("Id,BORN\np1,1970-01-01\n", "schema_drift"),
        ("id,BORN,NAME\np1,1970-01-01,A\n", "schema_drift"),
        ("Id,BORN,NAME,Id\np1,1970-01-01,A,p2\n", "duplicate_column"),
        ("Id,BORN,NAME,SSN,SSN\np1,1970-01-01,A,1,2\n", "duplicate_column"),
        ('Id,BORN,NA"ME\np1,1970-01-01,A\n', "csv_malformed"),
        ('Id,BORN,"NAME\np1,1970-01-01,A\n', "csv_malformed"),
        (b"Id,BORN,NAME\xff\np1,1970-01-01,A\n", "encoding_not_utf8"),
        (b"Id,BORN,NAME\0\np1,1970-01-01,A\n", "nul_byte"),
        ("Id,BORN,NAME\np1,1970-01-01,A\n".encode("utf-16"), "encoding_not_utf8"),
        (b"PK\x03\x04Id,BORN,NAME\n", "binary_content"),
        (gzip.compress(b"Id,BORN,NAME\np1,1970-01-01,A\n")[:-3], "gzip_truncated"),
    ],
)
def test_a_file_is_refused_whole(tmp_path, data, reason):
    (only,) = read(people(tmp_path, data))
    assert (only.line, only.reason, only.body) == (0, reason, None)


def test_rows_their_lines_and_what_is_refused_of_them(tmp_path):
    rows = [
        '\ufeff"Id" ,BORN,NAME,NOTE,SSN\r\n',
        'p1,1970-01-01,"Test, Ann","a\r\nb",1\r\n',
        "\r\n",
        "p2,01/02/1970,B,,2\r\n",
        ",1970-01-01,C,,3\r\n",
        "p4,1970-01-01,D,,4,5\r\n",
        "p5,1970-01-01,E,x\0y,5\r\n",
        'p6,1970-01-01,"F"x,,6\r\n',
        "p7,,,,7\r\n",
        "p1,1970-01-01,Z,,8",
    ]
    data = "".join(rows).replace('"Id" ,', '"Id",')
    found = read(people(tmp_path, data))
    assert told(found) == [
        (2, "p1"), (5, "invalid_date"), (6, "missing_id"), (7, "csv_ragged"), (8, "nul_byte"),
        (9, "csv_malformed"), (10, "p7"), (11, "p1"),
    ]  # fmt: skip
    first = json.loads(found[0].body)
    assert first["name"] == [{"text": "Test, Ann"}]
    assert first["address"] == [{"text": "a\r\nb"}]
    assert (found[0].patient_id, found[0].version_id, found[0].size) == ("p1", "2", len(found[0].body))
    assert found[1].body == b"p2,01/02/1970,B,,2"
    assert b"SSN" not in b"".join(o.body for o in found)


def test_what_is_unnamed_is_counted_and_goes_nowhere(tmp_path):
    people(tmp_path, "Id,BORN,NAME,SSN,,\np1,1970-01-01,A,999-00-1111,x,y\n")
    people(tmp_path, "Id,SECRET\np1,secret\n", "secrets.csv")
    people(tmp_path, "x", "unknown.csv")
    delivery = discover("csv", "main", str(tmp_path), MAPPING)
    assert [(f.path, f.form, f.unnamed) for f in delivery.files] == [
        ("people.csv", "csv", 3), ("secrets.csv", "other", 0), ("unknown.csv", "other", 0),
    ]  # fmt: skip
    (tmp_path / "secrets.csv").rename(tmp_path / "log_1.CSV")
    found = read(tmp_path)
    assert Counter(o.reason for o in found) == {None: 1, "unknown_file_kind": 1}
    assert not any(b"999" in (o.body or b"") for o in found)


def test_a_column_that_may_be_absent(tmp_path):
    assert told(read(people(tmp_path, "NAME,Id,BORN\nA,p1,1970-01-01\n"))) == [(2, "p1")]


def test_a_file_that_hides_its_kind_by_gzip_is_read(tmp_path):
    people(tmp_path, gzip.compress((HEADER + "p1,1970-01-01,A,\n").encode()))
    people(tmp_path, HEADER + "p2,1970-01-01,A,\n", "People.csv.gz")
    assert told(read(tmp_path)) == [(2, "p2"), (2, "p1")]


@pytest.mark.parametrize("name", ["people.csv", "people.csv.gz"])
def test_stripes_of_a_large_file_give_the_rows_of_the_whole(tmp_path, monkeypatch, name):
    monkeypatch.setattr(tasks_module, "RANGE", 1_000)
    monkeypatch.setattr(tasks_module, "SMALL_GZIP", 1)
    rows = [
        f'p{n},1970-01-01,"x{"" if n % 5 else chr(10)}",{n}{"" if n % 7 else chr(34)}\n' for n in range(900)
    ]
    data = (HEADER + "".join(rows)).encode()
    folder = people(tmp_path, gzip.compress(data) if name.endswith("gz") else data, name)
    whole = told(read(folder))
    assert len(whole) > 900
    (file,) = discover("csv", "main", str(folder), MAPPING).files
    pieces = split([ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)])
    pieces = apply_scan(pieces, [scan(task) for task in pieces if task.needs_scan], 3)
    assert len(pieces) == 3
    parts = [told(read_task(piece, MAPPING)) for piece in pieces]
    assert all(parts)
    assert sorted(unit for part in parts for unit in part) == sorted(whole)


def test_a_refused_file_is_one_unit_however_many_tasks_read_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks_module, "RANGE", 100)
    folder = people(tmp_path, "Id,BORN\n" + "p1,1970-01-01\n" * 100)
    (file,) = discover("csv", "main", str(folder), MAPPING).files
    pieces = split([ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)])
    pieces = apply_scan(pieces, [], 4)
    assert len(pieces) > 1
    assert [unit for piece in pieces for unit in told(read_task(piece, MAPPING))] == [(0, "schema_drift")]


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELL, max_size=8), st.binary(min_size=1, max_size=3), st.integers(0, 10_000))
def test_under_any_damage_every_row_is_one_unit_and_no_other_row_changes(
    tmp_path_factory, cells, junk, place
):
    """Rows on one line; the damage hits one of them, or its line end, and costs at most two."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    flat = [cell.replace("\n", "").replace("\r", "") for cell in cells]
    writer.writerows([f"p{n}", "1970-01-01", cell, ""] for n, cell in enumerate(flat))
    rows = out.getvalue().encode()
    hit = place % (len(rows) + 1)
    damaged = rows[:hit] + junk + rows[hit:]
    folder = tmp_path_factory.mktemp("csv")
    before = read(people(folder, HEADER.encode() + rows))
    assert [o.resource_id for o in before] == [f"p{n}" for n in range(len(flat))]
    after = read(people(folder, HEADER.encode() + damaged))
    good = {o.resource_id: o.body for o in after if o.reason is None}
    line = rows[:hit].count(b"\n")
    spoiled = (
        {f"p{line}", f"p{line - 1}"}
        if junk[:1] in b'"\n\r' or b'"' in junk or b"\n" in junk
        else {f"p{line}"}
    )
    for outcome in before:
        if outcome.resource_id not in spoiled:
            assert good.get(outcome.resource_id) == outcome.body
    lines = (HEADER.encode() + damaged).split(b"\n")
    assert len(after) <= len(lines)
    assert [o.line for o in after] == sorted({o.line for o in after})
    assert all((o.reason is None) == (o.resource_id is not None) for o in after)


def test_a_delivery_is_another_one_under_another_mapping(tmp_path):
    folder = people(tmp_path, HEADER + "p1,1970-01-01,A,\n")
    one, two = (discover("csv", "main", str(folder), text) for text in (MAPPING, MAPPING + "# x\n"))
    assert one.delivery_id != two.delivery_id
    assert one.delivery_id == discover("csv", "main", str(folder), MAPPING).delivery_id
    home = Home.at(tmp_path / "home")
    home.create()
    register(home, one)
    assert load(home, one.delivery_id) == one


@pytest.mark.parametrize(
    ("files", "mapping", "code", "exit_code"),
    [
        (["people.csv"], "", "mapping_missing", ExitCode.USAGE),
        (["people.csv"], "version: 1", "mapping_invalid", ExitCode.USAGE),
        (["other.csv"], MAPPING, "nothing_to_land", ExitCode.NOTHING_TO_DO),
        (["log1.csv"], MAPPING, "nothing_to_land", ExitCode.NOTHING_TO_DO),
    ],
)
def test_refusals(tmp_path, files, mapping, code, exit_code):
    for name in files:
        people(tmp_path, "x", name)
    with pytest.raises(PlummerError) as caught:
        discover("csv", "main", str(tmp_path), mapping)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
