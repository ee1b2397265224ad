"""A CSV file, row by row, to the resources that its mapping makes, through the checks of any record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.csv_records import Row, fields_of, iter_rows
from plummer.pipelines.landing.framing import Readable
from plummer.pipelines.landing.limits import MIB
from plummer.pipelines.landing.mapping_model import FileMapping, RowMapping
from plummer.pipelines.landing.mapping_rows import row_to_resource
from plummer.pipelines.landing.outcome import Outcome, refused
from plummer.pipelines.landing.records import check_line
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import STRIPE_LINES, ReadTask

_HEADER_BYTES: Final = MIB


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of a file are.

    Attributes:
        width: fields of a row.
        places: position of each column that the mapping names and the file has.
        unnamed: columns that the mapping doesn't name; nothing of them is read.
    """

    width: int
    places: tuple[tuple[str, int], ...]
    unnamed: int


def header_of(names: Sequence[str], file: FileMapping) -> Header:
    """Hold the first row of a file against its mapping.

    Raises:
        Refused: ``duplicate_column``, or ``schema_drift`` where a column that the mapping needs is absent.

    Example:
        >>> from plummer.pipelines.landing.mapping_model import Branch
        >>> file = FileMapping("p.csv", "Patient", ("ID",), frozenset({"ID"}), frozenset(), Branch((), False))
        >>> header_of(["SSN", " ID "], file)
        Header(width=2, places=(('ID', 1),), unnamed=1)
    """
    shown = [name.strip() for name in names]
    told = [name for name in shown if name]
    if len(set(told)) != len(told):
        raise Refused("duplicate_column")
    if file.columns - file.optional - set(told):
        raise Refused("schema_drift")
    places = tuple((name, at) for at, name in enumerate(shown) if name in file.columns)
    return Header(len(shown), places, len(shown) - len(places))


def read_csv(stream: Readable, task: ReadTask, mapping: RowMapping) -> Iterator[Outcome]:
    """Every row of a file that falls to a task; the first row names the columns and is no unit.

    Raises:
        Refused: before the first row, where nothing of the file can be taken.
    """
    file = mapping.file_for(task.path)
    if file is None:
        raise Refused("unknown_file_kind")
    rows = iter_rows(stream, mapping.delimiter, quotes=mapping.quotes)
    header = _header(next(rows, None), mapping, file)
    for row in rows:
        if task.stripes == 1 or (row.number // STRIPE_LINES) % task.stripes == task.stripe:
            yield _outcome(row, header, mapping, file)


def _header(row: Row | None, mapping: RowMapping, file: FileMapping) -> Header:
    if row is None:
        raise Refused("schema_drift")  # an empty file lacks every column
    if row.data is None:
        raise Refused("csv_malformed")
    return header_of(fields_of(row.data, mapping.delimiter, quotes=mapping.quotes), file)


def _outcome(row: Row, header: Header, mapping: RowMapping, file: FileMapping) -> Outcome:
    if row.data is None:
        return Outcome(row.number, None, 0, "line_too_long", row.size, row.sha256, None)
    try:
        if row.unclosed:
            raise Refused("csv_unclosed_quote")
        fields = fields_of(row.data, mapping.delimiter, quotes=mapping.quotes)
        if len(fields) != header.width:
            raise Refused("csv_ragged")
        body = row_to_resource(mapping, file, {name: fields[at].strip() for name, at in header.places})
    except Refused as no:
        return refused(no.reason, row.data, row.number)
    except Exception:  # one hostile row must not end the load; the reason says that nobody foresaw it
        return refused("check_failed", row.data, row.number)
    (made,) = check_line(body, row.number)
    return made if made.reason is None else refused(made.reason, row.data, row.number)


def unnamed_columns(uri: str, form: str, path: str, mapping: RowMapping) -> int:
    """How many columns of a file its mapping doesn't name; 0 where its first row can't be read.

    Looks at the file's first MiB only: whether the file can be taken is decided where it is read.
    """
    file = mapping.file_for(path)
    try:
        with storage.open_binary(uri) as stream:
            inside: Readable = gzipped.GzipReader(stream) if form.endswith(".gz") else stream
            rows = iter_rows(_Head(inside), mapping.delimiter, quotes=mapping.quotes)
            return 0 if file is None else _header(next(rows, None), mapping, file).unnamed
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
    """The form of a file of a mapped source: ``csv``, ``csv.gz``, ``ignored`` or ``other``."""
    if mapping.ignores(path):
        return "ignored"
    if mapping.file_for(path) is None:
        return "other"
    try:
        with storage.open_binary(uri) as stream:
            return "csv.gz" if stream.read(2) == gzipped.MAGIC else "csv"
    except OSError:
        raise storage.unreadable() from None
