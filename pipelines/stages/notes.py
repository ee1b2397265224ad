"""Notes as rows, taken from the scrubbed resources; nothing is scrubbed here."""

from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_replace import KEY, changed, difference, replace, spread
from plummer.pipelines.home import Home
from plummer.pipelines.stages.changed import among
from plummer.pipelines.timeline.notes import ATTACHMENTS
from plummer.pipelines.timeline.rows import map_notes
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import DEID_NOTES, DEID_RESOURCES

_ORDER: Final = ("subject_id", "time", "note_id")


def notes(spark: SparkSession, home: Home, base: Base | None = None) -> tuple[TableRef, int]:
    """Write `deid/notes` from `deid/resources`: one row per text attachment, sorted by subject.

    Args:
        spark: the session.
        home: the home; `deid/resources` must exist.
        base: what the last run left; then only notes of resources that differ are taken anew.

    Returns:
        The table, and of how many resources the notes were taken; -1 for all.
    """
    resources = delta.read(spark, home, DEID_RESOURCES)
    if base is None:
        rows = note_rows(resources)
        files = spread(delta.row_count(home, DEID_RESOURCES) // 20)
        ranged = (
            rows.repartitionByRange("subject_id")
            if files < 4
            else rows.repartitionByRange(files, "subject_id")
        )
        return delta.overwrite(home, DEID_NOTES, ranged.sortWithinPartitions(*_ORDER)), -1
    went, came = (
        with_attachments(rows) for rows in difference(spark, home, DEID_RESOURCES, base.of(DEID_RESOURCES))
    )
    of = changed(_digested(went), _digested(came), "resource_id", "subject_id", "digest")
    gone = of.select(F.col("resource_id").alias(KEY)).distinct().persist()
    rows = note_rows(among(came, "resource_id", F.broadcast(gone)))
    # base32 ids hold no dash: what stands before the last one is the resource
    source = F.regexp_replace("note_id", "-[0-9]+$", "")
    count = gone.count()
    ref = replace(
        spark, home, DEID_NOTES, base=base.of(DEID_NOTES), key=source, gone=gone, rows=rows,
        by=F.coalesce("subject_id", F.lit(0)), order=_ORDER,
    )  # fmt: skip
    gone.unpersist()
    return ref, count


def _digested(resources: DataFrame) -> DataFrame:
    counts = F.to_json(F.transform("note_counts", lambda one: F.sort_array(F.map_entries(one))))
    return resources.select(
        "resource_id", "subject_id", F.sha2(F.concat_ws("|", "body", counts), 256).alias("digest")
    )


def with_attachments(resources: DataFrame) -> DataFrame:
    """Rows of the types that may have notes."""
    return resources.where(F.col("resource_type").isin(*sorted(ATTACHMENTS)))


def note_rows(resources: DataFrame) -> DataFrame:
    """Rows of `deid/notes` from rows of `deid/resources`."""
    columns = ("resource_type", "resource_id", "subject_id", "body", "note_counts")
    mapped = partial(map_notes, site=site_files())
    return with_attachments(resources).select(*columns).mapInArrow(mapped, DEID_NOTES.row_ddl)
