"""Of which subjects a scrubbed resource differs from what the timeline was last made of."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta_replace import KEY, changed, difference
from plummer.pipelines.home import Home
from plummer.pipelines.stages.changed import among
from plummer.pipelines.stages.timeline_joins import reference_to
from plummer.schemas.mappings import load_mappings
from plummer.schemas.tables import DEID_RESOURCES, EVENTS


@dataclass(frozen=True, slots=True)
class Changes:
    """Subjects to map anew.

    Attributes:
        subjects: subject_id, or 0 for resources that name no patient (`KEY`, distinct, persisted).
        count: how many.
    """

    subjects: DataFrame
    count: int


def changes_since(
    spark: SparkSession, home: Home, base: Base, resources: DataFrame, turned: DataFrame | None = None
) -> Changes:
    """Subjects of resources that came, went or read otherwise, and of those that take a code from one.

    Args:
        spark: the session.
        home: the home.
        base: what the last run left.
        resources: rows of `deid/resources` now.
        turned: encounters (encounter_id) whose events get a flag or lose it; None where there are none.
    """
    went, came = (
        rows.select(
            "resource_type", "resource_id", owner_of_row().alias(KEY), F.sha2("body", 256).alias("digest")
        )
        for rows in difference(spark, home, DEID_RESOURCES, base.of(DEID_RESOURCES))
    )
    differ = changed(went, came, "resource_type", "resource_id", KEY, "digest").persist()
    sources = load_mappings().references
    held = sorted({source.target for source in sources.values() if source.target})
    codes = differ.where(F.col("resource_type").isin(*held))
    subjects = differ.select(KEY)
    if not codes.isEmpty():
        names = codes.select(F.concat_ws("/", "resource_type", "resource_id").alias(KEY)).distinct()
        users = resources.where(F.col("resource_type").isin(*sorted(sources)))
        naming = among(users, reference_to(sources), F.broadcast(names))
        subjects = subjects.unionByName(naming.select(owner_of_row().alias(KEY)))
    if turned is not None:
        events = delta.read(spark, home, EVENTS, base.of(EVENTS))
        theirs = among(events, "encounter_id", turned.select(F.col("encounter_id").alias(KEY)))
        subjects = subjects.unionByName(theirs.select(F.col("subject_id").alias(KEY)))
    found = subjects.distinct().persist()
    count = found.count()
    differ.unpersist()
    return Changes(found, count)


def owner_of_row() -> Column:
    """subject_id, 0 where no patient is named: ids begin at 1."""
    return F.coalesce("subject_id", F.lit(0))
