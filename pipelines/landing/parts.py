"""Good records as a Parquet file of ``identified/resources``, written where they were read.

A body that goes through the JVM on its way to the disk is copied six times for nothing: landing changes no
record. So the worker that checked it writes it, and tells Spark only what deciding needs: place, type, id,
hash (decision 0012). A file counts once a commit names it (`plummer.pipelines.delta_commit`).
"""

from collections.abc import Sequence
from contextlib import ExitStack
from operator import attrgetter
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plummer.pipelines import storage
from plummer.pipelines.landing.outcome import Outcome
from plummer.schemas.tables import RESOURCES

_TYPES: Final = {"string": pa.string(), "bigint": pa.int64(), "int": pa.int32()}
SCHEMA: Final = pa.schema([(column.name, _TYPES[column.type]) for column in RESOURCES.columns])
"""The columns of ``identified/resources``."""

_FEW: Final = ["site", "resource_type", "patient_key", "version_id", "last_updated", "load_id", "file"]
_FIELDS: Final = (
    "line", "entry", "content_sha256", "body", "resource_type", "resource_id", "patient_id", "version_id",
    "last_updated", "full_url",
)  # fmt: skip
_NUMBERS: Final = {"line": pa.int64(), "entry": pa.int32(), "body": pa.binary()}


def open_part(stack: ExitStack, uri: str) -> pq.ParquetWriter:
    """A writer of a new file; whole once the stack is closed, and nothing where it is closed by an error.

    Footers hold no minima and maxima, which would be ids and names in clear; pages have checksums.
    """
    return stack.enter_context(
        pq.ParquetWriter(
            stack.enter_context(storage.writing(uri)),
            SCHEMA,
            compression="zstd",
            use_dictionary=_FEW,
            write_statistics=False,
            write_page_checksum=True,
            store_schema=False,
        )
    )


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
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, path: str, good: Sequence[Outcome]) -> int:
        """Write records of one source file as a row group; the position of the first one in the part."""
        if self._writer is None:
            self._writer = open_part(self._stack, self._uri)
        self._writer.write_table(self._table(path, good))
        first, self._rows = self._rows, self._rows + len(good)
        return first

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
