"""Everyone's stories: a subject's resources go to one worker, which writes what it tells of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.deid.dates import TimeMode
from plummer.pipelines import delta
from plummer.pipelines.delta_commit import Part
from plummer.pipelines.delta_write import write_parts
from plummer.pipelines.home import Home
from plummer.pipelines.stages.timeline_joins import reference_to, targets_of
from plummer.pipelines.timeline.tell import TOLD, tell
from plummer.schemas.flags import AFTER_DEATH, INCOMPLETE_ENCOUNTER
from plummer.schemas.mappings import load_mappings, site_files
from plummer.schemas.tables import EVENTS, TALLIES

_COLUMNS: Final = ("resource_type", "resource_id", "subject_id")
_FEW: Final = 100_000
"""Resources that may be named, of which every worker can hold the codes."""


def stories(  # noqa: PLR0913 (whose, among whom, into what)
    home: Home,
    resources: DataFrame,
    among_all: DataFrame,
    counts: Mapping[str, int],
    *,
    files: int,
    time_mode: TimeMode,
) -> DataFrame:
    """Rows of `TOLD`; that they are asked for writes files into the tables' folders, so they must be kept.

    Args:
        home: the home.
        resources: rows of `deid/resources`, of each subject all.
        among_all: the rows among which what they refer to is looked for.
        counts: how many of each type those are.
        files: how many of each table at most; a subject is in one.
        time_mode: how the policy treated the dates.
    """
    known = F.col("resource_type").isin(*sorted(load_mappings().types))
    # of a type without a mapping only who has it is told
    body = F.when(known, F.col("body")).alias("body")
    owned = resources.where(F.col("subject_id").isNotNull()).select(*_COLUMNS, body)
    joined = _with_joined(owned, among_all, counts)
    spread = joined.repartition(files, "subject_id").sortWithinPartitions("subject_id")
    folders = {spec.path: home.table(spec) for spec in (EVENTS, TALLIES)}
    return spread.mapInArrow(partial(tell, folders=folders, mode=time_mode, site=site_files()), TOLD)


def _with_joined(owned: DataFrame, resources: DataFrame, counts: Mapping[str, int]) -> DataFrame:
    """Add `joined`: the code that stands in another resource (a Medication's), as JSON, else null.

    Where those are many, only rows that name one are joined: a left join over all would send every row
    without a reference to one task.
    """
    sources = load_mappings().references
    targets = targets_of(set(sources.values()), resources)
    named = owned.withColumn("target", reference_to(sources))
    told = (*_COLUMNS, "body", "joined")
    if sum(counts.get(source.target or "", 0) for source in set(sources.values())) <= _FEW:
        return named.join(F.broadcast(targets), "target", "left").select(*told)
    some = F.col("resource_type").isin(*sorted(sources))
    away = F.coalesce(some & ~F.col("target").startswith("#"), F.lit(False))
    alone = named.where(~away).withColumn("joined", F.lit(None).cast("string"))
    return alone.select(*told).unionByName(named.where(away).join(targets, "target", "left").select(*told))


def written(
    spark: SparkSession, told: DataFrame, home: Home, half: DataFrame | None
) -> Mapping[str, Sequence[Part]]:
    """The files that were written, by table.

    Args:
        spark: the session.
        told: from `stories`, kept.
        home: the home.
        half: encounters (encounter_id) of which something may be missing, whose events get a flag.
    """
    parts: dict[str, list[Part]] = {EVENTS.path: [], TALLIES.path: []}
    for row in told.where("path is not null").select("path", "name", "rows", "bytes").collect():
        parts[row["path"]].append(Part(row["name"], row["rows"], row["bytes"]))
    if half is not None:
        parts[EVENTS.path] = _flagged(spark, home, parts[EVENTS.path], half)
    return parts


def _flagged(spark: SparkSession, home: Home, parts: Sequence[Part], half: DataFrame) -> list[Part]:
    """The events of some encounters flagged; those of none aren't joined, or one task would get them all.

    Which encounters came in half is known by id, whoever's events name them, so no worker can tell alone.
    """
    uri = home.table(EVENTS)
    events = delta.read_files(spark, EVENTS, [f"{uri}/{part.name}" for part in parts])
    named = half.select("encounter_id", F.lit(1).alias("half"))
    joined = events.where(F.col("encounter_id").isNotNull()).join(named, "encounter_id", "left")
    late = F.array_contains("flags", AFTER_DEATH)
    before = F.array_append(F.array_remove("flags", AFTER_DEATH), F.lit(INCOMPLETE_ENCOUNTER))
    more = F.when(late, F.array_append(before, F.lit(AFTER_DEATH))).otherwise(before)
    flags = F.when(F.col("half").isNotNull(), more).otherwise(F.col("flags"))
    alone = events.where(F.col("encounter_id").isNull())
    whole = joined.withColumn("flags", flags).select(*EVENTS.names).unionByName(alone)
    spread = whole.repartition(max(1, len(parts)), "subject_id").sortWithinPartitions("subject_id", "seq")
    return write_parts(delta.conform(EVENTS, spread), uri)


def subjects_of(told: DataFrame) -> DataFrame:
    """The rows of `stories` that describe subjects, as in `timeline/subjects` but `anchor_year_band`."""
    return told.where("path is null").drop("path", "name", "rows", "bytes")
