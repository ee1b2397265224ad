"""What must hold of ``deid/resources``."""

from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn
from plummer.expectations.suites import patterns
from plummer.expectations.suites.check import (
    CALENDAR_FREE,
    SuiteContext,
    between,
    holds,
    matches,
    not_null,
    repeated,
    row_with,
)
from plummer.expectations.suites.suite import Suite, copies, required_columns
from plummer.schemas.tables import DEID_RESOURCES

_DATED: Final = r'"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))(?:T[^"]*)?"'
"""A JSON string that is a calendar date or time; a scrubbed one has a relative day or a year instead."""


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    body, is_patient = F.col("body"), F.col("resource_type") == "Patient"
    type_in_body = F.get_json_object(body, "$.resourceType")
    id_in_body = F.get_json_object(body, "$.id")
    policy = context.policy_sha256
    df = copies(df, ("resource_type", "resource_id")).withColumns(
        {
            "body_length": F.length(body),
            "type_agrees": F.coalesce(type_in_body == F.col("resource_type"), F.lit(False)),
            "id_agrees": F.coalesce(id_in_body == F.col("resource_id"), F.lit(False)),
            "undated": ~body.rlike(_DATED),
            "patient_id": F.when(
                is_patient,
                F.coalesce(F.col("resource_id") == F.col("subject_id").cast("string"), F.lit(False)),
            ),
            "other_id": F.when(~is_patient, F.col("resource_id").rlike(rf"\A{patterns.PSEUDONYM}\z")),
            "one_policy": F.col("policy_sha256")
            == (F.col("policy_sha256") if policy is None else F.lit(policy)),
            "decided": F.size("actions"),
            "counts_positive": F.forall("note_counts", lambda m: F.forall(F.map_values(m), lambda n: n >= 0)),
        }
    )
    return df.drop("body")


SUITE: Final = Suite(
    "deid_resources",
    DEID_RESOURCES,
    _prepare,
    (
        *(not_null(name) for name in required_columns(DEID_RESOURCES) if name != "body"),
        not_null("body_length", "body"),
        matches("resource_type", patterns.RESOURCE_TYPE, "resource_type is a FHIR resource type", "no type"),
        between(
            "copies",
            (None, 1),
            "a resource stands once",
            repeated(),
            name="resource_id.unique",
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
            "patient_id",
            "resource_id.patient_is_subject",
            "a Patient's id is its subject_id",
            row_with(resource_type="Patient", resource_id="12", subject_id=13),
        ),
        holds(
            "other_id",
            "resource_id.format",
            "every other resource's id is a pseudonym of 26 characters",
            row_with(resource_type="Encounter", resource_id="e-1"),
        ),
        holds(
            "type_agrees",
            "body.resource_type",
            "the body is JSON of the row's resource type",
            row_with(body="{}"),
        ),
        holds("id_agrees", "body.id", "the body carries the row's id", row_with(body='{"id": "other"}')),
        holds(
            "undated",
            "body.no_calendar_date",
            "no value of the body is a date finer than a year",
            row_with(body='{"birthDate": "1950-04-01"}'),
            modes=CALENDAR_FREE,
        ),
        matches("policy_sha256", patterns.SHA256, "policy_sha256 is a sha256", "none"),
        holds(
            "one_policy",
            "policy_sha256.is_the_policy",
            "every row was made by this run's policy",
            row_with(policy_sha256="f" * 64),
        ),
        matches("engine_version", patterns.ENGINE, "engine_version is a version", "no version"),
        between(
            "decided",
            (1, None),
            "a rule of the policy decided at least once in every row",
            row_with(actions="sql:map()"),
            name="actions.not_empty",
            kahn=Kahn.COMPLETENESS,
        ),
        holds(
            "counts_positive",
            "note_counts.range",
            "no count of replacements is negative",
            row_with(note_counts="sql:array(map('NAME', -1))"),
            kahn=Kahn.PLAUSIBILITY,
        ),
    ),
)
