"""Every expectation passes on good rows and fails on a bad one made for it."""

from dataclasses import replace

import pytest

from plummer.expectations.suites import SUITES, SuiteContext, run_suite, suite_names, suite_needs
from plummer.expectations.suites.run import run
from plummer.expectations.suites.suite import structure_checks
from plummer.schemas.errors import PlummerError

pytestmark = pytest.mark.spark

CONTENT = [(table, check) for table, suite in SUITES.items() for check in suite.checks]
STRUCTURE = [(table, check) for table, suite in SUITES.items() for check in structure_checks(suite.spec)]


def ids(pairs):
    return [f"{table}.{check.name}" for table, check in pairs]


def test_names_are_unique_and_every_check_can_be_broken():
    names = ids(CONTENT) + ids(STRUCTURE)
    assert len(names) == len(set(names))
    assert all(callable(check.breaks) for _, check in CONTENT + STRUCTURE)
    assert all((check.measure is None) == (check.broken is not None) for _, check in CONTENT + STRUCTURE)


@pytest.mark.parametrize("mode", ["relative", "year"])
@pytest.mark.parametrize("table", suite_names())
def test_good_rows_pass(contexts, table, mode):
    tables, context = contexts[mode]
    result = run_suite(table, tables[table], context=context)
    assert [(r.name, r.unexpected, r.elements, r.code) for r in result.results if not r.passed] == []
    assert result.rows == tables[table].count()


@pytest.mark.parametrize(("table", "check"), CONTENT, ids=ids(CONTENT))
def test_a_bad_row_fails_its_expectation(contexts, table, check):
    tables, context = contexts["year" if check.modes == {"year"} else "relative"]
    suite = replace(SUITES[table], checks=(check,))
    found = run(suite, check.breaks(tables[table]), context).results[-1]
    assert found.name == f"{table}.{check.name}"
    assert (found.passed, found.code) == (False, "")
    assert found.unexpected > found.limit * found.elements


@pytest.mark.parametrize("table", suite_names())
def test_wrong_columns_fail_their_expectations(contexts, table):
    tables, context = contexts["relative"]
    columns, *types = structure_checks(SUITES[table].spec)
    wrong = columns.breaks(tables[table])
    for check in types:  # a type is looked at by itself, so all can be wrong at once
        wrong = check.breaks(wrong)
    result = run(replace(SUITES[table], checks=()), wrong, context)
    assert [(r.name, r.passed, r.code, r.unexpected) for r in result.results] == [
        (f"{table}.{check.name}", False, "", 1) for check in (columns, *types)
    ]


def test_rows_of_a_wrong_schema_are_not_looked_at(contexts):
    tables, context = contexts["relative"]
    result = run_suite("events", tables["events"].drop("code"), context=context)
    codes = {r.code for r in result.results if not r.name.endswith((".type", ".columns"))}
    assert codes == {"not_evaluated"}
    assert not result.passed


@pytest.mark.parametrize("table", [t for t in suite_names() if suite_needs(t)])
def test_a_missing_related_table_is_refused(contexts, table):
    tables, _ = contexts["relative"]
    with pytest.raises(PlummerError, match="related_table_missing"):
        run_suite(table, tables[table], context=SuiteContext("relative"))


@pytest.mark.parametrize("table", ["quarantine", "identities", "deid_notes", "codes"])
def test_tables_that_may_be_empty_pass_when_empty(contexts, table):
    tables, context = contexts["relative"]
    related = {**context.tables, "events": tables["events"].limit(0)}
    result = run_suite(table, tables[table].limit(0), context=SuiteContext("relative", related))
    assert result.passed
    assert result.rows == 0
