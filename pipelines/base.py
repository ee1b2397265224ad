"""What a step built on last time, so that it may build on its own tables now.

A step's record in the ledger holds under ``base`` the versions of the tables that it read and wrote, and a
fingerprint of all else that decides (policy, engine, keys, mappings). Where that is the same and the tables
of then still stand, what is new is the difference of versions, and only the rows of whom it concerns are made
anew. Any other case is the whole, with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pyspark.sql import DataFrame

from plummer.pipelines import delta
from plummer.pipelines.delta_log import require_whole
from plummer.pipelines.delta_replace import only_added, stands
from plummer.pipelines.home import Home
from plummer.pipelines.job import Job, fingerprint
from plummer.pipelines.results import StepResult
from plummer.schemas.tables import TableSpec

MOST: Final = 0.5
"""The share of owners from which on a step makes all anew: it costs no more than picking them out."""
FIRST: Final = "first"
CHANGED: Final = "rules_changed"
MOSTLY: Final = "most_changed"
LOST: Final = "no_earlier_version"
REWRITTEN: Final = "rows_rewritten"
SMALL: Final = "small"
"""Why a step makes all anew (docs/operations.md)."""


@dataclass(frozen=True, slots=True)
class Base:
    """Versions of tables as a step left them, and what it told of them."""

    versions: Mapping[str, int]
    details: Mapping[str, Any] = field(default_factory=dict)

    def of(self, spec: TableSpec) -> int:
        """The version of a table then, -1 where there was none."""
        return self.versions.get(spec.path, -1)


@dataclass(frozen=True, slots=True)
class Touched:
    """Whom a step made anew.

    Attributes:
        whole: everybody.
        why: code of the reason for the whole, "" where it isn't.
        n: owners (patients after merges, and groups of records of nobody) or subjects.
        of: all there are.
        records: records of others that were made anew for one fact that changed, by the fact.
    """

    whole: bool
    why: str = ""
    n: int = 0
    of: int = 0
    records: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain data for the ledger."""
        return {
            "whole": self.whole,
            "why": self.why,
            "n": self.n,
            "of": self.of,
            "records": dict(self.records),
        }


def base_of(
    job: Job, step: str, mode: Sequence[object], specs: Sequence[TableSpec]
) -> tuple[Base | None, str]:
    """What a step may build on, or None and the reason.

    Args:
        job: the job.
        step: name of the step.
        mode: all that decides beside the tables.
        specs: the tables that it reads and writes.

    Raises:
        PlummerError: ``table_log_torn`` or ``table_behind`` (exit 5) where a table isn't whole.
    """
    record = job.ledger.stage(step)
    told = None if record is None else record.result["details"].get("base")
    if record is None or told is None:
        return None, FIRST
    if told["mode"] != fingerprint(step, mode):
        return None, CHANGED
    base = Base(told["versions"], record.result["details"])
    for spec in specs:
        if base.of(spec) >= 0 and delta.exists(job.home, spec):
            require_whole(job.home.table(spec), base.of(spec))
        if not stands(job.home, spec, base.of(spec)):
            return None, LOST
    return base, ""


def grown(home: Home, base: Base, *specs: TableSpec) -> bool:
    """Whether rows were only ever added to these tables since."""
    return all(only_added(home, spec, base.of(spec)) for spec in specs)


def built(  # noqa: PLR0913 (what a step tells)
    job: Job,
    step: str,
    mode: Sequence[object],
    specs: Sequence[TableSpec],
    *,
    result: StepResult,
    touched: Touched,
) -> StepResult:
    """A step's result with what the next run may build on, and whom this one touched."""
    versions = {spec.path: delta.current_version(job.home, spec) for spec in specs}
    told = {"mode": fingerprint(step, mode), "versions": versions}
    return StepResult(result.tables, {**result.details, "base": told, "touched": touched.as_json()})


def mostly(few: DataFrame, of: int) -> tuple[int, bool]:
    """How many rows there are, and whether that is most of all."""
    n = few.count()
    return n, n > MOST * of
