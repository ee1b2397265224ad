"""Landing's writing half: the files that workers wrote, without the rows that turned out duplicates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines import storage
from plummer.pipelines.arrow_types import arrow_schema, batch_of
from plummer.pipelines.delta_commit import Part
from plummer.pipelines.home import Home
from plummer.pipelines.landing.parts import open_part
from plummer.pipelines.parquet_file import open_file
from plummer.schemas.tables import RESOURCES, TableSpec

_DONE_DDL: Final = "part string, name string, rows bigint"
_DONE: Final = pa.schema([("part", pa.string()), ("name", pa.string()), ("rows", pa.int64())])


@contextmanager
def kept(rows: DataFrame | None) -> Iterator[None]:
    """Keep rows that are asked for more than once, until the block ends."""
    if rows is None:
        yield
        return
    rows.persist()
    try:
        yield
    finally:
        rows.unpersist()


def without(spark: SparkSession, home: Home, parts: Mapping[str, int], found: DataFrame | None) -> list[Part]:
    """The files to commit: those without a duplicate as they are, the others written again without.

    Args:
        spark: the session.
        home: the home.
        parts: rows by file.
        found: the duplicates' places, from `plummer.pipelines.stages.land_dedupe.duplicates`.
    """
    uri = home.table(RESOURCES)
    told = dict(parts)
    if found is not None:
        drops = found.where("place.part IS NOT NULL").groupBy("place.part")
        lists = drops.agg(sf.collect_list("place.row").alias("rows")).repartition(len(parts) or 1, "part")
        for old, name, rows in lists.mapInArrow(partial(_rewrite, uri=uri), _DONE_DDL).collect():
            del told[old]
            told |= {name: rows} if rows else {}
    return [Part(name, rows, storage.size_of(f"{uri}/{name}")) for name, rows in told.items()]


def _rewrite(batches: Iterable[pa.RecordBatch], uri: str) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for part, rows in zip(batch["part"].to_pylist(), batch["rows"], strict=True):
            name = f"kept-{part}"
            left = _copy(f"{uri}/{part}", f"{uri}/{name}", rows.values.to_numpy(zero_copy_only=False))
            yield pa.RecordBatch.from_pylist([{"part": part, "name": name, "rows": left}], schema=_DONE)


def _copy(source: str, target: str, drops: "np.ndarray[Any, Any]") -> int:
    """Copy a file without some of its rows; how many are left. No file where none is."""
    with storage.open_binary(source) as stream, pq.ParquetFile(stream) as file:
        whole = np.ones(file.metadata.num_rows, dtype=bool)
        whole[drops] = False
        if not whole.any():
            return 0
        with ExitStack() as stack:
            writer, at = open_part(stack, target), 0
            for number in range(file.num_row_groups):
                group = file.read_row_group(number)
                mask, at = whole[at : at + len(group)], at + len(group)
                if mask.any():
                    writer.write_table(group.filter(pa.array(mask)).cast(writer.schema))
    return int(whole.sum())


def write_rows(home: Home, spec: TableSpec, rows: Sequence[tuple[Any, ...]], name: str) -> Part:
    """Rows of the driver as a file in a table's folder."""
    schema = arrow_schema(spec)
    uri = f"{home.table(spec)}/{name}"
    with ExitStack() as stack:
        open_file(stack, uri, schema).write_batch(batch_of(rows, schema))
    return Part(name, len(rows), storage.size_of(uri))
