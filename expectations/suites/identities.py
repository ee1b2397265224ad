"""What must hold of ``identified/identities``."""

from typing import Final

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from plummer.expectations.results import Kahn
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
from plummer.expectations.suites.suite import Suite, copies, required_columns
from plummer.schemas.tables import IDENTITIES

KINDS: Final = ("patient", "relative", "staff", "organisation")
_LISTS: Final = ("names", "ids", "phones", "emails", "addresses", "dates")


def _prepare(df: DataFrame, _: SuiteContext) -> DataFrame:
    filled = {f"{name}_filled": F.forall(name, lambda v: F.length(F.trim(v)) > 0) for name in _LISTS}
    return copies(df, ("patient_key", "kind")).withColumns(filled).drop(*_LISTS)


SUITE: Final = Suite(
    "identities",
    IDENTITIES,
    _prepare,
    (
        *(not_null(name) for name in required_columns(IDENTITIES)),
        matches("patient_key", r"(?s)[^/]+/.+", "patient_key is SITE/ID", "no site"),
        one_of("kind", KINDS, "kind is one of the kinds of identities", "unheard of"),
        between(
            "copies",
            (None, 1),
            "an identity stands once",
            repeated(),
            name="patient_key.unique",
            kahn=Kahn.CONFORMANCE,
        ),
        *(
            holds(
                f"{name}_filled",
                f"{name}.not_blank",
                f"no entry of {name} is blank; a blank one would match everywhere or nowhere",
                row_with(**{name: "sql:array(' ')"}),
            )
            for name in _LISTS
        ),
    ),
)
