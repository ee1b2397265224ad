"""A Parquet file, row by row, as if it were CSV: each value as the text that a warehouse would export.

The line of a row is its number in the file, from 1.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO, Final

from plummer.pipelines.landing.limits import BOMB_BYTES, BOMB_RATIO
from plummer.pipelines.landing.lookups import Lookups, NoLookups
from plummer.pipelines.landing.mapping_model import RowMapping
from plummer.pipelines.landing.outcome import Outcome, refused
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.row_cells import RowReader, header_of, with_uncarried
from plummer.pipelines.landing.tasks import ReadTask

MAGIC: Final = b"PAR1"
_BATCH: Final = 1_024
_ENCODE: Final = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


def column_names(stream: BinaryIO) -> list[str]:
    """The names of a file's columns.

    Raises:
        Refused: ``parquet_malformed``.
    """
    return list(open_table(stream).schema_arrow.names)


def read_parquet(
    stream: BinaryIO, task: ReadTask, mapping: RowMapping, lookups: Lookups | None = None
) -> Iterator[Outcome]:
    """Every row of a file that falls to a task.

    Raises:
        Refused: before the first row, where nothing of the file can be taken.
    """
    file = mapping.file_for(task.path)
    if file is None:
        raise Refused("unknown_file_kind")
    parquet = open_table(stream)
    names = list(parquet.schema_arrow.names)
    header = header_of(names, mapping, file)
    reader = RowReader(mapping, file, header, lookups or NoLookups())
    yield from with_uncarried(_outcomes(parquet, task, reader, names), reader.uncarried)


def _outcomes(parquet: Any, task: ReadTask, reader: RowReader, names: Sequence[str]) -> Iterator[Outcome]:  # noqa: ANN401
    header = reader.header
    taken = list(dict.fromkeys(names[at] for _, at in (*header.places, *header.left)))
    _check_types(parquet, taken)
    for number, row in read_rows(parquet, taken):
        if not task.takes(number):
            continue
        if row is None:
            yield refused("parquet_malformed", b"", number)
            continue
        fields = dict(zip(taken, row, strict=True))
        raw = _ENCODE(fields).encode(errors="surrogatepass")
        yield reader.outcome([fields.get(name, "") for name in names], raw, number)


def open_table(stream: BinaryIO) -> Any:  # noqa: ANN401 - pyarrow's class has no types
    """A file whose rows `read_rows` gives.

    Raises:
        Refused: ``parquet_malformed`` or ``gzip_bomb``.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        found = parquet.ParquetFile(stream, pre_buffer=False)
        groups = range(found.num_row_groups)
        inside = sum(found.metadata.row_group(group).total_byte_size for group in groups)
        packed = stream.seek(0, 2)
    except (pa.ArrowException, OSError, ValueError):
        raise Refused("parquet_malformed") from None
    if inside > BOMB_BYTES and inside > BOMB_RATIO * packed:
        raise Refused("gzip_bomb")
    return found


def _check_types(parquet: Any, names: Sequence[str]) -> None:  # noqa: ANN401
    from pyarrow import types

    schema = parquet.schema_arrow
    kinds = [schema.field(name).type for name in names]
    if any(types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind) for kind in kinds):
        raise Refused("schema_drift")


def read_rows(parquet: Any, names: Sequence[str]) -> Iterator[tuple[int, list[str] | None]]:  # noqa: ANN401
    """Number and texts of each row; None where what is left of its row group can't be decoded."""
    import pyarrow as pa

    number = 0
    for group in range(parquet.num_row_groups):
        end = number + parquet.metadata.row_group(group).num_rows
        try:
            for batch in parquet.iter_batches(_BATCH, row_groups=[group], columns=list(names)):
                columns = [_texts(batch.column(name)) for name in names]
                for at in range(batch.num_rows):
                    number += 1
                    yield number, [column[at] for column in columns]
        except (pa.ArrowException, OSError, ValueError):
            yield number + 1, None
        number = end


def _texts(column: Any) -> list[str]:  # noqa: ANN401
    return ["" if value is None else _form(type(value))(value) for value in column.to_pylist()]


def _form(kind: type) -> Callable[[Any], str]:
    return _FORMS.get(kind, str)


def _real(value: float) -> str:
    """The shortest digits that mean the number; none for what is no number."""
    return "" if math.isnan(value) else repr(value)


def _time(value: datetime) -> str:
    """As databases print it; one with a zone as R4 writes it."""
    return value.isoformat(" " if value.tzinfo is None else "T").replace("+00:00", "Z")


_FORMS: Final[dict[type, Callable[[Any], str]]] = {
    float: _real,
    bool: lambda value: "true" if value else "false",
    datetime: _time,
    date: date.isoformat,
    Decimal: lambda value: format(value, "f"),
}
