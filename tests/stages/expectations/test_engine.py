"""Great Expectations' own failures count as failures, and nothing it says gets out (P-10)."""

import logging
from dataclasses import replace

import pytest

from plummer.expectations.suites import SUITES, run_suite
from plummer.expectations.suites.check import row_with
from plummer.expectations.suites.run import run

pytestmark = pytest.mark.spark
CANARY = "Qzxbdfghjk 000-12-3456"


def only(table, name):
    suite = SUITES[table]
    return replace(suite, checks=tuple(c for c in suite.checks if c.name == name))


def test_what_great_expectations_throws_is_a_failure_with_a_code(contexts):
    tables, context = contexts["relative"]
    suite = only("codes", "code.format")
    broken = replace(suite.checks[0], kwargs={"column": "absent", "regex": CANARY})
    result = run(replace(suite, checks=(broken,)), tables["codes"], context).results[-1]
    assert (result.passed, result.code, result.unexpected) == (False, "gx_error", 0)


def test_an_unknown_expectation_is_a_failure_with_a_code(contexts):
    tables, context = contexts["relative"]
    suite = only("codes", "code.format")
    broken = replace(suite.checks[0], expectation="ExpectNothing")
    result = run(replace(suite, checks=(broken,)), tables["codes"], context).results[-1]
    assert (result.passed, result.code) == (False, "gx_error")


def test_a_verdict_that_our_count_contradicts_is_a_failure(contexts):
    tables, context = contexts["relative"]
    suite = only("codes", "code.format")
    broken = replace(suite.checks[0], kwargs={"column": "code", "regex": "never"})
    result = run(replace(suite, checks=(broken,)), tables["codes"], context).results[-1]
    assert (result.passed, result.code, result.unexpected) == (False, "disagreement", 0)


def test_no_value_of_a_failing_row_gets_out_and_counts_are_exact(contexts, caplog, capfd):
    tables, context = contexts["relative"]
    bad = tables["events"]
    for _ in range(3):
        bad = row_with(
            code=CANARY, unit=CANARY, numeric_text=CANARY, source_id=CANARY, event_type=CANARY, seq=-5
        )(bad)
    # py4j logs at DEBUG what the test itself says to Spark, so the bad rows are made before
    bad = bad.localCheckpoint()
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    result = run_suite("events", bad, context=context)
    printed = capfd.readouterr()
    texts = [repr(result), caplog.text, printed.out, printed.err]
    assert [text.count("Qzxbdf") + text.count("000-12") for text in texts] == [0, 0, 0, 0]
    counts = {r.name: r.unexpected for r in result.results}
    wrong = ("code.format", "numeric_text.format", "source_id.format", "event_type.value_set", "seq.range")
    assert [counts[f"events.{name}"] for name in wrong] == [3, 3, 3, 3, 3]
