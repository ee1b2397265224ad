"""What many subjects share: labels that are nobody's own, and days that can't be an event of each.

One record alone can't tell them, so subjects are counted over all current resources before scrubbing.
A display that k subjects have may stay; a day that a path carries for a fiftieth of the subjects would,
moved by each one's shift, tell the shift, and goes. What each subject tells is kept (``identified/told``), so
that a delivery is counted anew without reading everybody's records.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.policy import Policy
from plummer.deid.structure import days_of, labels_of, least_subjects
from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_replace import KEY, changed, difference, replace, spread
from plummer.pipelines.home import Home
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.index.sites import Sites
from plummer.pipelines.scrubbing.settings import DAY, LABEL
from plummer.pipelines.stages.changed import among
from plummer.pipelines.stages.current import owner_of_record
from plummer.schemas.tables import POPULATION, RESOURCES, TOLD

_DDL: Final = "owner string, kind string, first string, second string, third string"
_FACT: Final = ("kind", "first", "second", "third")


def population(  # noqa: PLR0913 (what decides)
    spark: SparkSession,
    home: Home,
    records: DataFrame,
    policy: Policy,
    *,
    base: Base | None = None,
    owners: DataFrame | None = None,
    subjects: int | None = None,
) -> TableRef:
    """Rebuild ``identified/told`` and ``identified/population`` from the current resources of subjects.

    Args:
        spark: the session.
        home: the home.
        records: the current versions of ``identified/resources``.
        policy: its k, time zone and time mode; days matter only where they are shifted.
        base: the version to keep what others tell of.
        owners: who is read again; all without.
        subjects: how many subjects there are, where that is known.
    """
    owned = records.withColumn("owner", owner_of_record())
    run = partial(_told, sites=_shifted(policy))
    if base is not None and owners is not None:
        told = among(owned, "owner", owners).select("owner", "site", "body").mapInArrow(run, _DDL).distinct()
        replace(spark, home, TOLD, base=base.of(TOLD), key=f.col("owner"), gone=owners, rows=told)
    else:
        told = owned.select("owner", "site", "body").mapInArrow(run, _DDL).distinct()
        files = spread(delta.row_count(home, RESOURCES))
        delta.overwrite(home, TOLD, told.repartition(files, "owner"))
    of_subjects = delta.read(spark, home, TOLD).where(~f.col("owner").startswith(SHARED))
    counted = of_subjects.groupBy(*_FACT).agg(f.count("*").alias("subjects"))
    if subjects is None:
        mine = owned.where(~f.col("owner").startswith(SHARED))
        subjects = mine.select("owner").distinct().count()
    days = f.lit(least_subjects(subjects))
    least = f.when(f.col("kind") == LABEL, f.lit(policy.k)).otherwise(days)
    return delta.overwrite(home, POPULATION, counted.where(f.col("subjects") >= least).coalesce(1))


def newly_common(spark: SparkSession, home: Home, base: Base) -> DataFrame:
    """Labels and days that many subjects share since, or no longer: `_FACT` columns."""
    went, came = difference(spark, home, POPULATION, base.of(POPULATION))
    return changed(went, came, *_FACT)


def owners_that_tell(spark: SparkSession, home: Home, facts: DataFrame) -> DataFrame:
    """Owners (`KEY`) who have one of some labels or days; distinct."""
    told = delta.read(spark, home, TOLD).join(f.broadcast(facts), list(_FACT), "left_semi")
    return told.select(f.col("owner").alias(KEY)).distinct()


def records_that_tell(records: DataFrame, policy: Policy, facts: DataFrame) -> DataFrame:
    """Owner and source of the records (with site and body) that tell one of some labels or days; distinct."""
    # no SITE/ID holds a blank, so both go through as one name
    named = records.select(f.concat_ws(" ", "owner", "source").alias("owner"), "site", "body")
    told = named.mapInArrow(partial(_told, sites=_shifted(policy)), _DDL)
    found = told.join(f.broadcast(facts), list(_FACT), "left_semi").select("owner").distinct()
    parts = f.split("owner", " ")
    return found.select(parts[0].alias("owner"), parts[1].alias("source"))


def _shifted(policy: Policy) -> Sites | None:
    """The sites, where their days are shifted: only there days are counted."""
    return Sites.of(policy) if policy.time_mode.value == "shift" else None


def _told(batches: Iterator[pa.RecordBatch], *, sites: Sites | None) -> Iterator[pa.RecordBatch]:
    """Owner with each label and each day of a batch, once."""
    for batch in batches:
        found: set[tuple[str, ...]] = set()
        columns = (batch.column(name).to_pylist() for name in ("owner", "site", "body"))
        for owner, site, body in zip(*columns, strict=True):
            resource = msgspec.json.decode(body)
            found.update((owner, LABEL, *label) for label in labels_of(resource))
            if sites is not None:
                days = days_of(resource, sites.zone_of(site))
                found.update((owner, DAY, kind, path, day.isoformat()) for kind, path, day in days)
        yield _to_arrow(sorted(found))


def _to_arrow(rows: list[tuple[str, ...]]) -> pa.RecordBatch:
    names = [part.split()[0] for part in _DDL.split(", ")]
    columns: list[Any] = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(names))]
    return pa.RecordBatch.from_arrays(columns, names)
