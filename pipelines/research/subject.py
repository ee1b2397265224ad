"""One subject's rows of a released table, without reading the rest."""

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plummer.pipelines.delta_log import actions
from plummer.pipelines.research.table import Table

_KEY: Final = "subject_id"
_BATCH: Final = 16_384


def rows_of(table: Table, subject: int, columns: Sequence[str]) -> pa.Table:
    """The rows of a subject in the order of the release.

    Files are chosen by the range of subjects in the table's log, row groups by the column of subjects alone,
    since the files themselves carry no minima and maxima.

    Args:
        table: a table with ``subject_id``.
        subject: the subject's pseudonym.
        columns: columns to read.
    """
    if not 0 < subject < 1 << 63:
        return table.schema.empty_table().select(list(columns))
    ranges = _ranges(table)
    parts: list[pa.Table] = []
    for path in table.files:
        low, high = ranges.get(path.name, (subject, subject))
        if low <= subject <= high:
            with pq.ParquetFile(path) as file:
                parts.append(_rows(file, subject, columns))
    return pa.concat_tables(parts) if parts else table.schema.empty_table().select(list(columns))


def _ranges(table: Table) -> dict[str, tuple[int, int]]:
    """Lowest and highest subject of each file, where its table's log says them."""
    if len(table.files) < 2:
        return {}
    found = {}
    for action in actions(table.files[0].parent.as_uri(), 0):
        told = json.loads(action.get("add", {}).get("stats") or "{}")
        low, high = (told.get(name, {}).get(_KEY) for name in ("minValues", "maxValues"))
        if low is not None and high is not None:
            found[unquote(action["add"]["path"])] = (int(low), int(high))
    return found


def _rows(file: pq.ParquetFile, subject: int, columns: Sequence[str]) -> pa.Table:
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    parts: list[pa.Table] = []
    start = 0
    ids = _numbers(file.read(columns=[_KEY]).column(0))
    for group, size in enumerate(sizes):
        places = np.flatnonzero(ids[start : start + size] == subject)
        if len(places):
            # a subject's rows stand together, so this is one slice
            runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
            held = _first_rows(file, group, columns, int(places[-1]) + 1)
            parts += [held.slice(int(run[0]), len(run)).replace_schema_metadata() for run in runs]
        start += size
    return pa.concat_tables(parts) if parts else file.schema_arrow.empty_table().select(list(columns))


def _first_rows(file: pq.ParquetFile, group: int, columns: Sequence[str], count: int) -> pa.Table:
    """The first rows of a row group: what stands behind the subject isn't decoded."""
    held: list[pa.RecordBatch] = []
    for batch in file.iter_batches(_BATCH, row_groups=[group], columns=list(columns), use_threads=False):
        held.append(batch)
        count -= len(batch)
        if count <= 0:
            break
    return pa.Table.from_batches(held).select(list(columns))


def _numbers(ids: pa.ChunkedArray) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """A column of 64-bit numbers without nulls, as it lies in memory: Arrow's own way imports pandas."""
    parts = [
        np.frombuffer(part.buffers()[1], np.int64, len(part), part.offset * 8)
        for part in ids.chunks
        if len(part)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
