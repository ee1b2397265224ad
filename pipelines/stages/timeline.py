"""Scrubbed resources to the timeline: events, subjects and codes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial, reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.deid.dates import TimeMode
from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_replace import KEY, replace, spread
from plummer.pipelines.home import Home
from plummer.pipelines.stages.changed import among
from plummer.pipelines.stages.incomplete import Marks
from plummer.pipelines.stages.timeline_changes import Changes, changes_since, owner_of_row
from plummer.pipelines.stages.timeline_joins import reference_to, targets_of
from plummer.pipelines.stages.timeline_tables import (
    CODE,
    EXCLUDED,
    MAPPED,
    NO_TIME,
    describe_codes,
    describe_subjects,
    number_events,
    tally,
    with_bands,
)
from plummer.pipelines.timeline.rows import EVENT_ROWS, map_events
from plummer.schemas.mappings import load_mappings, site_files
from plummer.schemas.tables import CODES, DEID_RESOURCES, EVENTS, SUBJECTS, TALLIES

_COLUMNS = ("resource_type", "resource_id", "subject_id", "body")


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
    rows = event_rows(mine, resources).persist()
    try:
        if base is None or changes is None:
            return _whole(spark, home, resources, rows, bands, time_mode, marks.standing)
        return _part(spark, home, base, changes, resources, rows, bands, time_mode, marks.standing)
    finally:
        rows.unpersist()
        if changes is not None:
            changes.subjects.unpersist()


def _whole(  # noqa: PLR0913, PLR0917 (private)
    spark: SparkSession,
    home: Home,
    resources: DataFrame,
    rows: DataFrame,
    bands: DataFrame | None,
    time_mode: TimeMode,
    half: DataFrame | None,
) -> TimelineResult:
    files = spread(delta.row_count(home, DEID_RESOURCES))
    written = delta.overwrite(
        home, EVENTS, number_events(rows, time_mode, files, half)
    )  # fills the cache for the others
    subjects = resources.where(F.col("subject_id").isNotNull()).select("subject_id").distinct()
    described = describe_subjects(rows, subjects, time_mode, bands)
    with ThreadPoolExecutor(2, thread_name_prefix="plummer-timeline") as pool:
        about_subjects = pool.submit(delta.overwrite, home, SUBJECTS, described)
        delta.overwrite(home, TALLIES, tally(rows).coalesce(min(files, 8)))
        codes = delta.overwrite(home, CODES, describe_codes(delta.read(spark, home, TALLIES)))
        tables = (written, about_subjects.result(), codes)
    return _account(spark, home, tables, resources)


def _part(  # noqa: PLR0913, PLR0917 (private)
    spark: SparkSession,
    home: Home,
    base: Base,
    changes: Changes,
    resources: DataFrame,
    rows: DataFrame,
    bands: DataFrame | None,
    time_mode: TimeMode,
    half: DataFrame | None,
) -> TimelineResult:
    """The rows of some subjects replaced; subjects and codes are small, and written whole."""
    gone, events = changes.subjects, number_events(rows, time_mode, half=half)
    written = replace(
        spark, home, EVENTS, base=base.of(EVENTS), key=F.col("subject_id"), gone=gone, rows=events,
        order=("subject_id", "seq"),
    )  # fmt: skip
    mine = among(resources, "subject_id", F.broadcast(gone)).select("subject_id").distinct()
    described = describe_subjects(rows, mine, time_mode, bands)
    others = delta.read(spark, home, SUBJECTS, base.of(SUBJECTS)).join(
        gone, F.col("subject_id") == F.col(KEY), "left_anti"
    )
    kept = with_bands(others.drop("anchor_year_band"), bands)
    about = delta.overwrite(home, SUBJECTS, described.unionByName(kept))
    replace(spark, home, TALLIES, base=base.of(TALLIES), key=F.col("subject_id"), gone=gone, rows=tally(rows))
    codes = delta.overwrite(home, CODES, describe_codes(delta.read(spark, home, TALLIES)))
    return _account(spark, home, (written, about, codes), resources, changes.count)


def event_rows(resources: DataFrame, among_all: DataFrame | None = None) -> DataFrame:
    """Mapped rows (`EVENT_ROWS`) of the resources whose type has a mapping.

    Args:
        resources: rows of `deid/resources`.
        among_all: the rows among which what they refer to is looked for; the same without.
    """
    mapped = resources.where(F.col("resource_type").isin(*sorted(load_mappings().types)))
    named = resources if among_all is None else among_all
    run = partial(map_events, site=site_files())
    return _with_joined(mapped.select(*_COLUMNS), named).mapInArrow(run, EVENT_ROWS)


def _with_joined(mapped: DataFrame, resources: DataFrame) -> DataFrame:
    """Add `joined`: the code that stands in another resource (a Medication's), as JSON, else null.

    Only rows that name another resource are joined: a left join over all would send every row
    without a reference to one task.
    """
    sources = load_mappings().references
    some = F.col("resource_type").isin(*sorted(sources))
    named = mapped.where(some).withColumn("target", reference_to(sources))
    away = F.coalesce(~F.col("target").startswith("#"), F.lit(False))
    joined = named.where(away).join(targets_of(set(sources.values()), resources), "target", "left")
    none = F.lit(None).cast("string").alias("joined")
    parts = (mapped.where(~some).select(*_COLUMNS, none), named.where(~away).select(*_COLUMNS, none))
    return reduce(DataFrame.unionByName, (*parts, joined.select(*_COLUMNS, "joined")))


def _account(
    spark: SparkSession, home: Home, tables: tuple[TableRef, ...], resources: DataFrame, subjects: int = -1
) -> TimelineResult:
    """Counts by type and reason; a handful of rows, never records."""
    by_type = resources.groupBy("resource_type").count().collect()
    types = {row["resource_type"]: row["count"] for row in by_type}
    known = load_mappings().types
    counted = delta.read(spark, home, TALLIES).where(F.col("kind") != CODE)
    sums = counted.groupBy("kind", "name", "detail").agg(F.sum("n").alias("n")).collect()
    found = {MAPPED: 0, NO_TIME: 0}
    excluded: dict[str, dict[str, int]] = {}
    total: dict[str, int] = {}
    for row in sorted(sums, key=lambda r: (r["name"], r["detail"] or "")):
        if row["kind"] == EXCLUDED:
            excluded.setdefault(row["name"], {})[row["detail"]] = row["n"]
            total[row["detail"]] = total.get(row["detail"], 0) + row["n"]
        else:
            found[row["kind"]] += row["n"]
    missing = {name: n for name, n in sorted(types.items()) if name not in known}
    read = sum(types.values())
    return TimelineResult(
        tables, read, found[MAPPED], missing, total, excluded, found[NO_TIME], subjects=subjects
    )
