from hypothesis import given
from hypothesis import strategies as st

from plummer.expectations import gates
from plummer.expectations.results import ExpectationResult, SuiteResult


def result(*, passed, severity="error"):
    return ExpectationResult("events", "events.code.format", "conformance", passed, 1, 2, 0.0, severity)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_balance_is_open_only_at_zero(read, accounted):
    assert gates.balance(read, accounted).passed == (read == accounted)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 2))
def test_leaks_opens_only_for_a_clean_scan_that_found_its_controls(hits, planted, found, unopened):
    gate = gates.leaks(hits, planted, found, unopened)
    clean = hits == 0 and planted > 0 and found == planted and unopened == 0
    assert (gate.passed is True) == clean


def test_schema_counts_failed_errors_and_unchecked_tables():
    warned = SuiteResult("events", 3, (result(passed=False, severity="warn"), result(passed=True)), 0.1)
    failed = SuiteResult("subjects", 3, (result(passed=False), result(passed=False)), 0.1)
    assert gates.schema([warned], ["events"]).passed
    assert gates.schema([warned, failed], ["events", "subjects"]).value == 2
    assert gates.schema([], ["events"]).passed is False


def test_what_was_not_measured_stays_closed():
    unmeasured = gates.k_anonymity(50, 25, 11)
    assert (unmeasured.passed, unmeasured.value, unmeasured.blocks) == (None, "not_measurable", "publish")
    assert gates.closed([unmeasured, gates.references(0)], "publish") == (unmeasured,)
    assert gates.closed([unmeasured, gates.references(0)], "candidate") == ()
    assert gates.closed([gates.leaks(0, 0, 0)], "candidate")


def test_k_anonymity_measures_large_populations():
    assert gates.k_anonymity(10, 1_000, 11).passed is False
    assert gates.k_anonymity(11, 1_000, 11).passed is True


def test_two_signatures_open_publishing():
    assert [gates.signatures(n).passed for n in (0, 1, 2)] == [False, False, True]
    assert gates.references(1).passed is False
    assert gates.quarantine_share(0, 0).passed
