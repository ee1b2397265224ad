"""Rows of a DataFrame as Parquet files in a table's folder, written by the workers (decision 0021).

Delta's own writer plans half a dozen jobs around one: it reads the log into a DataFrame, counts, writes,
and checks its commit. Of a table of a few thousand rows that is most of the time, and a run writes a dozen.
A file written here counts once a commit names it (`plummer.pipelines.delta_commit`).
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame

from plummer.pipelines import storage
from plummer.pipelines.delta_commit import Part
from plummer.pipelines.landing.limits import MIB
from plummer.pipelines.parquet_file import open_file

_TOLD: Final = "name string, rows bigint, bytes bigint"
_SCHEMA: Final = pa.schema([("name", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64())])
#: About how much a row group holds before it is compressed.
_GROUP: Final = 32 * MIB


def write_parts(rows: DataFrame, uri: str) -> list[Part]:
    """Write rows below a table's URI, a file for each partition that holds any, in the order of its rows.

    Args:
        rows: of the table's columns and types.
        uri: the table.

    Returns:
        The files, in the order of the partitions.
    """
    told = rows.mapInArrow(partial(_written, uri=uri), _TOLD).collect()
    return [Part(row["name"], row["rows"], row["bytes"]) for row in sorted(told, key=lambda row: row["name"])]


def _written(batches: Iterable[pa.RecordBatch], uri: str) -> Iterator[pa.RecordBatch]:
    name = part_name(task_number())
    with ExitStack() as stack:
        file = GrowingFile(stack, f"{uri}/{name}")
        for batch in batches:
            file.add(batch)
        file.flush()
    if file.rows:
        row = {"name": name, "rows": file.rows, "bytes": storage.size_of(file.uri)}
        yield pa.RecordBatch.from_pylist([row], schema=_SCHEMA)


def task_number() -> int:
    """The number of the partition that is worked on; 0 outside a task."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return context.partitionId() if context else 0


def part_name(number: int) -> str:
    """A name for the file of a task; another try of the same task writes another, and only one is told of."""
    return f"part-{number:05d}-{uuid.uuid4()}.zstd.parquet"


class GrowingFile:
    """A Parquet file that grows by batches, in row groups of `_GROUP` bytes; no file where there are no rows.

    It is whole after `flush` and once the stack is closed.

    Args:
        stack: closes the file.
        uri: the file.
    """

    def __init__(self, stack: ExitStack, uri: str) -> None:
        self.uri, self.rows = uri, 0
        self._stack, self._size = stack, 0
        self._writer: pq.ParquetWriter | None = None
        self._held: list[pa.RecordBatch] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch, and write where enough is held."""
        if not batch.num_rows:
            return
        self._held.append(batch)
        self.rows += batch.num_rows
        # `nbytes` reads past the end of a list of maps that comes from Spark without any (pyarrow 26)
        self._size += batch.get_total_buffer_size()
        if self._size > _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is held as a row group."""
        if not self._held:
            return
        if self._writer is None:
            self._writer = open_file(self._stack, self.uri, self._held[0].schema)
        self._writer.write_table(pa.Table.from_batches(self._held))
        self._held, self._size = [], 0
