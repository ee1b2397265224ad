"""Running a suite: Great Expectations' verdicts beside our own counts."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import StructType

from plummer.expectations.results import ExpectationResult, SuiteResult
from plummer.expectations.suites.check import Check, SuiteContext
from plummer.expectations.suites.engine import Verdict, quiet, verdicts
from plummer.expectations.suites.suite import Suite, structure_checks
from plummer.schemas.errors import ExitCode, PlummerError

Counts = Mapping[str, tuple[int, int]]
"""By check name: (unexpected, elements)."""


def run(suite: Suite, df: DataFrame, context: SuiteContext) -> SuiteResult:
    """Check one table; see `plummer.expectations.suites.run_suite`."""
    quiet()
    started = time.monotonic()
    structure = structure_checks(suite.spec)
    counts = _whole(structure, df.schema, 0)
    results = _judge(suite.table, structure, counts, verdicts(df, structure))
    if all(result.passed for result in results):
        rows, more = _content(suite, df, context)
    else:
        rows, more = _rows(df, suite.table), _unseen(suite, context)
    return SuiteResult(suite.table, rows, (*results, *more), round(time.monotonic() - started, 3))


def count(suite: Suite, df: DataFrame, context: SuiteContext) -> tuple[int, Counts]:
    """Rows of a table with the contract's columns, and our own counts alone."""
    return _counts(suite.prepare(df, context), suite.applicable(context), suite.table)


def _content(suite: Suite, df: DataFrame, context: SuiteContext) -> tuple[int, tuple[ExpectationResult, ...]]:
    checks = suite.applicable(context)
    prepared = suite.prepare(df, context).persist(StorageLevel.MEMORY_AND_DISK)
    try:
        rows, counts = _counts(prepared, checks, suite.table)
        return rows, _judge(suite.table, checks, counts, verdicts(prepared, checks))
    finally:
        prepared.unpersist()


def _counts(prepared: DataFrame, checks: Sequence[Check], table: str) -> tuple[int, Counts]:
    """Rows, and every check's counts, in one pass."""
    asked = [F.count(F.lit(1)).alias("rows")]
    by_row = [c for c in checks if c.counted is not None and c.broken is not None]
    for place, check in enumerate(by_row):
        counted, broken = check.counted(), check.broken()  # type: ignore[misc]
        asked.append(F.count(F.when(counted, 1)).alias(f"e{place}"))
        asked.append(F.count(F.when(counted & broken, 1)).alias(f"u{place}"))
    try:
        found = prepared.agg(*asked).first()
    except Exception:
        raise PlummerError(
            "suite_failed", "the table could not be counted", ExitCode.INTERNAL, table
        ) from None
    rows = int(found["rows"])
    counts = {c.name: (int(found[f"u{i}"]), int(found[f"e{i}"])) for i, c in enumerate(by_row)}
    return rows, {**counts, **_whole(checks, prepared.schema, rows)}


def _whole(checks: Sequence[Check], schema: StructType, rows: int) -> Counts:
    return {c.name: c.measure(schema, rows) for c in checks if c.measure is not None}


def _judge(
    table: str, checks: Sequence[Check], counts: Counts, said: Mapping[str, Verdict]
) -> tuple[ExpectationResult, ...]:
    return tuple(_result(table, check, counts[check.name], said[check.name]) for check in checks)


def _result(table: str, check: Check, counts: tuple[int, int], verdict: Verdict) -> ExpectationResult:
    unexpected, elements = counts
    within = unexpected <= check.limit * elements
    code = "gx_error" if verdict.raised else "" if verdict.success == within else "disagreement"
    found = replace(_blank(table, check), unexpected=unexpected, elements=elements)
    return replace(found, passed=within and verdict.success, code=code)


def _unseen(suite: Suite, context: SuiteContext) -> tuple[ExpectationResult, ...]:
    blanks = (_blank(suite.table, check) for check in suite.applicable(context))
    return tuple(replace(blank, code="not_evaluated") for blank in blanks)


def _blank(table: str, check: Check) -> ExpectationResult:
    return ExpectationResult(
        table,
        f"{table}.{check.name}",
        str(check.kahn),
        passed=False,
        unexpected=0,
        elements=0,
        limit=check.limit,
        severity=str(check.severity),
        about=check.about,
    )


def _rows(df: DataFrame, table: str) -> int:
    try:
        return int(df.count())
    except Exception:
        raise PlummerError(
            "suite_failed", "the table could not be counted", ExitCode.INTERNAL, table
        ) from None
