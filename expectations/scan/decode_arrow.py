"""Columnar files: Parquet (pages, footer, page indexes), Arrow IPC and ORC.

https://parquet.apache.org/docs/file-format/
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plummer.expectations.scan.decode_text import is_binary
from plummer.expectations.scan.folding import SEPARATOR
from plummer.expectations.scan.source import Blob, Decoder, Limits, Part, Raw, UnopenedError, magic

_ROWS: Final = 8192
_TAIL: Final = 8


def _parquet_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    with blob.seekable(limits) as stream:
        yield from _tail(stream)
        plain = pq.ParquetFile(stream)
        # Strings come as dictionaries where the writer made them: each value is searched once.
        names = [plain.schema.column(index).path for index in range(len(plain.schema))]
        file = pq.ParquetFile(stream, read_dictionary=names, page_checksum_verification=True)
        yield "footer", SEPARATOR.join(_footer(file.metadata))
        for group in range(file.metadata.num_row_groups):
            for name in dict.fromkeys(file.schema_arrow.names):
                for batch in file.iter_batches(_ROWS, row_groups=[group], columns=[name]):
                    yield from _batch(batch, f"row group {group}/")


def _tail(stream: BinaryIO) -> Iterator[Part]:
    """Footer, page indexes and Bloom filters as bytes: they also hold what pyarrow doesn't show."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - _TAIL))
    ending = stream.read(_TAIL)
    if len(ending) < _TAIL or ending[4:] != b"PAR1":
        raise UnopenedError("encrypted" if ending[4:] == b"PARE" else "truncated")
    footer = min(int.from_bytes(ending[:4], "little") + _TAIL, size)
    stream.seek(size - footer)
    yield "footer", Raw(stream.read(footer))
    stream.seek(0)
    metadata = pq.ParquetFile(stream).metadata
    end = max((_end(metadata.row_group(group)) for group in range(metadata.num_row_groups)), default=4)
    if size - footer - end > 0:
        stream.seek(end)
        yield "page index", Raw(stream.read(size - footer - end))
    stream.seek(0)


def _end(group: Any) -> int:  # noqa: ANN401  pyarrow has no types
    columns = (group.column(index) for index in range(group.num_columns))
    return max((_start(column) + column.total_compressed_size for column in columns), default=4)


def _start(column: Any) -> int:  # noqa: ANN401
    dictionary = column.dictionary_page_offset
    return min(dictionary, column.data_page_offset) if dictionary else int(column.data_page_offset)


def _footer(metadata: Any) -> Iterator[str]:  # noqa: ANN401
    yield from (metadata.schema.column(index).path for index in range(metadata.num_columns))
    for key, value in (metadata.metadata or {}).items():
        yield key.decode("utf-8", "replace")
        yield value.decode("utf-8", "replace")
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            statistics = metadata.row_group(group).column(index).statistics
            if statistics is not None and statistics.has_min_max:
                yield from (_plain(statistics.min), _plain(statistics.max))


def _plain(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _batch(batch: pa.RecordBatch, place: str) -> Iterator[Part]:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        for path, leaf in _leaves(name, column):
            yield from ((f"{place}column {path}", content) for content in _values(leaf))


def _leaves(path: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """The arrays of values below a column, whatever it nests."""
    kind = array.type
    if pa.types.is_struct(kind):
        for index in range(kind.num_fields):
            yield from _leaves(f"{path}.{kind.field(index).name}", pc.struct_field(array, index))
    elif pa.types.is_map(kind):
        yield from _leaves(f"{path}.key", array.keys)
        yield from _leaves(f"{path}.value", array.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _leaves(path, array.flatten())
    elif isinstance(array, pa.ExtensionArray):
        yield from _leaves(path, array.storage)
    elif pa.types.is_dictionary(kind):
        # Only what this batch uses: the dictionary is that of the whole row group.
        yield from _leaves(path, array.dictionary.take(pc.unique(array.indices).drop_null()))
    else:
        yield path, array


def _values(leaf: pa.Array) -> Iterator[str | bytes]:
    """A leaf's distinct values: text and numbers joined, bytes one by one unless they are text."""
    kind = leaf.type
    if pa.types.is_null(kind) or pa.types.is_boolean(kind):
        return
    distinct = pc.unique(leaf).drop_null()
    if not len(distinct):
        return
    if _is_bytes(kind):
        values = distinct.to_pylist()
        texts = [value.decode() for value in values if _is_text(value)]
        yield from (value for value in values if not _is_text(value))
        yield SEPARATOR.join(texts)
    else:
        yield SEPARATOR.join(distinct.cast(pa.large_string()).to_pylist())


def _is_bytes(kind: pa.DataType) -> bool:
    binary = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in binary)


def _is_text(value: bytes) -> bool:
    try:
        return "\x00" not in value.decode()
    except UnicodeDecodeError:
        return False


def _table_parts(table: pa.Table) -> Iterator[Part]:
    yield "schema", table.schema.to_string(truncate_metadata=False, show_schema_metadata=True)
    for batch in table.to_batches(_ROWS):
        yield from _batch(batch, "")


def _ipc_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    with blob.seekable(limits) as stream:
        yield from _table_parts(pa.ipc.open_file(stream).read_all())


def _orc_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    from pyarrow import orc

    with blob.seekable(limits) as stream:
        yield from _table_parts(orc.ORCFile(stream).read())


def _is_parquet(head: bytes, name: str) -> bool:
    return head.startswith((b"PAR1", b"PARE")) or name.endswith(".parquet")


def _is_orc(head: bytes, _name: str) -> bool:
    """Text may begin with these three letters too (orchiectomy, an HL7 v2 segment)."""
    return head.startswith(b"ORC") and is_binary(head)


COLUMNAR: Final = (
    Decoder("parquet", _is_parquet, _parquet_parts),
    Decoder("arrow", magic(b"ARROW1\x00\x00"), _ipc_parts),
    Decoder("orc", _is_orc, _orc_parts),
)
