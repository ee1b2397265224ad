"""What must hold of ``identified/loads``: the account of every delivery balances, file by file."""

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
from plummer.schemas.tables import LOADS

KINDS: Final = ("fhir", "omop", "csv", "synthea-csv", "ccda", "hl7v2")
_COUNTS: Final = ("bytes", "read", "loaded", "duplicate", "quarantined", "deleted")


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    key = ("load_id", "file")
    df = counted(copies(df, key), key, related(context, "resources"), "resource_rows")
    df = counted(df, key, related(context, "quarantine"), "quarantine_rows")
    return df.withColumns(
        {
            "difference": F.expr("read - loaded - duplicate - quarantined - deleted"),
            "loaded_agrees": F.col("loaded") == F.col("resource_rows"),
            "quarantined_agrees": F.col("quarantined") == F.col("quarantine_rows"),
        }
    )


SUITE: Final = Suite(
    "loads",
    LOADS,
    _prepare,
    (
        not_empty(LOADS.path),
        *(not_null(name) for name in required_columns(LOADS)),
        matches("load_id", patterns.LOAD_ID, "load_id is an id, never a file name", "a/b.ndjson"),
        matches("site", patterns.SITE, "site is a site's name", "no site"),
        one_of("kind", KINDS, "kind is one of the source kinds", "unheard of"),
        matches("sha256", patterns.SHA256, "sha256 is a sha256", "none"),
        between(
            "copies",
            (None, 1),
            "a file of a delivery stands once",
            repeated(),
            name="file.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        *(between(name, (0, None), "no count is negative", row_with(**{name: -1})) for name in _COUNTS),
        between(
            "difference",
            (0, 0),
            "what was read is loaded, a duplicate, quarantined or deleted",
            row_with(read=123_456),
            name="read.balances",
            kahn=Kahn.COMPLETENESS,
        ),
        holds(
            "loaded_agrees",
            "loaded.counted",
            "the rows of identified/resources are as many as were loaded",
            row_with(loaded=123_456),
            kahn=Kahn.COMPLETENESS,
        ),
        holds(
            "quarantined_agrees",
            "quarantined.counted",
            "the rows of identified/quarantine are as many as were refused",
            row_with(quarantined=123_456),
            kahn=Kahn.COMPLETENESS,
        ),
    ),
    needs=("resources", "quarantine"),
)
