"""Rows of other tables: found by key as a dict would, whatever the keys, the order and the file's form."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from plummer.pipelines.landing.lookup_build import Built, LookupFile, build, count_rows
from plummer.pipelines.landing.lookups import NoLookups, StoredLookups, open_lookups
from plummer.pipelines.landing.mapping import read_mapping

MAPPING = """
version: 1
delimiter: detect
case: any
whole: [id]
empty: ["NULL"]
lookups:
  place: {files: place, key: id, columns: [city, zip]}
files:
  person: {resource: Patient, id: person_id, elements: {address.city: {column: "place_id -> place.city"}}}
left: [era]
"""
READ = read_mapping(MAPPING)
(PLACE,) = READ.lookups
KEY = st.one_of(
    st.integers(-5, 30).map(str),
    st.integers(0, 10**20).map(str),
    st.sampled_from(["007", "0", "-0", "+1", "1 2", "NULL", "", "é", "1e3", "x.0", "\uff15"]),
)
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n\t"), max_size=6)


def made(folder, rows, form="csv", names=("ID", "City", "ZIP")):
    """The lookup of some rows, and what became of them."""
    path = folder / f"place.{form}"
    if form == "parquet":
        columns = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)}
        parquet.write_table(pa.table(columns), path)
    else:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows([names, *rows])
        path.write_text(out.getvalue(), encoding="utf-8", newline="")
    built = build(PLACE, [LookupFile(str(path), form)], READ, str(folder))
    return built, StoredLookups(str(folder))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(KEY, CELL, CELL), max_size=12), st.randoms(), st.sampled_from(["csv", "parquet"]))
def test_a_lookup_finds_what_a_dict_would(tmp_path_factory, rows, random, form):
    wanted = {}
    for key, *cells in rows:
        name = key.strip().removesuffix(".0")
        if name not in {"", "NULL"}:
            told = tuple(cell.strip() for cell in cells)
            wanted[name] = min(wanted.get(name, told), told)
    shuffled = random.sample(rows, len(rows))
    built, lookups = made(tmp_path_factory.mktemp("lookups"), shuffled, form)
    assert {key: lookups.find("place", key) for key in wanted} == wanted
    assert (built.rows, built.refusal) == (len(wanted), "")
    assert built.rows + built.refused + built.repeated == len(rows)
    assert all(lookups.find("place", other) is None for other in ("999", "", "no") if other not in wanted)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "schema_drift"),
        ("city,zip\nA,1\n", "schema_drift"),
        ("id,town\n1,A\n", "schema_drift"),
        ("id,city,ID\n1,A,2\n", "duplicate_column"),
        ("id,ci\0ty\n1,A\n", "nul_byte"),
    ],
)
def test_a_table_that_cant_be_read_is_no_table(tmp_path, text, refusal):
    (tmp_path / "place.csv").write_text(text)
    file = LookupFile(str(tmp_path / "place.csv"), "csv")
    assert build(PLACE, [file], READ, str(tmp_path)) == Built("place", refusal=refusal)
    assert StoredLookups(str(tmp_path)).find("place", "1") is None


def test_rows_that_are_none_are_counted_and_the_rest_stands(tmp_path):
    rows = 'id\tcity\n1.0\tA "of B"\n2\tB\tC\n\t D\nNULL\tE\n3\tF\n3\tF\n'
    (tmp_path / "place.csv").write_text(rows)
    file = LookupFile(str(tmp_path / "place.csv"), "csv")
    assert build(PLACE, [file], READ, str(tmp_path)) == Built("place", 2, 3, 1)
    assert StoredLookups(str(tmp_path)).find("place", "1") == ('A "of B"', "")


def test_rows_that_are_only_counted(tmp_path):
    (tmp_path / "era.csv").write_text("id\n1\n2\n")
    assert count_rows(LookupFile(str(tmp_path / "era.csv"), "csv"), READ) == 2
    (tmp_path / "era.csv").write_text("")
    assert count_rows(LookupFile(str(tmp_path / "era.csv"), "csv"), READ) == 0
    assert count_rows(LookupFile(str(tmp_path / "none.csv"), "csv"), READ) == 0


def test_without_a_folder_there_are_none():
    assert isinstance(open_lookups(""), NoLookups)
