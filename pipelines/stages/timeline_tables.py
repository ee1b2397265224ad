"""The timeline's tables of codes and subjects, made of what was told of each subject."""

from functools import partial

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.pipelines.timeline.hierarchy import DESCRIBED, describe
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
    codes = tallies.where(F.col("kind") == CODE).withColumnRenamed("name", "code")
    shown = codes.where(F.col("detail").isNotNull()).groupBy("code", "detail").agg(F.sum("n").alias("n"))
    most = Window.partitionBy("code").orderBy(F.col("n").desc(), F.col("detail"))
    described = shown.withColumn("place", F.row_number().over(most)).where("place = 1")
    counted = codes.groupBy("code").agg(
        F.sum("n").alias("events"), F.countDistinct("subject_id").alias("subjects")
    )
    named = counted.join(described.select("code", F.col("detail").alias("shown")), "code", "left")
    told = named.select("code", "shown").mapInArrow(partial(describe, site=site_files()), DESCRIBED)
    return named.join(told, "code").select(*CODES.names)
