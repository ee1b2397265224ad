"""``metadata/codes.parquet``: every code of the data, and none that is text."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyarrow as pa

from plummer.pipelines.export.meds_format import CODES, parquet_writer
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir.tables import code_table

_HL7: Final = "http://terminology.hl7.org/CodeSystem/"
_LONGEST: Final = 128


def write_codes(path: Path, batches: Iterable[pa.RecordBatch], seen: set[str]) -> int:
    """Write the codes of a release, and see that the data has no other.

    Args:
        path: the file.
        batches: code, description and parents of the released codes.
        seen: every code of the data.

    Returns:
        The number of codes.

    Raises:
        PlummerError: ``release_codes`` or ``code_of_text`` (exit 5).
    """
    left, count = set(seen), 0
    with parquet_writer(path, CODES) as writer:
        for batch in batches:
            codes = batch.column("code").to_pylist()
            _refuse_text(codes)
            left.difference_update(codes)
            count += len(codes)
            writer.write_batch(batch.rename_columns(CODES.names).cast(CODES))
    if left:
        message = f"{len(left)} codes of the events aren't in the release's table of codes"
        raise PlummerError("release_codes", message, ExitCode.INTEGRITY, "codes")
    return count


def _refuse_text(codes: Iterable[str]) -> None:
    texts = sum(not is_code(code) for code in codes)
    if texts:
        message = f"{texts} codes look like text; let the policy drop the codes of that system"
        raise PlummerError("code_of_text", message, ExitCode.INTEGRITY, "codes")


def is_code(text: str) -> bool:
    """Whether a code of an event is a code: short, without white space unless HL7 itself has it so.

    Example:
        >>> is_code("LOINC//4548-4"), is_code("v2-0211//ISO IR14"), is_code("UNSPECIFIED//seen by aunt")
        (True, True, False)
    """
    if not text or len(text) > _LONGEST or not text.isprintable():
        return False
    prefix, _, code = text.rpartition("//")
    return " " not in text or code in (code_table(_HL7 + prefix.rpartition("//")[2]) or {})
