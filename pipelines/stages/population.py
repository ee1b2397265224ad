"""What many subjects share: labels that are nobody's own, and days that can't be an event of each.

One record alone can't tell them, so subjects are counted over all current resources before scrubbing.
A display that k subjects have may stay; a day that a path carries for a fiftieth of the subjects would,
moved by each one's shift, tell the shift, and goes.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from plummer.deid.policy import Policy
from plummer.deid.structure import days_of, labels_of, least_subjects
from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.scrubbing.settings import DAY, LABEL
from plummer.pipelines.stages.current import subject_of_record
from plummer.schemas.tables import POPULATION

_DDL: Final = "owner string, kind string, first string, second string, third string"


def population(home: Home, records: DataFrame, policy: Policy) -> TableRef:
    """Rebuild ``identified/population`` from the current resources of subjects.

    Args:
        home: the home.
        records: the current versions of ``identified/resources``.
        policy: its k, time zone and time mode; days matter only where they are shifted.
    """
    rows = records.select(subject_of_record().alias("owner"), "body")
    owned = rows.where(f.col("owner").isNotNull())
    zone = policy.site_timezone if policy.time_mode.value == "shift" else None
    told = owned.mapInArrow(partial(_told, zone=zone), _DDL).distinct()
    counted = told.groupBy("kind", "first", "second", "third").agg(f.count("*").alias("subjects"))
    subjects = owned.select("owner").distinct().count()
    days = f.lit(least_subjects(subjects))
    least = f.when(f.col("kind") == LABEL, f.lit(policy.k)).otherwise(days)
    return delta.overwrite(home, POPULATION, counted.where(f.col("subjects") >= least))


def _told(batches: Iterator[pa.RecordBatch], *, zone: str | None) -> Iterator[pa.RecordBatch]:
    """Owner with each label and each day of a batch, once."""
    for batch in batches:
        found: set[tuple[str, ...]] = set()
        for owner, body in zip(*(batch.column(n).to_pylist() for n in ("owner", "body")), strict=True):
            resource = msgspec.json.decode(body)
            found.update((owner, LABEL, *label) for label in labels_of(resource))
            if zone is not None:
                days = days_of(resource, zone)
                found.update((owner, DAY, kind, path, day.isoformat()) for kind, path, day in days)
        yield _to_arrow(sorted(found))


def _to_arrow(rows: list[tuple[str, ...]]) -> pa.RecordBatch:
    names = [part.split()[0] for part in _DDL.split(", ")]
    columns: list[Any] = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(names))]
    return pa.RecordBatch.from_arrays(columns, names)
