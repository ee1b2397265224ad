"""What must hold of ``identified/crosswalk``; sealed values are never opened here."""

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
    row_with,
)
from plummer.expectations.suites.suite import Suite, copies, required_columns
from plummer.schemas.tables import CROSSWALK

KINDS: Final = ("subject", "resource", "identifier", "secret")
_SHORTEST_SEAL: Final = 12 + 16 + 1
"""AES-256-GCM: 12 bytes of nonce, 16 of tag, at least one of text."""


def _prepare(df: DataFrame, _: SuiteContext) -> DataFrame:
    df = copies(df, ("domain", "epoch", "kind", "lookup"), "lookup_copies")
    df = copies(df, ("domain", "epoch", "kind", "pseudonym"), "pseudonym_copies")
    subject, other = (rf"\A(?:{p})\z" for p in (patterns.SUBJECT, patterns.PSEUDONYM))
    pattern = F.when(F.col("kind") == "subject", F.col("pseudonym").rlike(subject))
    return df.withColumns(
        {
            "lookup_bytes": F.octet_length("lookup"),
            "sealed_bytes": F.octet_length("sealed"),
            "pseudonym_fits": pattern.otherwise(F.col("pseudonym").rlike(other)),
        }
    ).drop("lookup", "sealed")


SUITE: Final = Suite(
    "crosswalk",
    CROSSWALK,
    _prepare,
    (
        *(not_null(name) for name in required_columns(CROSSWALK) if name not in {"lookup", "sealed"}),
        not_null("lookup_bytes", "lookup"),
        not_null("sealed_bytes", "sealed"),
        matches("domain", patterns.SITE, "domain is a name", "no domain"),
        between("epoch", (0, None), "epochs count up", row_with(epoch=-1), kahn=Kahn.CONFORMANCE),
        one_of("kind", KINDS, "kind is one of the kinds of ids", "unheard of"),
        between(
            "lookup_bytes",
            (16, 16),
            "a lookup has 16 bytes",
            row_with(lookup="sql:cast('short' as binary)"),
            name="lookup.length",
            kahn=Kahn.CONFORMANCE,
        ),
        between(
            "sealed_bytes",
            (_SHORTEST_SEAL, None),
            "a sealed id is long enough to have a nonce and a tag",
            row_with(sealed="sql:cast('open' as binary)"),
            name="sealed.length",
            kahn=Kahn.CONFORMANCE,
        ),
        holds(
            "pseudonym_fits",
            "pseudonym.format",
            "a subject's pseudonym is a number, every other has 26 characters",
            row_with(pseudonym="MRN-0001"),
        ),
        between(
            "lookup_copies",
            (None, 1),
            "a real id has one pseudonym",
            row_with(pseudonym="77"),
            name="lookup.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        between(
            "pseudonym_copies",
            (None, 1),
            "a pseudonym stands for one real id",
            row_with(lookup="sql:cast('another lookup!!' as binary)"),
            name="pseudonym.unique",
            kahn=Kahn.CONFORMANCE,
        ),
    ),
)
