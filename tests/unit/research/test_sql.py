"""SQL over a release: what it may do, what it is told, and what is written down of it."""

import hashlib
from pathlib import Path

import duckdb
import pytest
from research_home import add_release

from plummer.pipelines.research import open_release
from plummer.schemas.errors import PlummerError


def refused(release, query: str, **options: object) -> tuple[str, str]:
    with pytest.raises(PlummerError) as raised:
        release.sql(query, **options)
    assert raised.value.__cause__ is None
    return raised.value.code, raised.value.ref


def test_every_table_can_be_joined(release):
    query = """
        select s.sex, count(*) from events e join subjects s using (subject_id) join codes c using (code)
        join notes n using (subject_id) join resources r using (subject_id) where c.code like 'LOINC%'
        group by all order by all
    """
    assert [sex for sex, _ in release.sql(query).fetchall()] == ["female", "male", "other"]


@pytest.mark.parametrize(
    "query",
    [
        "drop view events", "create table t as select 1", "insert into events values (1)", "set threads = 1",
        "pragma database_list", "copy (select 1) to 'FILE'", "attach 'FILE'", "install httpfs", "load httpfs",
        "export database 'FILE'", "call pragma_version()", "select 1; select 2", "explain select 1",
        "begin", "checkpoint", "use memory", "", " ", "-- nothing", "delete from events", "vacuum",
        "with x as (select 1) insert into events select * from x", "prepare p as select 1",
        "pivot subjects on sex using count(*)",
    ],
)  # fmt: skip
def test_only_one_select_is_run(release, recorded, tmp_path, query):
    assert refused(release, query.replace("FILE", str(tmp_path / "out")))[0] == "sql_not_select"
    assert not (tmp_path / "out").exists()
    assert len(recorded()) == 1


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('FILE')", "select * from read_text('FILE')", "select * from 'FILE'",
        "select * from read_blob('FILE')", "select * from glob('FOLDER/*')",
        "select * from read_parquet('FILE')",
        "select * from read_json('FILE')", "select * from query('from ''FILE''')",
        "select * from sqlite_scan('FILE', 't')", "select * from read_csv('https://example.org/x.csv')",
        "select * from 's3://bucket/x.parquet'", "select * from own_variable",
        "select * from read_text('HOME/ledger.sqlite')",
        "select * from read_text('HOME/released/r/1.0.0/manifest.json')",
    ],
)  # fmt: skip
def test_no_other_file_and_no_network_are_reached(release, home, tmp_path, query):
    own_variable = duckdb.sql("select 'secret' as found")
    (tmp_path / "x.csv").write_text("secret\n1\n")
    for name, value in (("FILE", tmp_path / "x.csv"), ("FOLDER", tmp_path), ("HOME", home)):
        query = query.replace(name, str(value))
    code, _ = refused(release, query)
    assert code in ("sql_forbidden", "sql_malformed", "sql_failed")
    assert own_variable.fetchall() == [("secret",)]


def test_the_lock_cannot_be_opened(release):
    connection = release._connection()
    for setting in (
        "enable_external_access = true",
        "allowed_paths = ['/etc/passwd']",
        "lock_configuration = false",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(f"set {setting}")
    with pytest.raises(duckdb.Error):
        connection.execute("load httpfs")


def test_a_release_is_as_it_was_after_every_form_was_read(release, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    release.sql("select * from events order by time desc, code").fetchall()
    release.events.polars()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("select form x from events", "form"), ("select nothing from events", "nothing"),
        ("select * from nowhere", "nowhere"), ("select nofunction(code) from events", "nofunction"),
        ("select 'Alice Smith' from", "from"), ("select sex from subjects where sex = \"Ann Lee\"", ""),
    ],
)  # fmt: skip
def test_an_error_names_a_name_and_quotes_nothing(release, query, name):
    code, ref = refused(release, query)
    assert (code, ref) == ("sql_malformed", name)


def test_the_query_is_recorded_by_its_hash_and_columns(release, recorded):
    query = "select time from events where text_value = 'Alice'"
    release.sql(query)
    entry = recorded()[-1]
    assert (entry["action"], entry["columns"]) == ("sql", {"events": ["time", "text_value"]})
    assert entry["query_sha256"] == hashlib.sha256(query.encode()).hexdigest()
    assert "Alice" not in str(recorded())


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("select * from codes", {"codes": 6}),
        ("select count(*) from codes", {"codes": []}),
        ("select CODE from Codes c", {"codes": ["code"]}),
        ("select c from codes c", {"codes": 6}),
        ("select codes from codes", {"codes": 6}),
        ("select c.code, c from codes c", {"codes": 6}),
        ("from codes", {"codes": 6}),
        ("describe codes", {"codes": 6}),
        ("summarize codes", {"codes": 6}),
        ("select columns('cod.*') from codes", {"codes": 6}),
        ("select sex from events join subjects using (subject_id)",
         {"events": ["subject_id"], "subjects": ["subject_id", "sex"]}),
        ("with a as (select code from codes where events > 3) select code from a",
         {"codes": ["code", "events"]}),
        ("select code from codes where code in (select code from events where seq = 1)",
         {"codes": ["code"], "events": ["code", "seq"]}),
        ("select counts['NAME'] from notes", {"notes": ["counts"]}),
        ("select main.codes.code from main.codes", {"codes": 6}),
    ],
)  # fmt: skip
def test_the_columns_of_a_query(release, recorded, query, columns):
    release.sql(query)
    told = recorded()[-1]["columns"]
    assert told == {name: told[name] if isinstance(held, int) else held for name, held in columns.items()}
    assert all(len(told[name]) == held for name, held in columns.items() if isinstance(held, int))


def test_a_table_function_counts_as_every_table(release, recorded):
    release.sql("select * from query_table('notes')")
    assert set(recorded()[-1]["columns"]) == set(release.tables)


def test_a_policy_may_forbid_rows(home):
    policy = {"sha256": "0" * 64, "version": "1.0.0", "row_level_sql": False, "k": 30}
    release = open_release(add_release(home, "3.0.0", policy=policy), "p")
    assert refused(release, "select sex from subjects")[0] == "row_level_forbidden"
    counted = release.sql("select sex, count(distinct subject_id) n from subjects group by 1", aggregate=True)
    assert counted.to_pylist() == [
        {"sex": "female", "n": None}, {"sex": "male", "n": None}, {"sex": "other", "n": None},
    ]  # fmt: skip


def test_k_is_never_under_eleven(home):
    policy = {"sha256": "0" * 64, "version": "1.0.0", "k": 2}
    assert open_release(add_release(home, "3.0.0", policy=policy), "p").k == 11


def test_no_file_is_left_where_the_query_ran(release, tmp_path, monkeypatch):
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    release.sql("select e.* from events e, events f order by e.code, f.time limit 10").fetchall()
    assert list(Path().iterdir()) == []


def test_where_rows_are_forbidden_no_form_of_a_table_shows_them(home):
    policy = {"sha256": "0" * 64, "version": "1.0.0", "row_level_sql": False, "k": 11}
    release = open_release(add_release(home, "3.0.0", policy=policy), "p")
    for form in ("arrow", "polars", "lazy", "duckdb"):
        with pytest.raises(PlummerError, match="row_level_forbidden"):
            getattr(release.subjects, form)()
    assert len(release.codes.arrow()) > 0
