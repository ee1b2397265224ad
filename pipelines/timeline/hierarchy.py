"""What the codes table says of a code: its parents, and the code system's own name for it."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import pyarrow as pa

from plummer.schemas.fhir.tables import code_table
from plummer.schemas.mappings import CodeSystems, SiteFiles, load_mappings

OFFICIAL: Final = "hl7"
FROM_RECORDS: Final = "records"
DESCRIBED: Final = "code string, description string, parents array<string>, source string"
"""Columns that `describe` makes of a code and its most frequent display."""

_SCHEMA: Final = pa.schema(
    [
        ("code", pa.string()), ("description", pa.string()), ("parents", pa.list_(pa.string())),
        ("source", pa.string()),
    ]
)  # fmt: skip


def describe(batches: Iterator[pa.RecordBatch], site: SiteFiles | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of code and description to batches of `DESCRIBED`, inside a Spark worker."""
    tell = partial(_described, load_mappings(site).systems)
    for batch in batches:
        rows = [tell(*pair) for pair in zip(*(column.to_pylist() for column in batch.columns), strict=True)]
        columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _described(
    systems: CodeSystems, code: str, shown: str | None
) -> tuple[str, str | None, list[str], str | None]:
    official = official_name(systems, code)
    source = OFFICIAL if official is not None else None if shown is None else FROM_RECORDS
    return code, official or shown, list(parents_of(systems, code)), source


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
