"""What must hold of ``timeline/subjects``."""

from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn
from plummer.expectations.suites import patterns
from plummer.expectations.suites.check import (
    RELATIVE,
    YEAR,
    SuiteContext,
    between,
    holds,
    matches,
    not_null,
    one_of,
    repeated,
    row_with,
)
from plummer.expectations.suites.suite import (
    Suite,
    copies,
    counted,
    not_empty,
    related,
    required_columns,
)
from plummer.schemas.tables import SUBJECTS

GENDERS: Final = ("male", "female", "other", "unknown")
"""https://hl7.org/fhir/R4/valueset-administrative-gender.html, a required binding."""


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    df = copies(df, ("subject_id",))
    df = counted(df, ("subject_id",), related(context, "events"), "event_rows")
    df = counted(df, ("subject_id",), related(context, "deid_notes"), "note_rows")
    band = F.split("anchor_year_band", "-")
    years = F.get(band, 1).try_cast("int") - F.get(band, 0).try_cast("int") + 1
    return df.withColumns(
        {
            "band_years": F.when(F.col("anchor_year_band").isNotNull(), F.coalesce(years, F.lit(0))),
            "no_birth_years": F.col("birth_year_band").isNull(),
            "no_span": F.col("span_days").isNull(),
            "events_agree": F.col("events") == F.col("event_rows"),
            "notes_agree": F.col("notes") == F.col("note_rows"),
        }
    )


SUITE: Final = Suite(
    "subjects",
    SUBJECTS,
    _prepare,
    (
        not_empty(SUBJECTS.path),
        *(not_null(name) for name in required_columns(SUBJECTS)),
        between(
            "subject_id",
            (1, 2**63 - 1),
            "subject_id is 1 to 2^63-1",
            row_with(subject_id=0),
            kahn=Kahn.CONFORMANCE,
        ),
        between(
            "copies",
            (None, 1),
            "a subject stands once",
            repeated(),
            name="subject_id.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        matches(
            "anchor_year_band", patterns.YEAR_BAND, "the band of the first event is YYYY-YYYY", "in 2011"
        ),
        between(
            "band_years",
            (3, 3),
            "the band of the first event spans three years",
            row_with(anchor_year_band="2011-2011"),
            name="anchor_year_band.three_years",
            kahn=Kahn.CONFORMANCE,
        ),
        holds(
            "no_birth_years",
            "birth_year_band.absent",
            "no birth years stand beside relative days",
            row_with(birth_year_band="1950-1952"),
            modes=RELATIVE,
        ),
        holds(
            "no_span",
            "span_days.absent",
            "no interval in days stands beside years",
            row_with(span_days=4),
            modes=YEAR,
        ),
        one_of("sex", GENDERS, "sex is one of FHIR's administrative genders", "unheard of"),
        between("span_days", (0, None), "no subject ends before beginning", row_with(span_days=-1)),
        between("encounters", (0, None), "no count is negative", row_with(encounters=-1)),
        holds(
            "events_agree",
            "events.counted",
            "the count of events is the number of rows in timeline/events",
            row_with(events=123_456),
            kahn=Kahn.COMPLETENESS,
        ),
        holds(
            "notes_agree",
            "notes.counted",
            "the count of notes is the number of rows in deid/notes",
            row_with(notes=123_456),
            kahn=Kahn.COMPLETENESS,
        ),
    ),
    needs=("events", "deid_notes"),
)
