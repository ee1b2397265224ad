"""SQLite: every cell of every table, the schema, and what the file holds beside them (deleted rows).

https://www.sqlite.org/fileformat2.html. The file is copied with its write-ahead log into a private
folder, since opening it in place could change it.
"""

import io
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

from plummer.expectations.scan.folding import SEPARATOR
from plummer.expectations.scan.source import Blob, Chunks, Decoder, Limits, Part, Raw, magic
from plummer.expectations.scan.sqlite_pages import Pages

_ROWS: Final = 2000
_RAW: Final = 1 << 24


def _parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    with tempfile.TemporaryDirectory(prefix="plummer-scan-") as folder:
        copy = _copy(blob, limits, Path(folder) / "copy.db")
        logged = copy.with_name(copy.name + "-wal").exists()
        # With a log beside it, live rows of the file may be dead ones of the database: nothing is left out.
        yield from _raw_parts(copy, _as_it_is if logged else _dead)
        with closing(sqlite3.connect(copy)) as database:
            # Bytes that claim to be text needn't be valid UTF-8.
            database.text_factory = lambda data: data.decode("utf-8", "replace")
            yield from _schema(database)
            for table in _tables(database):
                yield from _rows(database, table)


def _dead(stream: BinaryIO) -> BinaryIO:
    return io.BufferedReader(Chunks(Pages(stream).dead()))


def _as_it_is(stream: BinaryIO) -> BinaryIO:
    return stream


def _raw_parts(path: Path, of: Callable[[BinaryIO], BinaryIO]) -> Iterator[Part]:
    """The bytes in pieces that overlap, so that nothing is cut."""
    with path.open("rb") as stream:
        bytes_of, rest = of(stream), b""
        while data := bytes_of.read(_RAW):
            yield "raw bytes", Raw(rest + data)
            rest = data[-4096:]


def _copy(blob: Blob, limits: Limits, target: Path) -> Path:
    log = None if blob.path is None else blob.path.with_name(blob.path.name + "-wal")
    if blob.path is not None:
        shutil.copyfile(blob.path, target)
    else:
        target.write_bytes(blob.read(limits))
    if log is not None and log.exists():
        shutil.copyfile(log, target.with_name(target.name + "-wal"))
    return target


def _schema(database: sqlite3.Connection) -> Iterator[Part]:
    rows = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    yield "schema", SEPARATOR.join(sql for (sql,) in rows)


def _tables(database: sqlite3.Connection) -> list[str]:
    # Virtual tables need modules that may be absent; what they hold lies in ordinary shadow tables.
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    )
    return [name for (name,) in database.execute(query)]


def _rows(database: sqlite3.Connection, table: str) -> Iterator[Part]:
    quoted = table.replace('"', '""')
    cursor = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  the name is quoted
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(_ROWS):
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            yield from ((f"sqlite:{table}.{name}", content) for content in _cells(values))


def _cells(values: tuple[object, ...]) -> Iterator[str | bytes]:
    distinct = dict.fromkeys(value for value in values if value is not None)
    yield from (value for value in distinct if isinstance(value, bytes))
    yield SEPARATOR.join(str(value) for value in distinct if not isinstance(value, bytes))


SQLITE: Final = Decoder("sqlite", magic(b"SQLite format 3\x00"), _parts)
