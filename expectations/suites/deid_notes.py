"""What must hold of ``deid/notes``."""

from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn, Severity
from plummer.expectations.suites import patterns
from plummer.expectations.suites.check import (
    CALENDAR_FREE,
    RELATIVE,
    SuiteContext,
    between,
    holds,
    matches,
    not_null,
    repeated,
    row_with,
)
from plummer.expectations.suites.suite import Suite, copies, known, related, required_columns
from plummer.schemas.tables import DEID_NOTES


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    text = F.col("text")
    df = known(df, "subject_id", related(context, "subjects"), "subject_id", "subject_known")
    return (
        copies(df, ("note_id",))
        .withColumns(
            {
                "text_length": F.length(text),
                "not_blank": F.length(F.trim(text)) > 0,
                "undated": ~(text.rlike(patterns.ISO_DATE) | text.rlike(patterns.SLASH_DATE)),
                "midnight": F.expr("CAST(CAST(time AS DATE) AS TIMESTAMP_NTZ) = time"),
                "on_axis": F.expr("time >= TIMESTAMP_NTZ'1970-01-01'"),
                "counts_positive": F.forall(F.map_values("counts"), lambda n: n >= 0),
            }
        )
        .drop("text")
    )


SUITE: Final = Suite(
    "deid_notes",
    DEID_NOTES,
    _prepare,
    (
        *(not_null(name) for name in required_columns(DEID_NOTES) if name != "text"),
        not_null("text_length", "text"),
        matches(
            "note_id",
            rf"(?:{patterns.PSEUDONYM})-[0-9]{{1,5}}",
            "note_id is a pseudonym and an ordinal",
            "note 7",
        ),
        between(
            "copies",
            (None, 1),
            "a note stands once",
            repeated(),
            name="note_id.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        between(
            "subject_id",
            (1, 2**63 - 1),
            "subject_id is 1 to 2^63-1",
            row_with(subject_id=0),
            kahn=Kahn.CONFORMANCE,
        ),
        holds(
            "subject_known",
            "subject_id.in_subjects",
            "every note's subject stands in timeline/subjects",
            row_with(subject_id=999_999_999_999),
        ),
        matches("encounter_id", patterns.PSEUDONYM, "encounter_id is a pseudonym", "Encounter/1"),
        matches("note_type", patterns.CODE, "note_type is SYSTEM//code", "letter"),
        holds("not_blank", "text.not_blank", "a note has text", row_with(text=" "), severity=Severity.WARN),
        holds(
            "undated",
            "text.no_calendar_date",
            "no note holds a date in digits, year-month-day or month/day/year",
            row_with(text="seen on 2019-04-01 again"),
            modes=CALENDAR_FREE,
        ),
        holds(
            "midnight",
            "time.no_clock_time",
            "no time carries a time of day",
            row_with(time="sql:TIMESTAMP_NTZ'1971-01-01 08:15:00'"),
            modes=CALENDAR_FREE,
        ),
        holds(
            "on_axis",
            "time.on_relative_axis",
            "no time is before 1970-01-01, the first event's day",
            row_with(time="sql:TIMESTAMP_NTZ'1969-12-31'"),
            modes=RELATIVE,
        ),
        holds(
            "counts_positive",
            "counts.range",
            "no count of replacements is negative",
            row_with(counts="sql:map('NAME', -1)"),
            kahn=Kahn.PLAUSIBILITY,
        ),
    ),
    needs=("subjects",),
)
