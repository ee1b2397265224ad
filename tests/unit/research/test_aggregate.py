"""Counts by group: small ones are withheld, and nobody is singled out on the way."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_release import day, event, make_release, note
from research_home import SEX

from plummer.pipelines.research import open_release
from plummer.pipelines.research.cells import withheld
from plummer.schemas.errors import PlummerError

K = 11
BY_SEX = "select sex, N as n from subjects group by sex"
ONE = "select sex, N from subjects {} group by sex"


def counting(query: str) -> str:
    """A query whose N is what every aggregate counts."""
    return re.sub(r"\bN\b", "count(distinct subject_id)", query)


def counted(release, query: str) -> list[tuple]:
    table = release.sql(counting(query), aggregate=True)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def test_a_small_cell_and_its_complement_are_null(release):
    # 30, 25 and 2: without the second null, 57 - 30 - 25 would give the third
    assert counted(release, BY_SEX) == [("female", 30), ("male", None), ("other", None)]


def test_nothing_is_withheld_where_all_are_large(release):
    assert counted(release, ONE.format("where sex <> 'other'")) == [("female", 30), ("male", 25)]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("select N from subjects", [(57,)]),
        ("select N from subjects where sex = 'other'", [(None,)]),
        ("select N as n, sex from subjects group by all", [(30, "female"), (None, "male"), (None, "other")]),
        (BY_SEX + " order by n desc", [("female", 30), ("male", None), ("other", None)]),
        ("select sex = 'male', N from subjects group by 1", [(False, 32), (True, 25)]),
        ("select sex, count(distinct e.subject_id) from events e join subjects s "
         "on e.subject_id = s.subject_id where sex <> 'other' and code like 'LOINC%' group by sex",
         [("female", 30), ("male", 25)]),
        ("select sex, N from subjects where sex <> 'other' and subject_id in "
         "(select subject_id from events where numeric_value > 11) group by sex",
         [("female", 18), ("male", 15)]),
        ("select sex, N from subjects s where sex <> 'other' and exists "
         "(select 1 from events e where e.subject_id = s.subject_id) group by sex",
         [("female", 30), ("male", 25)]),
        ("with days as (select subject_id, max(time) as latest from events group by subject_id) "
         "select latest, N from days group by latest",
         [(day(1), 19), (day(2), 19), (day(3), 19)]),
        ("select sex, N from (select * from subjects) where sex is not null group by sex",
         [("female", 30), ("male", None), ("other", None)]),
    ],
)  # fmt: skip
def test_counts(release, query, wanted):
    assert counted(release, query) == wanted


def test_a_query_without_a_group_gives_none(release):
    assert counted(release, BY_SEX.replace("group by", "where sex = 'unknown' group by")) == []


@pytest.mark.parametrize(("key", "count"), [("text", None), ("upper(text)", None), ("time", 57)])
def test_a_value_that_few_have_is_no_key(release, key, count):
    assert counted(release, "select KEY, N from notes group by 1".replace("KEY", key)) == [(None, count)]


def test_a_value_that_many_have_is_a_key(tmp_path):
    notes = [note(one, 1, "normal" if one < 20 else f"only {one % 2}") for one in range(1, 32)]
    events = [event(one, day(0), "A") for one in range(1, 32)]
    release = open_release(make_release(tmp_path / "r", events, notes=notes), "p")
    query = "select text, N from notes group by 1"
    assert counted(release, query) == [("normal", 19), (None, None)]


@pytest.mark.parametrize(
    "query",
    [
        *map(ONE.format, [
            "where subject_id = 5", "where subject_id <> 5", "where subject_id in (5, 6)",
            "where subject_id > 5",
            "where subject_id between 1 and 2", "where subject_id % 7 = 5", "where hash(subject_id) = 5",
            "where subject_id::varchar like '1%'", "where (subject_id, 1) in ((5, 1))",
            "where subject_id = any([5])",
            "where subject_id = (select max(subject_id) from events)", "where subject_id is distinct from 5",
            "where case when subject_id = 5 then true end", "where subjects = row(1)",
            "where not subject_id = 5",
            "where columns('subject_id') = 5", "where rowid = 5", "where random() < 0.5",
            "where subject_id in (select 5)", "where subject_id in (select unnest([5]))",
            "where subject_id in (values (5))", "where subject_id < any (select subject_id from events)",
            "where subject_id in (select subject_id from events limit 1)", "where \"Subject_ID\" = 5",
            "join (values (5)) t(subject_id) using (subject_id)", "tablesample 10%",
            "join (select 5 as subject_id) t using (subject_id)",
            "join (select seq as subject_id from events) t using (subject_id)",
            "join (select * replace (5 as subject_id) from events) t using (subject_id)",
            "join range(5) t(subject_id) using (subject_id)", "where subjects.subject_id = 5",
            "join (select subject_id, row_number() over () as r from events) t using (subject_id)",
            "where subject_id in (select subject_id from events union select subject_id from notes)",
        ]),
        ONE.format("").replace("sex,", "*,"), ONE.format("").replace("sex,", "sex, min(subject_id),"),
        ONE.format("").replace("N", "count(subject_id)"), ONE.format("").replace("N", "count(*)"),
        ONE.format("").replace("N", "count(distinct sex)"), ONE.format("") + " having count(*) > 1",
        ONE.format("") + " limit 1", ONE.format("") + " offset 1", ONE.format("") + ", events",
        ONE.format("") + " qualify row_number() over () = 1", "select sex from subjects",
        ONE.format("").replace("group by sex", "group by rollup (sex)"),
        ONE.format("").replace("N", "N filter (events > 1)"),
        ONE.format("") + " union all select 'a', 1", "select subject_id, N from notes group by 1",
        "select subject_id % 2, N from notes group by 1",
        "select code, N from (select subject_id, text as code from notes) group by 1",
        "select code, N from (select subject_id, text from notes) t(subject_id, code) group by 1",
        "with t(subject_id, code) as (select subject_id, text from notes) select code, N "
        "from t group by 1",
        "select table_name, N from duckdb_tables(), subjects group by 1",
        "select table_name, N from information_schema.tables, subjects group by 1",
        "select sex, N, N from subjects group by 1",
        "describe subjects", "from subjects", "select 1",
        "select distinct on (sex) sex, N from subjects group by sex",
    ],
)  # fmt: skip
def test_what_could_single_out_a_subject_is_refused(release, query):
    with pytest.raises(PlummerError) as raised:
        release.sql(counting(query), aggregate=True)
    assert raised.value.code == "sql_aggregate"


def test_an_aggregate_is_recorded_as_one(release, recorded):
    counted(release, BY_SEX)
    assert (recorded()[-1]["action"], recorded()[-1]["columns"]) == (
        "aggregate",
        {"subjects": ["subject_id", "sex"]},
    )


def test_two_keys_are_safe_along_both(tmp_path):
    # 12 of sex a in each of three groups, of sex b 12, 12 and 3
    people, number = {}, 0
    for sex, band, size in product("ab", ("x", "y", "z"), (12,)):
        for _ in range(3 if (sex, band) == ("b", "z") else size):
            people[number := number + 1] = {"sex": sex, "anchor_year_band": band}
    events = [event(one, day(0), "A") for one in people]
    release = open_release(make_release(tmp_path / "r", events, people=people), "p")
    query = "select sex, anchor_year_band, N from subjects group by 1, 2"
    shown = {(sex, band): count for sex, band, count in counted(release, query)}
    gone = {keys for keys, count in shown.items() if count is None}
    assert len(gone) == 4
    assert ("b", "z") in gone
    for axis in (0, 1):
        lines = [[keys for keys in gone if keys[axis] == value] for value in {keys[axis] for keys in gone}]
        assert all(len(line) == 2 for line in lines)


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(1, 40), min_size=1
)


@given(CELLS)
def test_no_count_under_k_is_shown_or_follows_from_a_margin(held):
    cells = list(held.items())
    hidden = withheld(cells, K)
    assert {place for place, (_, count) in enumerate(cells) if count < K} <= hidden
    for axis in (0, 1):
        for value in {keys[axis] for keys, _ in cells}:
            line = [place for place, (keys, _) in enumerate(cells) if keys[axis] == value]
            gone = [cells[place][1] for place in line if place in hidden]
            # a line that is withheld as a whole may be one cell: its margin is a count of the same size
            if len(gone) < len(line) and gone:
                assert len(gone) > 1
                assert sum(gone) - len(gone) + 1 >= K


@given(CELLS)
def test_nothing_is_withheld_without_a_reason(held):
    cells = [(keys, count + K) for keys, count in held.items()]
    assert withheld(cells, K) == set()


def test_the_order_of_cells_does_not_matter():
    cells = [((a, b), 3 + 7 * place) for place, (a, b) in enumerate(product("abc", "xy"))]
    there = {cells[place][0] for place in withheld(cells, K)}
    back = list(reversed(cells))
    assert {back[place][0] for place in withheld(back, K)} == there


def test_subjects_are_counted_once_each(release):
    ((_, count),) = counted(release, "select code, N from events where code like 'LOINC%' group by 1")
    assert count == len(SEX)
