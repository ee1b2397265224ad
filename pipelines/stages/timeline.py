"""Scrubbed resources to the timeline: events, subjects and codes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial, reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.deid.dates import TimeMode
from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.stages.timeline_tables import describe_codes, describe_subjects, number_events
from plummer.pipelines.timeline.rows import EVENT_ROWS, map_events
from plummer.schemas.mappings import CodeSource, load_mappings, site_files
from plummer.schemas.mappings.paths import Path
from plummer.schemas.tables import CODES, DEID_RESOURCES, EVENTS, SUBJECTS

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
    """

    tables: tuple[TableRef, ...]
    read: int
    with_events: int
    not_mapped: Mapping[str, int]
    excluded: Mapping[str, int]
    excluded_by_type: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    no_time: int = 0


def timeline(
    spark: SparkSession,
    home: Home,
    bands: DataFrame | None = None,
    *,
    time_mode: TimeMode = TimeMode.RELATIVE,
) -> TimelineResult:
    """Write `timeline/events`, `timeline/subjects` and `timeline/codes` from `deid/resources`.

    Args:
        spark: the session.
        home: the home; `deid/resources` must exist.
        bands: subject_id bigint and anchor_year_band string, from the identified side.
        time_mode: how the policy treated the dates of `deid/resources`.
    """
    resources = delta.read(spark, home, DEID_RESOURCES)
    rows = event_rows(resources).persist()
    try:
        events = rows.where(F.col("code").isNotNull())
        subjects = resources.where(F.col("subject_id").isNotNull()).select("subject_id").distinct()
        written = delta.overwrite(
            home, EVENTS, number_events(rows, time_mode=time_mode)
        )  # fills the cache for the others
        described = describe_subjects(rows, subjects, time_mode, bands)
        with ThreadPoolExecutor(2, thread_name_prefix="plummer-timeline") as pool:
            about_subjects = pool.submit(delta.overwrite, home, SUBJECTS, described)
            about_codes = pool.submit(delta.overwrite, home, CODES, describe_codes(events))
            tables = (written, about_subjects.result(), about_codes.result())
        return _account(tables, resources, rows)
    finally:
        rows.unpersist()


def event_rows(resources: DataFrame) -> DataFrame:
    """Mapped rows (`EVENT_ROWS`) of the resources whose type has a mapping."""
    mapped = resources.where(F.col("resource_type").isin(*sorted(load_mappings().types)))
    return _with_joined(mapped.select(*_COLUMNS), resources).mapInArrow(
        partial(map_events, site=site_files()), EVENT_ROWS
    )


def _with_joined(mapped: DataFrame, resources: DataFrame) -> DataFrame:
    """Add `joined`: the code that stands in another resource (a Medication's), as JSON, else null.

    Only rows that name another resource are joined: a left join over all would send every row
    without a reference to one task.
    """
    sources = load_mappings().references
    some = F.col("resource_type").isin(*sorted(sources))
    named = mapped.where(some).withColumn("target", _reference(sources))
    away = F.coalesce(~F.col("target").startswith("#"), F.lit(False))
    joined = named.where(away).join(_targets(set(sources.values()), resources), "target", "left")
    none = F.lit(None).cast("string").alias("joined")
    parts = (mapped.where(~some).select(*_COLUMNS, none), named.where(~away).select(*_COLUMNS, none))
    return reduce(DataFrame.unionByName, (*parts, joined.select(*_COLUMNS, "joined")))


def _reference(sources: Mapping[str, CodeSource]) -> Column:
    """The reference to the resource that holds the code, by type of the referring resource."""
    found = F.lit(None).cast("string")
    for name, source in sorted(sources.items()):
        path = _json_path(source.reference, "reference")
        found = F.when(F.col("resource_type") == name, F.get_json_object("body", path)).otherwise(found)
    return found


def _targets(sources: set[CodeSource], resources: DataFrame) -> DataFrame:
    """Target (``Type/id``) and joined (its code as JSON) of every resource that may be named."""
    found = [
        resources.where(F.col("resource_type") == source.target).select(
            F.concat_ws("/", "resource_type", "resource_id").alias("target"),
            F.get_json_object("body", _json_path(source.path)).alias("joined"),
        )
        for source in sorted(sources, key=lambda s: s.target or "")
    ]
    return reduce(DataFrame.unionByName, found).dropDuplicates(["target"])


def _json_path(path: Path | None, *more: str) -> str:
    return ".".join(["$", *(name for name, _ in path or ()), *more])


def _account(tables: tuple[TableRef, ...], resources: DataFrame, rows: DataFrame) -> TimelineResult:
    """Counts by type and reason; a handful of rows, never records."""
    by_type = resources.groupBy("resource_type").count().collect()
    types = {row["resource_type"]: row["count"] for row in by_type}
    known = load_mappings().types
    excluded: dict[str, dict[str, int]] = {}
    total: dict[str, int] = {}
    counted = rows.where(F.col("reason").isNotNull()).groupBy("source_table", "reason").count()
    for row in sorted(counted.collect(), key=lambda r: (r["source_table"], r["reason"])):
        excluded.setdefault(row["source_table"], {})[row["reason"]] = row["count"]
        total[row["reason"]] = total.get(row["reason"], 0) + row["count"]
    unknown = F.col("code").isNotNull() & F.col("time").isNull() & ~F.col("static")
    sums = rows.agg(F.count_if(F.col("position") == 0).alias("n"), F.count_if(unknown).alias("no_time"))
    found = sums.collect()[0]
    missing = {name: n for name, n in sorted(types.items()) if name not in known}
    read = sum(types.values())
    return TimelineResult(tables, read, found["n"], missing, total, excluded, found["no_time"])
