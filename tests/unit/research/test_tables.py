"""Every form of a table holds the same rows and columns, and is recorded."""

from datetime import datetime

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from made_release import make_release
from research_home import SEX, rows

from plummer.pipelines.research import open_release
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import RELEASE_TABLES


def test_every_form_has_the_rows_in_their_order(release):
    columns = ("subject_id", "time", "code", "numeric_value")
    wanted = [tuple(row[name] for name in columns) for row in rows()]
    assert [row[0] for row in wanted] == sorted(row[0] for row in wanted)
    arrow = release.events.arrow(*columns)
    assert list(zip(*(column.to_pylist() for column in arrow.columns), strict=True)) == wanted
    assert release.events.polars(*columns).rows() == wanted
    assert release.events.lazy(*columns).collect().rows() == wanted
    assert release.events.duckdb(*columns).fetchall() == wanted
    assert len(release.events) == len(wanted)


@pytest.mark.parametrize("name", RELEASE_TABLES)
def test_every_table_is_there_whole(release, name):
    table = release.table(name)
    assert table is getattr(release, name)
    assert table.columns == RELEASE_TABLES[name].names
    held = table.arrow()
    assert held.column_names == list(table.columns)
    assert len(held) == len(table) == table.polars().height == len(table.duckdb().fetchall()) > 0


def test_a_table_is_taken_as_an_arrow_stream(release):
    assert pa.table(release.subjects) == release.subjects.arrow()
    assert pl.DataFrame(release.subjects)["sex"].to_list() == list(SEX.values())


def test_times_are_plain(release):
    first = release.events.polars("time").drop_nulls().row(0)[0]
    assert (first, first.tzinfo) == (datetime(1970, 1, 1), None)  # noqa: DTZ001


def test_what_is_read_is_recorded_with_its_columns(release, recorded):
    release.events.arrow("code", "time")
    release.notes.polars()
    release.codes.duckdb("code")
    assert [entry.get("columns") for entry in recorded()] == [
        None, {"events": ["code", "time"]}, {"notes": list(RELEASE_TABLES["notes"].names)},
        {"codes": ["code"]},
    ]  # fmt: skip
    assert {entry["run_id"] for entry in recorded()} == {release.run_id}


@pytest.mark.parametrize("form", ["arrow", "polars", "lazy", "duckdb"])
def test_a_column_that_is_not_there_is_refused_before_it_is_recorded(release, recorded, form):
    with pytest.raises(PlummerError, match="column_missing"):
        getattr(release.events, form)("code", "name")
    assert len(recorded()) == 1


def test_a_table_that_is_not_there_is_refused(tmp_path):
    release = open_release(make_release(tmp_path / "r", rows()), "p")
    with pytest.raises(PlummerError, match="table_missing"):
        release.notes  # noqa: B018
    with pytest.raises(PlummerError, match="sql_malformed"):
        release.sql("select * from notes")


def test_an_empty_table_has_its_columns(tmp_path):
    release = open_release(make_release(tmp_path / "r", [], notes=[], resources=[]), "p")
    for name, spec in RELEASE_TABLES.items():
        table = release.table(name)
        assert (len(table), tuple(table.arrow().column_names)) == (0, spec.names)
        assert table.polars("".join(spec.names[:1])).shape == (0, 1)
        assert table.duckdb().fetchall() == []
    kinds = dict(zip(release.notes.duckdb().columns, map(str, release.notes.duckdb().types), strict=True))
    assert (kinds["time"], kinds["counts"]) == ("TIMESTAMP", "MAP(VARCHAR, INTEGER)")


def test_a_relation_can_be_built_upon(release):
    rows = (
        release.sql("select code, count(*) as n from events group by all").order("n desc").limit(1).fetchall()
    )
    assert rows[0][0] == "LOINC//718-7"
    assert isinstance(release.subjects.duckdb(), duckdb.DuckDBPyRelation)
