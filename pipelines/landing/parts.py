"""Good records as a Parquet file of ``identified/resources``, written where they were read.

A body that goes through the JVM on its way to the disk is copied six times for nothing: landing changes no
record. So the worker that checked it writes it, and tells Spark only what deciding needs: place, type, id,
hash (decision 0012). A file counts once a commit names it (`plummer.pipelines.delta_commit`).
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from operator import attrgetter
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plummer.pipelines.arrow_types import arrow_schema
from plummer.pipelines.landing.limits import MIB
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.parquet_file import open_file
from plummer.schemas.tables import RESOURCES

SCHEMA: Final = arrow_schema(RESOURCES)
"""The columns of ``identified/resources``."""

GROUP_BYTES: Final = 16 * MIB
"""About how much a row group holds before it is compressed."""

_FEW: Final = ["site", "resource_type", "patient_key", "version_id", "last_updated", "load_id", "file"]
_FIELDS: Final = (
    "line", "entry", "content_sha256", "body", "resource_type", "resource_id", "patient_id", "version_id",
    "last_updated", "full_url",
)  # fmt: skip
_NUMBERS: Final = {"line": pa.int64(), "entry": pa.int32(), "body": pa.binary()}


def open_part(stack: ExitStack, uri: str) -> pq.ParquetWriter:
    """A writer of a new file of landed rows, as `open_file`."""
    return open_file(stack, uri, SCHEMA, _FEW)


class PartWriter:
    """Writes the good records of one task of Spark; no file where there are none.

    Args:
        folder: URI of the table.
        name: name of the file.
        site: site of the delivery.
        load_id: the delivery.
    """

    def __init__(self, folder: str, name: str, site: str, load_id: str) -> None:
        self.name = name
        self._uri, self._site, self._load_id = f"{folder}/{name}", site, load_id
        self._stack = ExitStack()
        self._writer: pq.ParquetWriter | None = None
        self._held: list[pa.Table] = []
        self._bytes = 0
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        except BaseException:
            self._stack.__exit__(*sys.exc_info())
            raise
        self._stack.__exit__(kind, error, trace)

    def add(self, path: str, good: Sequence[Outcome]) -> int:
        """Write records of one source file; the position of the first one in the part."""
        self._held.append(self._table(path, good))
        self._bytes += self._held[-1].nbytes
        if self._bytes > GROUP_BYTES:
            self._flush()
        first, self._rows = self._rows, self._rows + len(good)
        return first

    def _flush(self) -> None:
        """Write what is held as one row group: a source of many small files makes few of them."""
        if not self._held:
            return
        if self._writer is None:
            self._writer = open_part(self._stack, self._uri)
        self._writer.write_table(pa.concat_tables(self._held))
        self._held, self._bytes = [], 0

    def _table(self, path: str, good: Sequence[Outcome]) -> pa.Table:
        values = zip(*map(attrgetter(*_FIELDS), good), strict=True)
        told: dict[str, Any] = {
            name: pa.array(column, _NUMBERS.get(name, pa.string()))
            for name, column in zip(_FIELDS, values, strict=True)
        }
        told["body"] = told["body"].view(pa.string())  # known to be UTF-8
        told["patient_key"] = pc.binary_join_element_wise(self._site, told["patient_id"], "/")
        for name, value in (("site", self._site), ("load_id", self._load_id), ("file", path)):
            told[name] = pa.repeat(value, len(good))
        return pa.table([told[name] for name in SCHEMA.names], schema=SCHEMA)
