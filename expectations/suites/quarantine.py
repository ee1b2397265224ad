"""What must hold of ``identified/quarantine``."""

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
from plummer.schemas.tables import QUARANTINE

_LARGEST_BODY: Final = 1024 * 1024


def _prepare(df: DataFrame, context: SuiteContext) -> DataFrame:
    df = known(df, "load_id", related(context, "loads"), "load_id", "load_known")
    place = ("site", "load_id", "file", "line", "entry")
    return (
        copies(df, place)
        .withColumns(
            {
                "body_length": F.octet_length("body"),
                "digest_agrees": F.sha2("body", 256) == F.col("content_sha256"),
                "whole_file_bare": F.when(F.col("line") == 0, F.col("body").isNull()),
            }
        )
        .drop("body")
    )


SUITE: Final = Suite(
    "quarantine",
    QUARANTINE,
    _prepare,
    (
        *(not_null(name) for name in required_columns(QUARANTINE)),
        matches("site", patterns.SITE, "site is a site's name", "no site"),
        matches("reason", patterns.REASON, "every refusal has a stable code as its reason", "It broke."),
        matches("content_sha256", patterns.SHA256, "content_sha256 is a sha256", "none"),
        between("bytes", (0, None), "sizes aren't negative", row_with(bytes=-1)),
        between(
            "copies",
            (None, 1),
            "a place of a delivery is refused once",
            repeated(),
            name="line.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        between(
            "body_length",
            (None, _LARGEST_BODY),
            "no refused bytes above 1 MiB are kept",
            row_with(body="sql:cast(repeat('x', 1048577) as binary)"),
            name="body.at_most_1_mib",
            kahn=Kahn.CONFORMANCE,
        ),
        holds(
            "digest_agrees",
            "body.as_received",
            "the kept bytes have the sha256 taken when they were received",
            row_with(body="sql:cast('other' as binary)"),
        ),
        holds(
            "whole_file_bare",
            "body.none_for_files",
            "of a file refused whole no bytes are kept",
            row_with(line=0, body="sql:cast('other' as binary)"),
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
    ),
    needs=("loads",),
)
