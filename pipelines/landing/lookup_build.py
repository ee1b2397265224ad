"""Makes the file of one lookup (`plummer.pipelines.landing.lookups`) from the files of its table.

Row by row, in the memory of a page cache. Of rows with one key and different contents the smallest stands,
compared as texts, whichever came first.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.csv_reader import header_names, with_delimiter
from plummer.pipelines.landing.csv_records import fields_of, iter_rows
from plummer.pipelines.landing.framing import Readable
from plummer.pipelines.landing.lookups import Row, stored_key, table_file
from plummer.pipelines.landing.mapping_model import Lookup, RowMapping
from plummer.pipelines.landing.parquet_reader import open_table, read_rows
from plummer.pipelines.landing.refusal import Refused

_CACHE_KIB: Final = 65_536
_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class LookupFile:
    """A file of a lookup's table: its URI and form (without ``lookup:``)."""

    uri: str
    form: str


@dataclass(frozen=True, slots=True)
class Built:
    """What became of the rows of a table.

    Attributes:
        name: of the lookup.
        rows: rows that stand.
        refused: rows that can't be read or have no key.
        repeated: rows whose key another one has.
        refusal: why a file can't be taken, "" where all could.
    """

    name: str
    rows: int = 0
    refused: int = 0
    repeated: int = 0
    refusal: str = ""


def build(lookup: Lookup, files: Sequence[LookupFile], mapping: RowMapping, folder: str) -> Built:
    """Make a lookup's file, whole or not at all.

    Args:
        lookup: what to make.
        files: of its table.
        mapping: how they are written.
        folder: where to put it; it is there.

    Raises:
        PlummerError: ``source_unreadable`` (exit 2).
    """
    target = table_file(folder, lookup.name)
    beside = target.with_suffix(f".{os.getpid()}.tmp")
    beside.unlink(missing_ok=True)
    database = sqlite3.connect(beside, isolation_level=None)
    try:
        built = _fill(database, lookup, files, mapping)
    except Refused as no:
        return Built(lookup.name, refusal=no.reason)
    finally:
        database.close()
    beside.replace(target)
    return built


def count_rows(file: LookupFile, mapping: RowMapping) -> int:
    """Rows of a file that is known and not carried; 0 where it can't be read."""
    try:
        with storage.open_binary(file.uri) as stream:
            if file.form == "parquet":
                return int(open_table(stream).metadata.num_rows)
            inside: Readable = gzipped.GzipReader(stream) if file.form.endswith(".gz") else stream
            inside, delimiter = with_delimiter(inside, mapping)
            return max(0, sum(1 for _ in iter_rows(inside, delimiter, quotes=mapping.quotes)) - 1)
    except (Refused, OSError):
        return 0


def _fill(
    database: sqlite3.Connection, lookup: Lookup, files: Sequence[LookupFile], mapping: RowMapping
) -> Built:
    names = [f"c{number}" for number in range(len(lookup.columns))]
    for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    database.execute(f"CREATE TABLE t (k PRIMARY KEY, {', '.join(names)}) WITHOUT ROWID")
    new, old = ", ".join(f"excluded.{name}" for name in names), ", ".join(names)
    insert = (
        f"INSERT INTO t VALUES (?{', ?' * len(names)}) ON CONFLICT (k) DO UPDATE SET "  # noqa: S608 - our own names
        f"({old}) = ({new}) WHERE ({new}) < ({old})"
    )
    database.execute("BEGIN")
    read, refused = 0, 0
    held: list[tuple[int | str | None, ...]] = []
    for file in files:
        for row in _rows(file, lookup, mapping):
            if row is None:
                refused += 1
                continue
            read += 1
            held.append((stored_key(row[0]), *row[1:]))
            if len(held) == _ROWS:
                database.executemany(insert, held)
                held.clear()
    database.executemany(insert, held)
    database.execute("COMMIT")
    (rows,) = database.execute("SELECT count(*) FROM t").fetchone()
    return Built(lookup.name, rows, refused, read - rows)


def _rows(file: LookupFile, lookup: Lookup, mapping: RowMapping) -> Iterator[Row | None]:
    """Key and columns of each row, None for one that has none."""
    try:
        with storage.open_binary(file.uri) as stream:
            if file.form == "parquet":
                yield from _parquet_rows(open_table(stream), lookup, mapping)
                return
            if file.form.endswith(".gz"):
                gzipped.verify(stream)
                stream.seek(0)
            inside: Readable = gzipped.GzipReader(stream) if file.form.endswith(".gz") else stream
            yield from _csv_rows(inside, lookup, mapping)
    except OSError:
        raise storage.unreadable() from None


def _csv_rows(stream: Readable, lookup: Lookup, mapping: RowMapping) -> Iterator[Row | None]:
    stream, delimiter = with_delimiter(stream, mapping)
    # vocabularies come as OHDSI's Athena writes them: tabs, and a quote is a character
    quotes = mapping.quotes and (mapping.delimiter != "" or delimiter != "\t")
    rows = iter_rows(stream, delimiter, quotes=quotes)
    names = header_names(next(rows, None), delimiter, mapping)
    places = _places(names, lookup, mapping)
    for row in rows:
        if row.data is None or row.unclosed:
            yield None
            continue
        try:
            fields = fields_of(row.data, delimiter, quotes=quotes)
        except Refused:
            yield None
            continue
        yield _told(fields, places, lookup, mapping) if len(fields) == len(names) else None


def _parquet_rows(parquet: Any, lookup: Lookup, mapping: RowMapping) -> Iterator[Row | None]:  # noqa: ANN401
    names = list(parquet.schema_arrow.names)
    places = _places(names, lookup, mapping)
    taken = sorted({at for at in places if at >= 0})
    moved = [taken.index(at) if at >= 0 else -1 for at in places]
    for _, fields in read_rows(parquet, [names[at] for at in taken]):
        yield None if fields is None else _told(fields, moved, lookup, mapping)


def _places(names: Sequence[str], lookup: Lookup, mapping: RowMapping) -> list[int]:
    """Where key and columns are, -1 for one that isn't there.

    Raises:
        Refused: ``schema_drift`` where the key or all of the columns are absent, ``duplicate_column``.
    """
    shown = [mapping.column(name) for name in names]
    if len(set(shown)) != len(shown):
        raise Refused("duplicate_column")
    wanted = (*((lookup.key,) if lookup.key else ()), *lookup.columns)
    found = [shown.index(name) if name in shown else -1 for name in wanted]
    if (lookup.key and found[0] < 0) or all(at < 0 for at in found[bool(lookup.key) :]):
        raise Refused("schema_drift")
    return found


def _told(fields: Sequence[str], places: Sequence[int], lookup: Lookup, mapping: RowMapping) -> Row | None:
    cells = tuple("" if at < 0 else fields[at].strip() for at in places)
    if not lookup.key:
        return ("", *cells)
    key = cells[0].removesuffix(".0") if mapping.is_whole(lookup.key) else cells[0]
    return None if key in mapping.empty else (key, *cells[1:])
