"""An expectation of a suite: Great Expectations' side, our own count, and how to break it.

Great Expectations runs BOOLEAN_ONLY, since every richer format carries values (trust.md finding 4);
so each check also says in Spark which rows are unexpected, and one aggregation counts them all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 (its usual name)
from pyspark.sql.types import StructType

from plummer.expectations.results import Kahn, Severity

Break = Callable[[DataFrame], DataFrame]
"""Turns a good table into one that breaks one check; the tests run every one of them."""
Measure = Callable[[StructType, int], tuple[int, int]]
"""(unexpected, elements) of a rule about the whole table, from its schema and its number of rows."""


Bounds = tuple[int | None, int | None]
"""Lowest and highest value allowed, None = open."""


@dataclass(frozen=True, slots=True)
class SuiteContext:
    """What a suite needs to know beside its table.

    Attributes:
        time_mode: ``relative``, ``year``, ``shift`` or ``keep`` (plummer.deid.dates.TimeMode).
        tables: other tables by suite name, for references and row counts between tables.
        policy_sha256: sha256 of the policy that must have made the de-identified rows, None where
            it isn't known.
    """

    time_mode: str = "relative"
    tables: Mapping[str, DataFrame] = field(default_factory=dict)
    policy_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation.

    Attributes:
        name: stable id after the table's name, e.g. ``time.not_null``.
        about: the rule in plain words, for the report.
        kahn: kind of quality.
        expectation: class name in ``great_expectations.expectations``.
        kwargs: its arguments; only columns and constants of the contract, never data.
        breaks: makes a table that breaks it.
        counted: rows the rule applies to, as a boolean column of the prepared table.
        broken: rows that break it, as a boolean column (may be null = not broken).
        measure: instead of both, for a rule about the table as a whole.
        severity: error or warn.
        limit: share of counted rows that may break it.
        modes: time modes in which it applies; empty = all.
    """

    name: str
    about: str
    kahn: Kahn
    expectation: str
    kwargs: Mapping[str, Any]
    breaks: Break
    counted: Callable[[], Column] | None = None
    broken: Callable[[], Column] | None = None
    measure: Measure | None = None
    severity: Severity = Severity.ERROR
    limit: float = 0.0
    modes: frozenset[str] = frozenset()


CALENDAR_FREE: Final = frozenset({"relative", "year"})
RELATIVE: Final = frozenset({"relative"})
YEAR: Final = frozenset({"year"})


def row_with(**values: object) -> Break:
    """Add a copy of the first row with other values; columns keep their types.

    A value that begins with ``sql:`` is a Spark SQL expression, as arrays and times need.
    """

    def apply(df: DataFrame) -> DataFrame:
        bad = df.limit(1)
        for column, value in values.items():
            sql = isinstance(value, str) and value.startswith("sql:")
            expression = F.expr(str(value)[4:]) if sql else F.lit(value)
            bad = bad.withColumn(column, expression.cast(df.schema[column].dataType))
        return df.unionByName(bad)

    return apply


def repeated() -> Break:
    """Add the first row once more."""
    return lambda df: df.unionByName(df.limit(1))


def emptied() -> Break:
    """Take every row away."""
    return lambda df: df.limit(0)


def not_null(column: str, source: str | None = None) -> Check:
    """A column has no null; ``source`` names the table's column it was prepared from."""
    original = source or column
    return Check(
        f"{original}.not_null",
        f"every row has a value in {original}",
        Kahn.COMPLETENESS,
        "ExpectColumnValuesToNotBeNull",
        {"column": column},
        row_with(**{original: None}),
        lambda: F.lit(True),
        lambda: F.col(column).isNull(),
    )


def matches(column: str, pattern: str, about: str, bad: str, name: str = "format", **more: Any) -> Check:  # noqa: ANN401
    """A column's values match a Java pattern from first to last character."""
    whole = rf"\A(?:{pattern})\z"
    return Check(
        f"{column}.{name}",
        about,
        more.pop("kahn", Kahn.CONFORMANCE),
        "ExpectColumnValuesToMatchRegex",
        {"column": column, "regex": whole},
        row_with(**{column: bad}),
        lambda: F.col(column).isNotNull(),
        lambda: ~F.col(column).rlike(whole),
        **more,
    )


def one_of(column: str, values: tuple[str, ...], about: str, bad: str, **more: Any) -> Check:  # noqa: ANN401
    """A column's values are from a set of the contract."""
    return Check(
        f"{column}.value_set",
        about,
        Kahn.CONFORMANCE,
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": list(values)},
        row_with(**{column: bad}),
        lambda: F.col(column).isNotNull(),
        lambda: ~F.col(column).isin(*values),
        **more,
    )


def between(column: str, bounds: Bounds, about: str, breaks: Break, **more: Any) -> Check:  # noqa: ANN401
    """A number lies in a closed range; helper columns use it for counts that must be 0 or 1."""
    low, high = bounds

    def broken() -> Column:
        value = F.col(column)
        below = F.lit(False) if low is None else value < F.lit(low)
        return below if high is None else below | (value > F.lit(high))

    given = {k: v for k, v in (("min_value", low), ("max_value", high)) if v is not None}
    return Check(
        more.pop("name", f"{column}.range"),
        about,
        more.pop("kahn", Kahn.PLAUSIBILITY),
        "ExpectColumnValuesToBeBetween",
        {"column": column, **given},
        breaks,
        lambda: F.col(column).isNotNull(),
        broken,
        **more,
    )


def holds(column: str, name: str, about: str, breaks: Break, **more: Any) -> Check:  # noqa: ANN401
    """A prepared boolean column is true wherever it isn't null."""
    return Check(
        name,
        about,
        more.pop("kahn", Kahn.CONFORMANCE),
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": [True]},
        breaks,
        lambda: F.col(column).isNotNull(),
        lambda: ~F.col(column),
        **more,
    )


def ordered(later: str, earlier: str, about: str, breaks: Break, **more: Any) -> Check:  # noqa: ANN401
    """One column is never before another, where both are given."""
    return Check(
        f"{later}.not_before_{earlier}",
        about,
        Kahn.PLAUSIBILITY,
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": later,
            "column_B": earlier,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        breaks,
        lambda: F.col(later).isNotNull() & F.col(earlier).isNotNull(),
        lambda: F.col(later) < F.col(earlier),
        **more,
    )
