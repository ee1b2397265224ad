"""The timeline's tables of codes and subjects, made of what was told of each subject."""

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.pipelines.timeline.hierarchy import describe
from plummer.pipelines.timeline.story import CODE
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import CODES, SUBJECTS


def with_bands(subjects: DataFrame, bands: DataFrame | None) -> DataFrame:
    """Rows of the table without `anchor_year_band`, and it."""
    if bands is None:
        named = subjects.withColumn("anchor_year_band", F.lit(None).cast("string"))
    else:
        named = subjects.join(bands.select("subject_id", "anchor_year_band"), "subject_id", "left")
    return named.select(*SUBJECTS.names)


def describe_codes(tallies: DataFrame) -> DataFrame:
    """One row per code: HL7's name or its codings' most frequent display, parents and counts."""
    codes = tallies.where(F.col("kind") == CODE).groupBy(F.col("name").alias("code"), "detail")
    # the tallies of all subjects add up to some rows a code: one worker reads them
    summed = codes.agg(F.sum("n").alias("n"), F.sum("subjects").alias("subjects")).coalesce(1)
    return summed.sortWithinPartitions("code").mapInArrow(partial(describe, site=site_files()), CODES.ddl)
