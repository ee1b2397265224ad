"""A table of which a part changed is found what the whole would be found, or is read whole."""

from dataclasses import replace

import pytest

from plummer.expectations.suites import (
    SUITES,
    TIES,
    Change,
    SuiteContext,
    run_part_of_suite,
    run_suite,
    suite_needs,
)
from plummer.schemas.tables import EVENTS

pytestmark = pytest.mark.spark


class Case:
    """Events of two subjects, of whom one had a single event before."""

    def __init__(self, make, tables, context):
        rows = [tuple(row) for row in tables["events"].collect()]
        first = rows[0][0]
        self.make, self.tables, self.context = make, tables, context
        self.standing = [row for row in rows if row[0] == first]
        self.came = [row for row in rows if row[0] != first]
        self.went = self.came[:1]
        self.before = run_suite("events", make("events", [*self.standing, *self.went]), context=context)

    def part(self, came, **others):
        context = SuiteContext("relative", {**self.tables, **others}, self.context.policy_sha256)
        change = Change(*(self.make("events", rows) for rows in (came, self.went, self.standing)))
        return run_part_of_suite("events", change, self.before, context=context)


@pytest.fixture(scope="module")
def case(make, contexts):
    return Case(make, *contexts["relative"])


def test_the_result_is_that_of_the_whole(case):
    whole = run_suite("events", case.tables["events"], context=case.context)
    assert replace(case.part(case.came), seconds=0.0) == replace(whole, seconds=0.0)


def test_what_breaks_a_rule_among_what_came_or_with_what_stands_is_left_to_the_whole(case):
    columns = EVENTS.names
    gap = dict(zip(columns, case.came[1], strict=True)) | {"seq": 7}
    assert case.part([case.came[0], tuple(gap.values())]) is None
    assert case.part([(case.standing[0][0], *case.came[0][1:])]) is None
    assert case.part(case.came, codes=case.tables["codes"].where("code <> 'MEDS_DEATH'")) is None
    assert case.part([]) is None


def test_ties_name_columns_and_tables_that_the_suite_has():
    for table, ties in TIES.items():
        named = {*ties.refers, *(column for keys in ties.groups for column in keys)}
        assert named <= set(SUITES[table].spec.names)
        assert {of for of, _ in ties.refers.values()} == set(suite_needs(table))
