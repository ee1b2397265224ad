"""One released table, handed out as Arrow, Polars, DuckDB or Spark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from plummer.schemas.errors import ExitCode, PlummerError

Recorder = Callable[[str, Sequence[str]], None]
Anything = Any
"""An object of a library that has no types here, or that may be absent."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an opened release; each way of reading it is recorded in the access ledger.

    Every form takes names of columns and gives all where none is named. The rows come in the order of the
    release: by subject, then in the subject's own order.

    Attributes:
        name: events, subjects, codes, resources or notes.
        columns: names of its columns.
        files: its Parquet files.
        schema: Arrow schema.
    """

    name: str
    columns: tuple[str, ...]
    files: tuple[Path, ...]
    schema: pa.Schema
    _seen: Recorder
    _relation: Callable[[str], Anything]

    def __len__(self) -> int:
        """The number of rows."""
        return sum(int(pq.read_metadata(path).num_rows) for path in self.files)

    def arrow(self, *columns: str) -> pa.Table:
        """The rows as an Arrow table."""
        return self.plain(*self._read(columns))

    def plain(self, *columns: str) -> pa.Table:
        """The rows as an Arrow table, for what has recorded already that it reads them."""
        parts = [_columns(path, columns) for path in self.files]
        return pa.concat_tables(parts) if parts else self.schema.empty_table().select(list(columns))

    def polars(self, *columns: str) -> Anything:
        """The rows as a Polars DataFrame."""
        return self.lazy(*columns).collect()

    def lazy(self, *columns: str) -> Anything:
        """The rows as a Polars LazyFrame, which reads a column or row only where it is needed."""
        polars = _library("polars")
        chosen = self._read(columns)
        if not self.files:
            return polars.from_arrow(self.schema.empty_table().select(chosen)).lazy()
        return polars.scan_parquet([str(path) for path in self.files]).select(chosen)

    def duckdb(self, *columns: str) -> Anything:
        """The rows as a DuckDB relation, read when it is asked for its rows."""
        chosen = ", ".join(f'"{name}"' for name in self._read(columns))
        return self._relation(f"select {chosen} from {self.name}")  # noqa: S608 (names of the schema)

    def spark(self, session: Anything, *columns: str) -> Anything:
        """The rows as a Spark DataFrame.

        Args:
            session: a running session that can read the release's folder.
            columns: names of columns; all where none is given.
        """
        chosen = self._read(columns)
        if not self.files:
            return session.createDataFrame(self.schema.empty_table().select(chosen).to_pandas())
        return session.read.parquet(*(path.as_uri() for path in self.files)).select(*chosen)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The whole table for any library that takes Arrow streams, e.g. ``polars.DataFrame(r.codes)``."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    def _read(self, columns: Sequence[str]) -> list[str]:
        odd = [name for name in columns if name not in self.columns]
        if odd:
            message = f"a column of {self.name} is one of {', '.join(self.columns)}"
            raise PlummerError("column_missing", message, ExitCode.USAGE, self.name)
        chosen = list(columns or self.columns)
        self._seen(self.name, chosen)
        return chosen


def _columns(path: Path, columns: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=list(columns)).select(list(columns)).replace_schema_metadata()


def _library(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError:
        message = f"this needs {name}: pip install 'plummer[research]'"
        raise PlummerError("library_missing", message, ExitCode.MISSING_COMPONENT, name) from None
