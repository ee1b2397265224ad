"""What must hold of ``timeline/events``."""

from typing import Final

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn, Severity
from plummer.expectations.suites import patterns
from plummer.expectations.suites.check import (
    CALENDAR_FREE,
    RELATIVE,
    YEAR,
    Break,
    Check,
    SuiteContext,
    between,
    holds,
    matches,
    not_null,
    one_of,
    ordered,
    repeated,
    row_with,
)
from plummer.expectations.suites.suite import Suite, known, not_empty, related, required_columns
from plummer.schemas.flags import FLAGS, LIMIT
from plummer.schemas.mappings import load_mappings
from plummer.schemas.tables import EVENTS

BIRTH: Final = "MEDS_BIRTH"
DEATH: Final = "MEDS_DEATH"
AGE_90: Final = "AGE//90+"
_TIMES: Final = ("time", "end_time", "available_time")
_AXIS: Final = "1970-01-01"
_DAYS_OF_89_YEARS: Final = 89 * 366


def _event_types() -> tuple[str, ...]:
    mappings = load_mappings()
    return tuple(sorted({e.event_type for r in mappings.types.values() for e in r.events}))


def _flag_check(flag: str) -> Check:
    """Not too many events carry a flag; what is odd is kept, so the report warns and nothing stops."""
    return holds(
        f"no_{flag}",
        f"flags.{flag}",
        f"at most {LIMIT:.0%} of the events are flagged {flag}: {FLAGS[flag]}",
        _every_row_flagged(flag),
        kahn=Kahn.PLAUSIBILITY,
        severity=Severity.WARN,
        limit=LIMIT,
    )


def _every_row_flagged(flag: str) -> Break:
    return lambda df: df.withColumn("flags", F.array(F.lit(flag)))


def _all(rule: str) -> Column:
    """Whether a rule with ``{}`` in it holds of each of the row's times that isn't null."""
    return F.expr(" AND ".join(f"({name} IS NULL OR ({rule.format(name)}))" for name in _TIMES))


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    df = known(df, "subject_id", related(context, "subjects"), "subject_id", "subject_known")
    df = known(df, "code", related(context, "codes"), "code", "code_known")
    subject = Window.partitionBy("subject_id")
    by_seq = subject.orderBy("seq")
    before = by_seq.rowsBetween(Window.unboundedPreceding, -1)
    is_birth, is_death = F.col("code") == BIRTH, F.col("code") == DEATH
    born_or_90 = F.when(is_birth | (F.col("code") == AGE_90), 1)
    latest = F.last("time", ignorenulls=True).over(before)
    died = F.max(F.when(is_death, F.col("time"))).over(subject)
    return df.withColumns(
        {
            "seq_in_place": F.row_number().over(by_seq) - 1 == F.col("seq"),
            "time_in_order": F.when(latest.isNotNull(), F.coalesce(F.col("time") >= latest, F.lit(True))),
            "births": F.count(born_or_90).over(subject),
            "deaths": F.count(F.when(is_death, 1)).over(subject),
            "not_after_death": F.col("time") <= died,
            "midnight": _all("CAST(CAST({0} AS DATE) AS TIMESTAMP_NTZ) = {0}"),
            "new_year": _all("CAST(TRUNC({0}, 'YEAR') AS TIMESTAMP_NTZ) = {0}"),
            "on_axis": F.when(is_birth, F.col("time") <= F.expr(f"TIMESTAMP_NTZ'{_AXIS}'")).otherwise(
                _all(f"{{0}} >= TIMESTAMP_NTZ'{_AXIS}'")
            ),
            "axis_day": F.datediff(F.col("time"), F.lit(_AXIS).cast("date")),
            **{f"no_{flag}": ~F.array_contains("flags", flag) for flag in FLAGS},
            "flags_known": F.size(F.array_except("flags", F.array(*map(F.lit, FLAGS)))) == 0,
            "members_match": F.forall("members", lambda one: one.rlike(rf"\A(?:{patterns.RELEASED_ID})\z")),
            "measured": F.when(F.col("ucum_value").isNotNull(), F.col("ucum_unit").isNotNull()),
            "number_agrees": F.when(
                F.col("numeric_value").isNotNull(),
                F.coalesce(
                    F.expr("TRY_CAST(TRY_CAST(numeric_text AS DOUBLE) AS FLOAT)") == F.col("numeric_value"),
                    F.lit(False),
                ),
            ),
        }
    )


SUITE: Final = Suite(
    "events",
    EVENTS,
    _prepare,
    (
        not_empty(EVENTS.path),
        *(not_null(name) for name in required_columns(EVENTS)),
        between(
            "subject_id",
            (1, 2**63 - 1),
            "subject_id is 1 to 2^63-1",
            row_with(subject_id=-4),
            kahn=Kahn.CONFORMANCE,
        ),
        holds(
            "subject_known",
            "subject_id.in_subjects",
            "every event's subject stands in timeline/subjects",
            row_with(subject_id=999_999_999_999),
        ),
        matches("code", patterns.CODE, "a code is SYSTEM//code or a name MEDS reserves", "no system"),
        holds(
            "code_known",
            "code.in_codes",
            "every event's code stands in timeline/codes",
            row_with(code="X//absent"),
        ),
        one_of("event_type", _event_types(), "the event type is one of the event mappings", "unheard_of"),
        matches("source_table", patterns.RESOURCE_TYPE, "source_table is a FHIR resource type", "no type"),
        matches("source_id", patterns.RELEASED_ID, "source_id is a pseudonym", "MRN-0001"),
        matches("encounter_id", patterns.PSEUDONYM, "encounter_id is a pseudonym", "Encounter/1"),
        matches(
            "numeric_text",
            patterns.NUMBER,
            "numeric_text is a number as JSON writes it",
            "about 5",
        ),
        holds(
            "number_agrees",
            "numeric_value.as_numeric_text",
            "numeric_value is the 32-bit float of numeric_text",
            row_with(numeric_value=1.5, numeric_text="2.5"),
        ),
        holds(
            "measured",
            "ucum_value.has_unit",
            "a number in a canonical unit says which",
            row_with(ucum_value=1.0, ucum_unit=None),
        ),
        holds(
            "flags_known",
            "flags.value_set",
            "a flag is one of the stable codes",
            row_with(flags="sql:array('odd')"),
        ),
        *(_flag_check(flag) for flag in FLAGS),
        holds(
            "members_match",
            "members.format",
            "members are pseudonyms",
            row_with(members="sql:array('Observation/1')"),
        ),
        between("seq", (0, None), "seq counts from 0", row_with(seq=-1), kahn=Kahn.CONFORMANCE),
        holds(
            "seq_in_place",
            "seq.contiguous",
            "a subject's events are numbered 0, 1, 2, … without a gap or a repeat",
            repeated(),
            kahn=Kahn.COMPLETENESS,
        ),
        holds(
            "time_in_order",
            "time.in_order_of_seq",
            "a subject's times never go back along seq",
            row_with(seq=1_000_000, time="sql:TIMESTAMP_NTZ'1801-01-01'"),
        ),
        ordered(
            "end_time",
            "time",
            "nothing ends before it begins",
            row_with(time="sql:TIMESTAMP_NTZ'1980-01-01'", end_time="sql:TIMESTAMP_NTZ'1979-01-01'"),
            severity=Severity.WARN,
        ),
        between(
            "births",
            (None, 1),
            "a subject has at most one birth or one AGE//90+, never both",
            row_with(code=AGE_90),
            name="code.one_birth",
        ),
        between(
            "deaths",
            (None, 1),
            "a subject has at most one death",
            lambda df: row_with(code=DEATH)(row_with(code=DEATH)(df)),
            name="code.one_death",
        ),
        holds(
            "not_after_death",
            "time.not_after_death",
            "at most 5 % of the dead's events are after the death",
            lambda df: row_with(time="sql:TIMESTAMP_NTZ'2001-01-01'")(
                row_with(code=DEATH, time="sql:TIMESTAMP_NTZ'1970-01-01'")(df)
            ),
            kahn=Kahn.PLAUSIBILITY,
            severity=Severity.WARN,
            limit=0.05,
        ),
        holds(
            "midnight",
            "time.no_clock_time",
            "no time carries a time of day",
            row_with(available_time="sql:TIMESTAMP_NTZ'1971-01-01 08:15:00'"),
            modes=CALENDAR_FREE,
        ),
        holds(
            "on_axis",
            "time.on_relative_axis",
            "no time is before 1970-01-01, the first event's day; only a birth is not after it",
            row_with(time="sql:TIMESTAMP_NTZ'1969-12-31'"),
            modes=RELATIVE,
        ),
        between(
            "axis_day",
            (None, _DAYS_OF_89_YEARS),
            "no event is more than 89 years after the first",
            row_with(time="sql:TIMESTAMP_NTZ'2060-01-01'"),
            name="time.within_89_years",
            modes=RELATIVE,
            severity=Severity.WARN,
        ),
        holds(
            "new_year",
            "time.only_years",
            "every time is 1 January of a year",
            row_with(time="sql:TIMESTAMP_NTZ'2012-03-01'"),
            modes=YEAR,
        ),
    ),
    needs=("subjects", "codes"),
)
