"""What validation found, as numbers: the only form in which it leaves the tables.

A result names a table, a rule and counts. It never holds a value of a row, so it may stand in
Dagster's metadata, in logs and in the report (trust.md decision 5).
"""

from dataclasses import dataclass
from enum import StrEnum


class Kahn(StrEnum):
    """Kinds of data quality (Kahn et al. 2016, https://doi.org/10.13063/2327-9214.1244)."""

    CONFORMANCE = "conformance"
    COMPLETENESS = "completeness"
    PLAUSIBILITY = "plausibility"


class Severity(StrEnum):
    """Whether a failed expectation closes the schema gate or is only shown."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation on one table.

    Attributes:
        table: suite name, e.g. ``events``.
        name: stable id, e.g. ``events.time.not_null``.
        kahn: conformance, completeness or plausibility.
        passed: Great Expectations' verdict, and our own count is within the limit.
        unexpected: elements that break the rule, by our own count.
        elements: elements that the rule applies to (rows, non-null values, or columns).
        limit: share of elements that may break the rule, 0.0 to 1.0.
        severity: error or warn.
        code: why it counts as failed beyond the numbers: ``gx_error`` (Great Expectations raised),
            ``disagreement`` (its verdict and our count differ), ``not_evaluated`` (the table's
            columns are wrong, so nothing could be looked at); else empty.
        about: the rule in plain words.
    """

    table: str
    name: str
    kahn: str
    passed: bool
    unexpected: int
    elements: int
    limit: float
    severity: str
    code: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """All expectations of one table.

    Attributes:
        table: suite name.
        rows: rows of the table.
        results: one per expectation, in the suite's order.
        seconds: wall time it took.

    Example:
        >>> bad = ExpectationResult("t", "t.a", "conformance", False, 1, 2, 0.0, "warn")
        >>> SuiteResult("t", 2, (bad,), 0.1).passed
        True
    """

    table: str
    rows: int
    results: tuple[ExpectationResult, ...]
    seconds: float

    @property
    def failed(self) -> tuple[ExpectationResult, ...]:
        """Expectations of severity error that didn't pass."""
        return tuple(r for r in self.results if not r.passed and r.severity == Severity.ERROR)

    @property
    def passed(self) -> bool:
        """Whether every expectation of severity error passed."""
        return not self.failed
