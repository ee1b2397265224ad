"""Rows of other tables by their key: files of SQLite, made once for a landing and read by every worker.

A vocabulary has millions of rows and a worker asks for thousands of them, so none holds one in memory:
what was asked lately is remembered, the rest stays in the file and in the system's page cache, which
workers share (docs/decisions/0020-lookups.md).
"""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

_REMEMBERED: Final = 65_536
Row = tuple[str, ...]


class Lookups(Protocol):
    """Rows of other tables."""

    def find(self, table: str, key: str) -> Row | None:
        """The row that a key names, its columns in the order that the mapping lists them; None for none."""


class NoLookups:
    """For a mapping without lookups, or before they are made.

    Example:
        >>> NoLookups().find("concept", "8507") is None
        True
    """

    def find(self, table: str, key: str) -> Row | None:
        """Nothing."""
        return None


class StoredLookups:
    """The tables of a folder that `plummer.pipelines.landing.lookup_build` made.

    Args:
        folder: where they are, one file each; a table that isn't there has no rows.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._tables: dict[str, Callable[[str], Row | None]] = {}

    def find(self, table: str, key: str) -> Row | None:
        """See `Lookups`."""
        find = self._tables.get(table)
        if find is None:
            find = self._tables[table] = _finder(table_file(self._folder, table))
        return find(key)


@lru_cache(maxsize=4)
def open_lookups(folder: str) -> Lookups:
    """The lookups of a folder, opened once per process; none where no folder is named."""
    return StoredLookups(folder) if folder else NoLookups()


def table_file(folder: str, table: str) -> Path:
    """Where a table is."""
    return Path(folder) / f"{table}.sqlite"


def stored_key(text: str) -> int | str:
    """A key as it is stored: a whole number is smaller as one.

    Example:
        >>> stored_key("8507"), stored_key("08507"), stored_key("-0")
        (8507, '08507', '-0')
    """
    if len(text) < 18 and text.removeprefix("-").isdecimal() and str(number := int(text)) == text:
        return number
    return text


def _finder(path: Path) -> Callable[[str], Row | None]:
    if not path.is_file():
        return lambda _: None
    # nobody writes to it any more, so no lock is taken: a shared file system may have none
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    columns = [row[1] for row in database.execute("PRAGMA table_info(t)")][1:]
    query = f"SELECT {', '.join(columns)} FROM t WHERE k = ?"  # noqa: S608 - names of our own making

    @lru_cache(maxsize=_REMEMBERED)
    def find(key: str) -> Row | None:
        found: Row | None = database.execute(query, (stored_key(key),)).fetchone()
        return found

    return find
