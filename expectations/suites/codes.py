"""What must hold of ``timeline/codes``."""

from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn, Severity
from plummer.expectations.suites import patterns
from plummer.expectations.suites.check import (
    SuiteContext,
    between,
    holds,
    matches,
    not_null,
    one_of,
    repeated,
    row_with,
)
from plummer.expectations.suites.suite import Suite, copies, related, required_columns
from plummer.schemas.tables import CODES


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    counts = (
        related(context, "events")
        .groupBy(F.col("code").alias("_code"))
        .agg(F.count("*").alias("_events"), F.countDistinct("subject_id").alias("_subjects"))
    )
    df = copies(df, ("code",)).join(counts, F.col("code") == F.col("_code"), "left")
    whole = rf"\A(?:{patterns.CODE})\z"
    return df.withColumns(
        {
            "events_agree": F.col("events") == F.coalesce(F.col("_events"), F.lit(0)),
            "subjects_agree": F.col("subjects") == F.coalesce(F.col("_subjects"), F.lit(0)),
            "parents_match": F.forall("parents", lambda parent: parent.rlike(whole)),
            "described": F.length(F.trim("description")) > 0,
        }
    ).drop("_code", "_events", "_subjects")


SUITE: Final = Suite(
    "codes",
    CODES,
    _prepare,
    (
        *(not_null(name) for name in required_columns(CODES)),
        matches("code", patterns.CODE, "a code is SYSTEM//code or a name MEDS reserves", "no system"),
        between(
            "copies", (None, 1), "a code stands once", repeated(), name="code.unique", kahn=Kahn.CONFORMANCE
        ),
        holds(
            "described",
            "description.not_blank",
            "a description, where there is one, isn't blank",
            row_with(description=" "),
            severity=Severity.WARN,
        ),
        one_of("source", ("hl7", "records"), "a description is HL7's or the records'", "a person"),
        holds(
            "parents_match",
            "parents.format",
            "parents are codes too",
            row_with(parents="sql:array('none')"),
        ),
        holds(
            "events_agree",
            "events.counted",
            "the count of events is the number of rows in timeline/events",
            row_with(events=123_456),
            kahn=Kahn.COMPLETENESS,
        ),
        holds(
            "subjects_agree",
            "subjects.counted",
            "the count of subjects is the number of subjects with the code in timeline/events",
            row_with(subjects=123_456),
            kahn=Kahn.COMPLETENESS,
        ),
    ),
    needs=("events",),
)
