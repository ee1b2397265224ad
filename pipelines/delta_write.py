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
    from pyspark import TaskContext

    context = TaskContext.get()
    number = context.partitionId() if context else 0
    # another try of the same task writes another file, and only one of them is told of
    name = f"part-{number:05d}-{uuid.uuid4()}.zstd.parquet"
    count = _write(batches, f"{uri}/{name}")
    if count:
        row = {"name": name, "rows": count, "bytes": storage.size_of(f"{uri}/{name}")}
        yield pa.RecordBatch.from_pylist([row], schema=_SCHEMA)


def _write(batches: Iterable[pa.RecordBatch], uri: str) -> int:
    """Write batches as one file, in row groups of `_GROUP` bytes; no file where there are no rows."""
    writer: pq.ParquetWriter | None = None
    held: list[pa.RecordBatch] = []
    count = size = 0
    with ExitStack() as stack:
        for batch in batches:
            if not batch.num_rows:
                continue
            if writer is None:
                writer = open_file(stack, uri, batch.schema)
            held.append(batch)
            count += batch.num_rows
            # `nbytes` reads past the end of a list of maps that comes from Spark without any (pyarrow 26)
            size += batch.get_total_buffer_size()
            if size > _GROUP:
                writer.write_table(pa.Table.from_batches(held))
                held, size = [], 0
        if writer is not None and held:
            writer.write_table(pa.Table.from_batches(held))
    return count
