"""Checking what came to a table whose other rows have passed: the result is that of the whole.

A rule looks at a row alone, at rows that share a key, or at a row and another table. So if the rows that came
pass, share no key with those that stand, and nothing that stands lost what it refers to, all pass; and counts
are those of before, less what went, more what came. Where any of it isn't so, the whole is checked.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import ExpectationResult, SuiteResult
from plummer.expectations.suites.check import Check, SuiteContext
from plummer.expectations.suites.run import Counts, count, run
from plummer.expectations.suites.suite import Suite, related, structure_checks

_VERSION: Final = 1
"""Raise when a suite prepares other columns under the same rules, so that every table is checked whole."""


@dataclass(frozen=True, slots=True)
class Ties:
    """By what a suite looks at more than one row.

    Attributes:
        groups: columns by which rows are looked at together: none may be shared by what came and what stands.
        refers: column to the suite and column in which its values stand.
    """

    groups: tuple[tuple[str, ...], ...]
    refers: Mapping[str, tuple[str, str]]


_SUBJECT: Final = {"subject_id": ("subjects", "subject_id")}
TIES: Final[Mapping[str, Ties]] = {
    "resources": Ties(
        (("site", "resource_type", "resource_id", "content_sha256"),), {"load_id": ("loads", "load_id")}
    ),
    "identities": Ties((("patient_key", "kind"),), {}),
    "crosswalk": Ties((("domain", "epoch", "kind", "lookup"), ("domain", "epoch", "kind", "pseudonym")), {}),
    "deid_resources": Ties((("resource_type", "resource_id"),), {}),
    "deid_notes": Ties((("note_id",),), _SUBJECT),
    "events": Ties((("subject_id",),), {**_SUBJECT, "code": ("codes", "code")}),
}
"""Suites whose tables are large and change in part; the others count rows of these and are checked whole."""


@dataclass(frozen=True, slots=True)
class Change:
    """The rows of a table that came, went and stand, since it was found good."""

    came: DataFrame
    went: DataFrame
    standing: DataFrame


def rules_sha256(suite: Suite, context: SuiteContext) -> str:
    """What tells whether an earlier result is of the same rules."""
    told = [[c.name, c.expectation, dict(c.kwargs), c.limit, c.severity] for c in _checks(suite, context)]
    return hashlib.sha256(json.dumps([_VERSION, told], sort_keys=True).encode()).hexdigest()


def run_part(suite: Suite, change: Change, before: SuiteResult, context: SuiteContext) -> SuiteResult | None:
    """The result of the whole table, from the one of before and what changed; None if the whole must be read.

    Args:
        suite: one of those in `TIES`.
        change: the table's rows.
        before: the result for ``went`` and ``standing``, passed and of the same rules.
        context: as for the whole.
    """
    started = time.monotonic()
    if _tied(TIES[suite.table], change, context):
        return None
    came = run(suite, change.came, context)
    if not came.rows or came.failed or any(result.code for result in came.results):
        return None
    rows, went = count(suite, change.went, context)
    pairs = zip(_checks(suite, context), before.results, came.results, strict=True)
    results = tuple(_merged(check, old, new, went) for check, old, new in pairs)
    if any(result.unexpected < 0 or result.elements < 0 for result in results):
        return None
    whole = SuiteResult(suite.table, before.rows - rows + came.rows, results, 0.0)
    return replace(whole, seconds=round(time.monotonic() - started, 3)) if whole.passed else None


def _checks(suite: Suite, context: SuiteContext) -> tuple[Check, ...]:
    return (*structure_checks(suite.spec), *suite.applicable(context))


def _merged(
    check: Check, before: ExpectationResult, came: ExpectationResult, went: Counts
) -> ExpectationResult:
    if check.measure is not None:
        return came
    unexpected, elements = went[check.name]
    # what went is looked at beside the tables of now; none was unexpected beside those of then
    left = before.unexpected - unexpected if before.unexpected else 0
    whole = replace(
        came, unexpected=left + came.unexpected, elements=before.elements - elements + came.elements
    )
    return replace(whole, passed=whole.unexpected <= check.limit * whole.elements)


def _tied(ties: Ties, change: Change, context: SuiteContext) -> bool:
    """Whether a row that stands has to be looked at again."""
    parts = [
        change.standing.join(change.came.select(*keys).distinct(), list(keys), "left_semi")
        for keys in ties.groups
    ]
    parts += [
        change.standing.where(F.col(column).isNotNull()).join(
            related(context, table).select(F.col(other).alias(column)).distinct(), column, "left_anti"
        )
        for column, (table, other) in ties.refers.items()
    ]
    found = (part.select(F.lit(1).alias("one")) for part in parts)
    return not reduce(DataFrame.unionByName, found).isEmpty()
