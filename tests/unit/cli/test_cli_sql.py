"""`plummer sql` in this process: forms, exit codes, and what is never printed."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from made_release import day, event, make_release

from plummer.pipelines.ledger import Ledger, Release
from plummer.pipelines.manifest import manifest_sha256
from plummer.pipelines.research.access import VARIABLE, entries

BY_SEX = "select sex, count(distinct subject_id) as n from subjects group by sex"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("PLUMMER_PURPOSE", raising=False)
    home = tmp_path / "home"
    home.mkdir()
    for version, state in (("1.0.0", "candidate"), ("1.1.0", "candidate"), ("0.9.0", "withdrawn")):
        held = [event(one, day(one), "A", numeric_value=one / 2) for one in range(1, 61)]
        people = {
            one: {"sex": "female" if one < 40 else "male" if one < 58 else "other"} for one in range(1, 61)
        }
        facts = {"name": "r", "version": version}
        folder = make_release(home / "released" / "r" / version, held, facts=facts, people=people)
        made = Release("r", version, state, "f", "run", manifest_sha256(folder), version)
        Ledger(home / "ledger.sqlite").record_release(made)
    return home


@pytest.fixture
def sql(plummer, home):
    return lambda *arguments: plummer("sql", *arguments, "--home", home)


def test_the_object_that_ends_standard_output(sql, home):
    ended = sql(BY_SEX, "--aggregate", "--json", "--purpose", "a test", "--release", "r/1.0.0")
    folder = home / "released" / "r" / "1.0.0"
    assert [json.loads(line) for line in ended.out.splitlines()[:-1]] == [
        {"sex": "female", "n": 39}, {"sex": "male", "n": None}, {"sex": "other", "n": None},
    ]  # fmt: skip
    opened, read = entries(home / "identified" / "access.jsonl")
    assert (opened["purpose"], read["action"]) == ("a test", "aggregate")
    assert ended.last == {
        "release": {
            "name": "r", "version": "1.0.0", "time_mode": "relative", "path": str(folder),
            "manifest_sha256": manifest_sha256(folder),
        },
        "run_id": opened["run_id"], "k": 11, "columns": ["sex", "n"], "aggregate": True, "rows": 3,
        "out": None,
    }  # fmt: skip


def test_the_newest_release_is_asked_by_default(sql):
    assert sql("select 1 as n from codes", "--json").last["release"]["version"] == "1.1.0"


ROWS = "select subject_id, time, numeric_value from events where subject_id < 4 order by all"


def test_the_forms_hold_the_same_rows(sql, tmp_path):
    told = [json.loads(line) for line in sql(ROWS).out.splitlines()]
    assert told[2] == {"subject_id": 3, "time": "1970-01-04T00:00:00", "numeric_value": 1.5}
    read = list(csv.DictReader(io.StringIO(sql(ROWS, "--format", "csv").out)))
    assert read[2] == {"subject_id": "3", "time": "1970-01-04 00:00:00", "numeric_value": "1.5"}
    table = sql(ROWS, "--format", "table").out.splitlines()
    assert table[-1].split() == ["3", "1970-01-04", "00:00:00", "1.5"]
    ended = sql(ROWS, "--format", "parquet", "--out", tmp_path / "x.parquet", "--json")
    held = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert (ended.last["rows"], [row["subject_id"] for row in held]) == (3, [1, 2, 3])


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet", "table"])
def test_a_limit(sql, tmp_path, form):
    query = "select subject_id from events order by 1"
    assert sql(query, "--format", form, "--limit", 2, "--out", tmp_path / "x", "--json").last["rows"] == 2


def test_a_table_says_that_it_was_cut(sql):
    ended = sql("select subject_id from events", "--format", "table")
    assert (len(ended.out.splitlines()), ended.err) == (52, "the first 50 rows; --limit shows more\n")


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("select",), "sql_malformed", 2),
        (("drop view events",), "sql_not_select", 2),
        (("select * from '/etc/passwd'",), "sql_malformed", 2),
        (("select * from read_text('/etc/passwd')",), "sql_forbidden", 2),
        (("select code::int from events",), "sql_failed", 2),
        (("select code, code from events",), "sql_columns", 2),
        (("select sex from subjects", "--aggregate"), "sql_aggregate", 2),
        (("select 1 from codes", "--format", "xml"), "sql_format", 2),
        (("select 1 from codes", "--format", "parquet"), "sql_format", 2),
        (("select 1 from codes", "--purpose", " "), "purpose_missing", 2),
        (("select 1 from codes", "--release", "nothing"), "not_a_release", 2),
        (("select 1 from codes", "--release", "r/0.9.0"), "release_withdrawn", 4),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_it_ends(sql, arguments, code, exit_code):
    ended = sql(*arguments, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (exit_code, code)
    assert len(ended.out.splitlines()) == 1


def test_no_value_of_a_row_is_in_an_error(sql):
    ended = sql("select cast(code as int) from events")
    assert (ended.code, ended.err) == (2, "plummer: sql_failed: the query failed [ConversionException]\n")


def test_a_changed_release_prints_nothing(sql, home):
    (home / "released" / "r" / "1.1.0" / "more").write_text("")
    ended = sql("select 1 from codes", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (5, "release_changed")


def test_a_home_without_a_release(plummer, tmp_path):
    ended = plummer("sql", "select 1", "--home", tmp_path, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "not_a_release")
