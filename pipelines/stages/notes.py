"""Notes as rows, taken from the scrubbed resources; nothing is scrubbed here."""

from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.timeline.notes import ATTACHMENTS
from plummer.pipelines.timeline.rows import NOTE_ROWS, map_notes
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import DEID_NOTES, DEID_RESOURCES


def notes(spark: SparkSession, home: Home) -> TableRef:
    """Write `deid/notes` from `deid/resources`: one row per text attachment, sorted by subject.

    Args:
        spark: the session.
        home: the home; `deid/resources` must exist.
    """
    rows = note_rows(delta.read(spark, home, DEID_RESOURCES))
    ordered = rows.repartitionByRange("subject_id").sortWithinPartitions("subject_id", "time", "note_id")
    return delta.overwrite(home, DEID_NOTES, ordered)


def note_rows(resources: DataFrame) -> DataFrame:
    """Rows of `deid/notes` from rows of `deid/resources`."""
    columns = ("resource_type", "resource_id", "subject_id", "body", "note_counts")
    with_notes = resources.where(F.col("resource_type").isin(*sorted(ATTACHMENTS))).select(*columns)
    return with_notes.mapInArrow(partial(map_notes, site=site_files()), NOTE_ROWS)
