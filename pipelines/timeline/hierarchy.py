"""What the codes table says of a code: its parents, and the code system's own name for it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa

from plummer.pipelines.arrow_types import arrow_schema
from plummer.schemas.fhir.tables import code_table
from plummer.schemas.mappings import CodeSystems, SiteFiles, load_mappings
from plummer.schemas.tables import CODES

OFFICIAL: Final = "hl7"
FROM_RECORDS: Final = "records"
_AT_ONCE: Final = 8_192
_COLUMNS: Final = ("code", "detail", "n", "subjects")
_SCHEMA: Final = arrow_schema(CODES)

Tallied = tuple[str, str | None, int, int]
"""A code, a display of it, how many events have them, and how many subjects were counted with them."""


def describe(batches: Iterable[pa.RecordBatch], site: SiteFiles | None = None) -> Iterator[pa.RecordBatch]:
    """Rows of `timeline/codes`, inside a Spark worker.

    Args:
        batches: code, detail (a display of it or null), n and subjects, distinct and sorted by code.
        site: the site's mapping files, as `load_mappings` takes them.
    """
    systems = load_mappings(site).systems
    rows = (row for batch in batches for row in zip(*(batch[n].to_pylist() for n in _COLUMNS), strict=True))
    told = (describe_code(systems, code, list(mine)) for code, mine in groupby(rows, itemgetter(0)))
    while some := list(islice(told, _AT_ONCE)):
        yield pa.RecordBatch.from_pylist(some, schema=_SCHEMA)


def describe_code(systems: CodeSystems, code: str, tallied: Sequence[Tallied]) -> dict[str, Any]:
    """A row of `timeline/codes`: HL7's name of a code, or its most frequent display.

    Example:
        >>> systems = load_mappings().systems
        >>> rows = [("LOINC//8867-4", "Pulse", 2, 1), ("LOINC//8867-4", "Heart rate", 3, 1)]
        >>> describe_code(systems, "LOINC//8867-4", rows)["description"]
        'Heart rate'
    """
    shown = [(-n, detail) for _, detail, n, _ in tallied if detail is not None]
    official, most = official_name(systems, code), min(shown)[1] if shown else None
    return {
        "code": code,
        "description": official or most,
        "parents": list(parents_of(systems, code)),
        "events": sum(n for _, _, n, _ in tallied),
        "subjects": sum(subjects for *_, subjects in tallied),
        "source": OFFICIAL if official is not None else None if most is None else FROM_RECORDS,
    }


def parents_of(systems: CodeSystems, code: str) -> Iterator[str]:
    """The codes above a code, the nearest first, where the form of its system's codes tells them.

    Example:
        >>> systems = load_mappings().systems
        >>> list(parents_of(systems, "ICD10CM//E11.65")), list(parents_of(systems, "ATC//A10BA02"))
        (['ICD10CM//E11.6', 'ICD10CM//E11'], ['ATC//A10BA', 'ATC//A10B', 'ATC//A10', 'ATC//A'])
        >>> list(parents_of(systems, "REFUTED//ICD9CM//E880.1")), list(parents_of(systems, "LOINC//718-7"))
        (['REFUTED//ICD9CM//E880'], [])
    """
    before, _, own = code.rpartition("//")
    lengths = systems.hierarchies.get(before.rpartition("//")[2], ())
    # where there is a point, what stands before it is the category, and nothing shorter is a code
    dot = own.find(".")
    bare = own.replace(".", "")
    for length in sorted(lengths, reverse=True):
        if max(dot, 0) <= length < len(bare):
            dotted = dot >= 0 and length > dot
            yield f"{before}//{f'{bare[:dot]}.{bare[dot:length]}' if dotted else bare[:length]}"


def official_name(systems: CodeSystems, code: str) -> str | None:
    """HL7's own display of one of its codes, None of any other.

    Example:
        >>> official_name(load_mappings().systems, "v3-ActCode//IMP")
        'inpatient encounter'
        >>> official_name(load_mappings().systems, "LOINC//718-7") is None
        True
    """
    prefix, _, own = code.rpartition("//")
    tables = (code_table(namespace + prefix) for namespace in systems.namespaces)
    return next((table[own] for table in tables if table and table.get(own)), None)
