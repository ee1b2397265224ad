"""A CSV file, row by row, to the resources that its mapping makes, through the checks of any record."""

from collections.abc import Iterator
from typing import Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.csv_records import Row, fields_of, iter_rows
from plummer.pipelines.landing.framing import Prefixed, Readable
from plummer.pipelines.landing.limits import MIB
from plummer.pipelines.landing.lookups import Lookups, NoLookups
from plummer.pipelines.landing.mapping_model import FileMapping, RowMapping
from plummer.pipelines.landing.outcome import Outcome, refused
from plummer.pipelines.landing.parquet_reader import MAGIC, column_names
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.row_cells import Header, RowReader, header_of, with_uncarried
from plummer.pipelines.landing.tasks import ReadTask

_HEADER_BYTES: Final = MIB


def read_csv(
    stream: Readable, task: ReadTask, mapping: RowMapping, lookups: Lookups | None = None
) -> Iterator[Outcome]:
    """Every row of a file that falls to a task; the first row names the columns and is no unit.

    Raises:
        Refused: before the first row, where nothing of the file can be taken.
    """
    file = mapping.file_for(task.path)
    if file is None:
        raise Refused("unknown_file_kind")
    stream, delimiter = with_delimiter(stream, mapping)
    rows = iter_rows(stream, delimiter, quotes=mapping.quotes)
    header = _header(next(rows, None), delimiter, mapping, file)
    reader = RowReader(mapping, file, header, lookups or NoLookups())
    mine = (_outcome(row, delimiter, reader) for row in rows if task.takes(row.number))
    yield from with_uncarried(mine, reader.uncarried)


def with_delimiter(stream: Readable, mapping: RowMapping) -> tuple[Readable, str]:
    """The stream again, and what stands between its fields.

    Where the mapping leaves it to the header: a tab if there is one in the first line, else a comma.
    """
    if mapping.delimiter:
        return stream, mapping.delimiter
    head = b""
    while b"\n" not in head and len(head) < _HEADER_BYTES and (piece := stream.read(64 * 1024)):
        head += piece
    return Prefixed(head, stream), "\t" if b"\t" in head.partition(b"\n")[0] else ","


def _header(row: Row | None, delimiter: str, mapping: RowMapping, file: FileMapping) -> Header:
    return header_of(header_names(row, delimiter, mapping), mapping, file)


def header_names(row: Row | None, delimiter: str, mapping: RowMapping) -> list[str]:
    """The names that the first row of a file gives its columns.

    Raises:
        Refused: ``schema_drift`` where there is none, ``csv_malformed``.
    """
    if row is None:
        raise Refused("schema_drift")  # an empty file lacks every column
    if row.data is None:
        raise Refused("csv_malformed")
    return fields_of(row.data, delimiter, quotes=mapping.quotes)


def _outcome(row: Row, delimiter: str, reader: RowReader) -> Outcome:
    if row.data is None:
        return Outcome(row.number, None, 0, "line_too_long", row.size, row.sha256, None)
    try:
        if row.unclosed:
            raise Refused("csv_unclosed_quote")
        fields = fields_of(row.data, delimiter, quotes=reader.mapping.quotes)
        if len(fields) != reader.header.width:
            raise Refused("csv_ragged")
    except Refused as no:
        return refused(no.reason, row.data, row.number)
    return reader.outcome(fields, row.data, row.number)


def unnamed_columns(uri: str, form: str, path: str, mapping: RowMapping) -> int:
    """How many columns of a file its mapping doesn't name; 0 where its first row can't be read.

    Looks at the file's first MiB only: whether the file can be taken is decided where it is read.
    """
    file = mapping.file_for(path)
    try:
        with storage.open_binary(uri) as stream:
            if file is None:
                return 0
            if form == "parquet":
                return header_of(column_names(stream), mapping, file).unnamed
            inside: Readable = gzipped.GzipReader(stream) if form.endswith(".gz") else stream
            head, delimiter = with_delimiter(_Head(inside), mapping)
            rows = iter_rows(head, delimiter, quotes=mapping.quotes)
            return _header(next(rows, None), delimiter, mapping, file).unnamed
    except Refused:
        return 0
    except OSError:
        raise storage.unreadable() from None


class _Head:
    """The first bytes of a stream."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._left = _HEADER_BYTES

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(min(size, self._left, 64 * 1024))
        self._left -= len(piece)
        return piece


def csv_form(path: str, uri: str, mapping: RowMapping) -> str:
    """The form of a file of a mapped source.

    ``csv``, ``csv.gz`` or ``parquet``; those with ``lookup:`` before them where its rows are asked for by
    others only, with ``left:`` where they are counted only; ``ignored`` or ``other``.
    """
    if mapping.table_left(path):
        return f"left:{_written(uri)}"
    if mapping.ignores(path):
        return "ignored"
    rows, asked = mapping.file_for(path) is not None, bool(mapping.lookups_for(path))
    if not rows and not asked:
        return "other"
    form = _written(uri)
    return form if rows else f"lookup:{form}"


def _written(uri: str) -> str:
    """How the rows of a file are written."""
    try:
        with storage.open_binary(uri) as stream:
            head = stream.read(len(MAGIC))
    except OSError:
        raise storage.unreadable() from None
    return "csv.gz" if head.startswith(gzipped.MAGIC) else "parquet" if head == MAGIC else "csv"
