"""What must hold of ``identified/resources``."""

from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn
from plummer.expectations.suites import patterns
from plummer.expectations.suites.check import (
    SuiteContext,
    between,
    holds,
    matches,
    not_null,
    repeated,
    row_with,
)
from plummer.expectations.suites.suite import Suite, copies, known, related, required_columns
from plummer.schemas.tables import RESOURCES


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    df = known(df, "load_id", related(context, "loads"), "load_id", "load_known")
    key = ("site", "resource_type", "resource_id", "content_sha256")
    return (
        copies(df, key)
        .withColumns(
            {
                "body_length": F.length("body"),
                "digest_agrees": F.sha2(F.col("body").cast("binary"), 256) == F.col("content_sha256"),
                "id_length": F.length("resource_id"),
                "patient_of_site": F.startswith("patient_key", F.concat("site", F.lit("/"))),
            }
        )
        .drop("body")
    )


SUITE: Final = Suite(
    "resources",
    RESOURCES,
    _prepare,
    (
        *(not_null(name) for name in required_columns(RESOURCES) if name != "body"),
        not_null("body_length", "body"),
        matches("site", patterns.SITE, "site is a site's name", "no site"),
        matches("resource_type", patterns.RESOURCE_TYPE, "resource_type is a FHIR resource type", "no type"),
        between(
            "id_length",
            (1, None),
            "every resource has an id",
            row_with(resource_id=""),
            name="resource_id.not_blank",
            kahn=Kahn.COMPLETENESS,
        ),
        between(
            "copies",
            (None, 1),
            "the same resource with the same content stands once",
            repeated(),
            name="content_sha256.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        matches("content_sha256", patterns.SHA256, "content_sha256 is a sha256", "none"),
        holds(
            "digest_agrees",
            "body.as_received",
            "the body has the sha256 taken when it was received",
            row_with(body="{}"),
        ),
        holds(
            "patient_of_site",
            "patient_key.of_site",
            "a resource's patient is of the same site",
            row_with(patient_key="elsewhere/p1"),
        ),
        holds(
            "load_known",
            "load_id.in_loads",
            "every row came with a registered delivery",
            row_with(load_id="absent"),
        ),
        between(
            "line",
            (0, None),
            "lines count from 1, 0 is the whole file",
            row_with(line=-1),
            kahn=Kahn.CONFORMANCE,
        ),
        between(
            "entry", (0, None), "entries of a Bundle count from 0", row_with(entry=-1), kahn=Kahn.CONFORMANCE
        ),
    ),
    needs=("loads",),
)
