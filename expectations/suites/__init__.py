"""Great Expectations suites, one file per table.

To change a rule, open the file with the table's name; to add a table, add a file and name it here.
"""

from typing import Final

from pyspark.sql import DataFrame

from plummer.expectations.results import SuiteResult
from plummer.expectations.suites import (
    codes,
    crosswalk,
    deid_notes,
    deid_resources,
    events,
    identities,
    loads,
    quarantine,
    resources,
    subjects,
)
from plummer.expectations.suites.check import SuiteContext
from plummer.expectations.suites.part import TIES, Change, rules_sha256, run_part
from plummer.expectations.suites.run import run as _run
from plummer.expectations.suites.suite import Suite
from plummer.schemas.errors import ExitCode, PlummerError

__all__ = [
    "SUITES",
    "TIES",
    "Change",
    "SuiteContext",
    "rules_of",
    "run_part_of_suite",
    "run_suite",
    "suite_names",
    "suite_needs",
]

_MODULES: Final = (
    resources,
    quarantine,
    loads,
    identities,
    crosswalk,
    deid_resources,
    deid_notes,
    events,
    subjects,
    codes,
)
SUITES: Final[dict[str, Suite]] = {module.SUITE.table: module.SUITE for module in _MODULES}


def suite_names() -> tuple[str, ...]:
    """Names of the suites, one per table.

    Example:
        >>> suite_names()[:4]
        ('resources', 'quarantine', 'loads', 'identities')
    """
    return tuple(SUITES)


def suite_needs(table: str) -> tuple[str, ...]:
    """Suite names of the tables that must be in the context when a table is checked.

    Example:
        >>> suite_needs("events")
        ('subjects', 'codes')
    """
    return _suite(table).needs


def run_suite(table: str, df: DataFrame, *, context: SuiteContext) -> SuiteResult:
    """Check one table against its suite.

    Args:
        table: suite name, one of `suite_names`.
        df: the table, with exactly the contract's columns.
        context: time mode, and the tables named by `suite_needs`.

    Returns:
        Counts and verdicts; never a value of a row.

    Raises:
        PlummerError: ``suite_unknown``, ``related_table_missing``, or ``suite_failed`` where Spark
            could not read the table.
    """
    return _run(_suite(table), df, context)


def rules_of(table: str, context: SuiteContext) -> str:
    """sha256 over the rules that apply to a table, for telling whether an earlier result is of the same."""
    return rules_sha256(_suite(table), context)


def run_part_of_suite(
    table: str, change: Change, before: SuiteResult, *, context: SuiteContext
) -> SuiteResult | None:
    """Check a table of which only a part has changed since it passed the same rules.

    Args:
        table: suite name, one of `TIES`.
        change: its rows that came, went and stand.
        before: the result of then.
        context: as for `run_suite`.

    Returns:
        The result for the whole table; None where the whole has to be checked.
    """
    return run_part(_suite(table), change, before, context)


def _suite(table: str) -> Suite:
    if table not in SUITES:
        raise PlummerError("suite_unknown", "no suite has this name", ExitCode.INTERNAL)
    return SUITES[table]
