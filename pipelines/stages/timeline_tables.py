"""The three timeline tables, each as a DataFrame over mapped rows (`EVENT_ROWS`)."""

from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.deid.dates import TimeMode
from plummer.pipelines.timeline.event import BIRTH, DEATH
from plummer.pipelines.timeline.hierarchy import DESCRIBED, describe
from plummer.schemas.flags import AFTER_DEATH, DAYS_AFTER_DEATH
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import CODES, EVENTS, SUBJECTS

_GENDER = "GENDER//"
_BAND_YEARS = 3
LATE_IN_YEARS = 366 + DAYS_AFTER_DEATH
"""Days between two first days of January, one of the death's year, that no 60 days can bridge."""


def number_events(rows: DataFrame, *, time_mode: TimeMode = TimeMode.RELATIVE) -> DataFrame:
    """Events with `seq`, clustered by range of subject_id and sorted by subject and seq.

    What is long after the subject's death is flagged, by the days between the released times. Under years
    only where no days of the two years could be near enough.

    The order is total: released time (null first, static before unknown), the rank of the true
    instant, birth first and death last at the same instant, then the source.
    """
    events = rows.where(F.col("code").isNotNull())
    rank = F.when(F.col("code") == BIRTH, 0).when(F.col("code") == DEATH, 2).otherwise(1)
    order = (
        F.col("time").asc_nulls_first(), F.col("static").desc(), F.col("event_order").asc_nulls_first(),
        rank, F.col("source_table"), F.col("source_id"), F.col("position"), F.col("code"),
        F.col("numeric_text"), F.col("text_value"), F.col("end_time"),
    )  # fmt: skip
    placed = Window.partitionBy("subject_id").orderBy(*order)
    numbered = events.repartitionByRange("subject_id").withColumn("seq", F.row_number().over(placed) - 1)
    died = F.max(F.when(F.col("code") == DEATH, F.col("time"))).over(Window.partitionBy("subject_id"))
    late = F.datediff("time", died) > (LATE_IN_YEARS if time_mode is TimeMode.YEAR else DAYS_AFTER_DEATH)
    flagged = F.when(late, F.array_append("flags", F.lit(AFTER_DEATH))).otherwise(F.col("flags"))
    return numbered.withColumn("flags", flagged).select(*EVENTS.names)


def describe_subjects(
    rows: DataFrame, subjects: DataFrame, time_mode: TimeMode, bands: DataFrame | None
) -> DataFrame:
    """One row per subject, also for one without events.

    Args:
        rows: mapped rows.
        subjects: every subject_id, distinct.
        time_mode: of the release; relative years say nothing, and year mode has no interval.
        bands: subject_id and anchor_year_band from the identified side, or None.
    """
    happened = F.col("code").isNotNull() & (F.col("code") != BIRTH)
    first = F.min(F.when(happened, F.col("time")))
    last = F.max(F.when(happened, F.greatest("time", F.coalesce("end_time", "time"))))
    span = F.lit(None) if time_mode is TimeMode.YEAR else F.datediff(last, first)
    birth = F.max(F.when(F.col("code") == BIRTH, F.year("time")))
    visits = F.when(F.col("code").isNotNull() & (F.col("source_table") == "Encounter"), F.col("source_id"))
    band = F.lit(None) if time_mode is TimeMode.RELATIVE else _band(birth)
    gender = F.when(F.col("code").startswith(_GENDER), F.substring("code", len(_GENDER) + 1, 64))
    counted = rows.groupBy("subject_id").agg(
        F.max(gender).alias("sex"),
        span.cast("bigint").alias("span_days"),
        band.cast("string").alias("birth_year_band"),
        F.count("code").alias("events"),
        F.countDistinct(visits).alias("encounters"),
        F.sum("notes").alias("notes"),
    )
    joined = subjects.join(counted, "subject_id", "left").fillna(0, ["events", "encounters", "notes"])
    if bands is None:
        named = joined.withColumn("anchor_year_band", F.lit(None).cast("string"))
    else:
        named = joined.join(bands.select("subject_id", "anchor_year_band"), "subject_id", "left")
    return named.select(*SUBJECTS.names)


def describe_codes(events: DataFrame) -> DataFrame:
    """One row per code: HL7's name or its codings' most frequent display, parents and counts."""
    shown = events.where(F.col("display").isNotNull()).groupBy("code", "display").count()
    best = Window.partitionBy("code").orderBy(F.col("count").desc(), F.col("display"))
    described = shown.withColumn("n", F.row_number().over(best)).where("n = 1")
    counted = events.groupBy("code").agg(
        F.count("*").alias("events"), F.countDistinct("subject_id").alias("subjects")
    )
    named = counted.join(described.select("code", F.col("display").alias("shown")), "code", "left")
    told = named.select("code", "shown").mapInArrow(partial(describe, site=site_files()), DESCRIBED)
    return named.join(told, "code").select(*CODES.names)


def _band(year: Column) -> Column:
    """Three years that hold a year, the same three for everyone (2011-2013)."""
    start = year - (year - 1) % _BAND_YEARS
    return F.concat(start.cast("string"), F.lit("-"), (start + _BAND_YEARS - 1).cast("string"))
