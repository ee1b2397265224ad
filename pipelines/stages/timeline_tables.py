"""The three timeline tables, each as a DataFrame over mapped rows (`EVENT_ROWS`)."""

from functools import partial

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.deid.dates import TimeMode
from plummer.pipelines.timeline.event import BIRTH, DEATH
from plummer.pipelines.timeline.hierarchy import DESCRIBED, describe
from plummer.schemas.flags import AFTER_DEATH, DAYS_AFTER_DEATH, INCOMPLETE_ENCOUNTER
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import CODES, EVENTS, SUBJECTS

_GENDER = "GENDER//"
_BAND_YEARS = 3
LATE_IN_YEARS = 366 + DAYS_AFTER_DEATH
"""Days between two first days of January, one of the death's year, that no 60 days can bridge."""
_FEW = 4
CODE, EXCLUDED, MAPPED, NO_TIME = "code", "excluded", "mapped", "no_time"
"""Kinds of rows of `timeline/tallies`."""


def number_events(
    rows: DataFrame,
    time_mode: TimeMode = TimeMode.RELATIVE,
    files: int = 0,
    half: DataFrame | None = None,
) -> DataFrame:
    """Events with `seq`, clustered by range of subject_id and sorted by subject and seq.

    What is long after the subject's death is flagged, by the days between the released times. Under years
    only where no days of the two years could be near enough. So is what belongs to an encounter of which
    something may be missing (`half`, a column encounter_id).

    The order is total: released time (null first, static before unknown), the rank of the true
    instant, birth first and death last at the same instant, then the source.
    """
    events = rows.where(F.col("code").isNotNull())
    if half is not None:
        events = _with_incomplete(events, half)
    rank = F.when(F.col("code") == BIRTH, 0).when(F.col("code") == DEATH, 2).otherwise(1)
    order = (
        F.col("time").asc_nulls_first(), F.col("static").desc(), F.col("event_order").asc_nulls_first(),
        rank, F.col("source_table"), F.col("source_id"), F.col("position"), F.col("code"),
        F.col("numeric_text"), F.col("text_value"), F.col("end_time"),
    )  # fmt: skip
    placed = Window.partitionBy("subject_id").orderBy(*order)
    ranged = (
        events.repartitionByRange(files, "subject_id")
        if files > _FEW
        else events.repartitionByRange("subject_id")
    )
    numbered = ranged.withColumn("seq", F.row_number().over(placed) - 1)
    died = F.max(F.when(F.col("code") == DEATH, F.col("time"))).over(Window.partitionBy("subject_id"))
    late = F.datediff("time", died) > (LATE_IN_YEARS if time_mode is TimeMode.YEAR else DAYS_AFTER_DEATH)
    flagged = F.when(late, F.array_append("flags", F.lit(AFTER_DEATH))).otherwise(F.col("flags"))
    return numbered.withColumn("flags", flagged).select(*EVENTS.names)


def _with_incomplete(events: DataFrame, half: DataFrame) -> DataFrame:
    """Flag the events of some encounters; those of none aren't joined, or one task would get them all."""
    named = half.select("encounter_id", F.lit(1).alias("half"))
    joined = events.where(F.col("encounter_id").isNotNull()).join(named, "encounter_id", "left")
    more = F.array_append("flags", F.lit(INCOMPLETE_ENCOUNTER))
    flags = F.when(F.col("half").isNotNull(), more).otherwise(F.col("flags"))
    alone = events.where(F.col("encounter_id").isNull())
    return joined.withColumn("flags", flags).select(*events.columns).unionByName(alone)


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
    return with_bands(joined, bands)


def with_bands(subjects: DataFrame, bands: DataFrame | None) -> DataFrame:
    """Rows of the table without `anchor_year_band`, and it."""
    if bands is None:
        named = subjects.withColumn("anchor_year_band", F.lit(None).cast("string"))
    else:
        named = subjects.join(bands.select("subject_id", "anchor_year_band"), "subject_id", "left")
    return named.select(*SUBJECTS.names)


def tally(rows: DataFrame) -> DataFrame:
    """What each subject adds to the codes and to the account: rows of `timeline/tallies`."""
    event = F.col("code").isNotNull()
    none = F.lit(None).cast("string")

    def one(when: Column, kind: str, name: str, detail: Column) -> Column:
        return F.when(
            when, F.struct(F.lit(kind).alias("kind"), F.col(name).alias("name"), detail.alias("detail"))
        )

    told = F.array_compact(
        F.array(
            one(event, CODE, "code", F.col("display")),
            one(F.col("reason").isNotNull(), EXCLUDED, "source_table", F.col("reason")),
            one(F.col("position") == 0, MAPPED, "source_table", none),
            one(event & F.col("time").isNull() & ~F.col("static"), NO_TIME, "source_table", none),
        )
    )
    each = rows.select(F.coalesce("subject_id", F.lit(0)).alias("subject_id"), F.explode(told).alias("told"))
    return each.groupBy("subject_id", "told.kind", "told.name", "told.detail").agg(F.count("*").alias("n"))


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


def _band(year: Column) -> Column:
    """Three years that hold a year, the same three for everyone (2011-2013)."""
    start = year - (year - 1) % _BAND_YEARS
    return F.concat(start.cast("string"), F.lit("-"), (start + _BAND_YEARS - 1).cast("string"))
