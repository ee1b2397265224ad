"""Scrubbed resources to the timeline: events, subjects and codes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.deid.dates import TimeMode
from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_commit import Part
from plummer.pipelines.delta_replace import KEY, replace, spread
from plummer.pipelines.home import Home
from plummer.pipelines.stages.changed import among
from plummer.pipelines.stages.incomplete import Marks
from plummer.pipelines.stages.timeline_changes import Changes, changes_since, owner_of_row
from plummer.pipelines.stages.timeline_stories import stories, subjects_of, written
from plummer.pipelines.stages.timeline_tables import describe_codes, with_bands
from plummer.pipelines.timeline.interpret import NO_SUBJECT
from plummer.pipelines.timeline.story import CODE, EXCLUDED, MAPPED, NO_TIME
from plummer.schemas.mappings import load_mappings
from plummer.schemas.tables import CODES, DEID_RESOURCES, EVENTS, SUBJECTS, TALLIES

_ROWS_A_FILE: Final = 8_000
"""A delivery tells the stories of a few subjects anew, and touches as many files of events at most."""
_Counts = Mapping[str, tuple[int, int]]
"""Resources of a type, and those of them that name no patient."""


@dataclass(frozen=True, slots=True)
class TimelineResult:
    """The tables, and what became of every resource: read = with_events + not_mapped + excluded.

    Attributes:
        tables: events, subjects, codes.
        read: rows of `deid/resources`.
        with_events: resources that have at least one event.
        not_mapped: resources without a mapping, by type.
        excluded: mapped resources without an event, by reason.
        excluded_by_type: the same by type, then reason.
        no_time: events whose time isn't known (they stand with time null).
        subjects: how many subjects were mapped anew; -1 for all.
    """

    tables: tuple[TableRef, ...]
    read: int
    with_events: int
    not_mapped: Mapping[str, int]
    excluded: Mapping[str, int]
    excluded_by_type: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    no_time: int = 0
    subjects: int = -1


def timeline(  # noqa: PLR0913 (what decides)
    spark: SparkSession,
    home: Home,
    bands: DataFrame | None = None,
    *,
    time_mode: TimeMode = TimeMode.RELATIVE,
    base: Base | None = None,
    marks: Marks | None = None,
) -> TimelineResult:
    """Write `timeline/events`, `timeline/subjects` and `timeline/codes` from `deid/resources`.

    Args:
        spark: the session.
        home: the home; `deid/resources` must exist.
        bands: subject_id bigint and anchor_year_band string, from the identified side.
        time_mode: how the policy treated the dates of `deid/resources`.
        base: what the last run left; then only subjects of whom a resource differs are mapped anew.
        marks: encounters whose events are flagged, and those of which that is new.
    """
    resources, marks = delta.read(spark, home, DEID_RESOURCES), marks or Marks()
    changes = None if base is None else changes_since(spark, home, base, resources, marks.turned)
    mine = resources if changes is None else among(resources, owner_of_row(), F.broadcast(changes.subjects))
    files = spread(delta.row_count(home, DEID_RESOURCES), _ROWS_A_FILE)
    if base is not None and changes is not None:
        files = max(1, files * changes.count // max(1, delta.row_count(home, SUBJECTS)))
    counts = _counts(resources)
    types = {name: n for name, (n, _) in counts.items()}
    told = stories(home, mine, resources, types, files=files, time_mode=time_mode).persist()
    try:
        parts = written(spark, told, home, marks.standing)
        if base is None or changes is None:
            return _whole(spark, home, counts, told, parts, bands)
        return _part(spark, home, base, changes, counts, told, parts, bands)
    finally:
        told.unpersist()
        if changes is not None:
            changes.subjects.unpersist()


def _whole(  # noqa: PLR0913, PLR0917 (private)
    spark: SparkSession,
    home: Home,
    counts: _Counts,
    told: DataFrame,
    parts: Mapping[str, Sequence[Part]],
    bands: DataFrame | None,
) -> TimelineResult:
    events = delta.exchange(home, EVENTS, parts[EVENTS.path])
    about = delta.overwrite(home, SUBJECTS, with_bands(subjects_of(told), bands))
    delta.exchange(home, TALLIES, parts[TALLIES.path])
    codes = delta.overwrite(home, CODES, describe_codes(delta.read(spark, home, TALLIES)))
    return _account(spark, home, (events, about, codes), counts)


def _part(  # noqa: PLR0913, PLR0917 (private)
    spark: SparkSession,
    home: Home,
    base: Base,
    changes: Changes,
    counts: _Counts,
    told: DataFrame,
    parts: Mapping[str, Sequence[Part]],
    bands: DataFrame | None,
) -> TimelineResult:
    """The rows of some subjects replaced; subjects and codes are small, and written whole."""
    gone, owner = changes.subjects, F.col("subject_id")
    events = replace(
        spark, home, EVENTS, base=base.of(EVENTS), key=owner, gone=gone, rows=parts[EVENTS.path],
        order=("subject_id", "seq"),
    )  # fmt: skip
    others = delta.read(spark, home, SUBJECTS, base.of(SUBJECTS)).join(gone, owner == F.col(KEY), "left_anti")
    described = subjects_of(told).unionByName(others.drop(KEY, "anchor_year_band"))
    about = delta.overwrite(home, SUBJECTS, with_bands(described, bands))
    replace(spark, home, TALLIES, base=base.of(TALLIES), key=owner, gone=gone, rows=parts[TALLIES.path])
    codes = delta.overwrite(home, CODES, describe_codes(delta.read(spark, home, TALLIES)))
    return _account(spark, home, (events, about, codes), counts, changes.count)


def _counts(resources: DataFrame) -> _Counts:
    by_type = resources.groupBy("resource_type")
    rows = by_type.agg(F.count("*").alias("all"), F.count("subject_id").alias("owned")).collect()
    return {row["resource_type"]: (row["all"], row["all"] - row["owned"]) for row in rows}


def _account(
    spark: SparkSession, home: Home, tables: tuple[TableRef, ...], counts: _Counts, subjects: int = -1
) -> TimelineResult:
    """Counts by type and reason; a handful of rows, never records."""
    known = load_mappings().types
    types = {name: n for name, (n, _) in counts.items()}
    counted = delta.read(spark, home, TALLIES).where(F.col("kind") != CODE)
    sums = counted.groupBy("kind", "name", "detail").agg(F.sum("n").alias("n")).collect()
    found = {MAPPED: 0, NO_TIME: 0}
    excluded = {name: {NO_SUBJECT: n} for name, (_, n) in sorted(counts.items()) if n and name in known}
    for row in sums:
        if row["kind"] == EXCLUDED:
            excluded.setdefault(row["name"], {})[row["detail"]] = row["n"]
        else:
            found[row["kind"]] += row["n"]
    by_type = {name: dict(sorted(excluded[name].items())) for name in sorted(excluded)}
    total = Counter[str]()
    for reasons in by_type.values():
        total.update(reasons)
    missing = {name: n for name, n in sorted(types.items()) if name not in known}
    read = sum(types.values())
    return TimelineResult(
        tables, read, found[MAPPED], missing, dict(total), by_type, found[NO_TIME], subjects=subjects
    )
