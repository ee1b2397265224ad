"""Rows of a view as NDJSON, Parquet or a table for a person."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, Final

import msgspec

from plummer.pipelines.views.definition import Column
from plummer.pipelines.views.fhirpath.types import INTEGERS, is_primitive
from plummer.pipelines.views.rows import Row
from plummer.schemas.errors import ExitCode, PlummerError

FORMATS: Final = ("ndjson", "parquet", "table")
_GROUP: Final = 50_000
_WIDTH: Final = 40
TABLE_ROWS: Final = 50


def write_ndjson(columns: Sequence[Column], rows: Iterable[Row], out: BinaryIO) -> int:
    """Write an object a row; decimals keep their digits.

    Returns:
        The number of rows.
    """
    encode = msgspec.json.Encoder(decimal_format="number").encode
    names = [column.name for column in columns]
    count = 0
    for row in rows:
        out.write(encode(dict(zip(names, row, strict=True))) + b"\n")
        count += 1
    return count


def write_parquet(columns: Sequence[Column], rows: Iterable[Row], out: BinaryIO) -> int:
    """Write a Parquet file: booleans, 64-bit integers, decimal(38, 18), and text for the rest.

    Dates stay text, since FHIR's may be partial; objects become JSON text.

    Returns:
        The number of rows.

    Raises:
        PlummerError: ``view_value`` for a number that decimal(38, 18) or 64 bits can't hold exactly.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(column.name, _arrow(column)) for column in columns])
    count = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _groups(rows):
            arrays = [_array(group, place, column) for place, column in enumerate(columns)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while group := list(islice(left, _GROUP)):
        yield group


def _arrow(column: Column) -> Any:  # noqa: ANN401 (pyarrow has no types)
    import pyarrow as pa

    kinds = {"boolean": pa.bool_(), "decimal": pa.decimal128(38, 18), **dict.fromkeys(INTEGERS, pa.int64())}
    kind = kinds.get(column.type, pa.string())
    return pa.list_(kind) if column.collection else kind


def _array(group: Sequence[Row], place: int, column: Column) -> Any:  # noqa: ANN401 (pyarrow has no types)
    import pyarrow as pa

    values = [row[place] for row in group]
    if column.type == "decimal" or not is_primitive(column.type):
        plain = Decimal if column.type == "decimal" else _as_text
        values = [_each(value, plain) for value in values]
    try:
        return pa.array(values, _arrow(column))
    except (pa.ArrowInvalid, OverflowError):
        raise PlummerError(
            "view_value", "a number is too large or too fine for Parquet", ExitCode.USAGE, column.name
        ) from None


def _each(value: Any, change: Any) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, list):
        return [change(one) for one in value]
    return None if value is None else change(value)


def _as_text(value: Any) -> str:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        return value
    return msgspec.json.Encoder(decimal_format="number").encode(value).decode()


def table_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """A table of all rows given; long values are cut.

    Example:
        >>> list(table_lines([Column("id", "id"), Column("n", "n")], [("a", 1), ("b", None)]))
        ['id  n', '--  -', 'a   1', 'b']
    """
    body = [[_shown(value) for value in row] for row in rows]
    heads = [column.name for column in columns]
    widths = [max(map(len, cells)) for cells in zip(heads, *body, strict=True)]
    for line in (heads, ["-" * width for width in widths], *body):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _shown(value: Any) -> str:  # noqa: ANN401 (JSON)
    text = "" if value is None else " ".join(_as_text(value).split())
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "\u2026"
