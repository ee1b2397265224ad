"""Landing's reading half: files to one row per unit of the account, on the executors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines.deliveries import Delivery, SourceFile, is_data
from plummer.pipelines.landing.limits import MIB
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.scan import scan
from plummer.pipelines.landing.tasks import ReadTask, ScanResult, apply_scan, pack, split

_TASK_DDL: Final = (
    "path string, uri string, form string, size bigint, sha256 string, start bigint, end bigint, "
    "before bigint, stripe int, stripes int, verified boolean, refusal string, named int"
)
_SCAN_DDL: Final = "path string, start bigint, newlines bigint, inside bigint, refusal string"
_ROW_DDL: Final = (
    "file string, line bigint, entry int, sequence int, reason string, bytes bigint, "
    "content_sha256 string, body binary, resource_type string, resource_id string, patient_id string, "
    "version_id string, last_updated string, full_url string, uncarried map<string,bigint>"
)
_ROW_SCHEMA: Final = pa.schema(
    [
        ("file", pa.string()), ("line", pa.int64()), ("entry", pa.int32()), ("sequence", pa.int32()),
        ("reason", pa.string()), ("bytes", pa.int64()), ("content_sha256", pa.string()),
        ("body", pa.binary()), ("resource_type", pa.string()), ("resource_id", pa.string()),
        ("patient_id", pa.string()), ("version_id", pa.string()), ("last_updated", pa.string()),
        ("full_url", pa.string()), ("uncarried", pa.map_(pa.string(), pa.int64())),
    ]
)  # fmt: skip
_SCAN_SCHEMA: Final = pa.schema(
    [("path", pa.string()), ("start", pa.int64()), ("newlines", pa.int64()), ("inside", pa.int64()),
     ("refusal", pa.string())]
)  # fmt: skip
_BATCH_BYTES: Final = 4 * MIB
_BATCH_ROWS: Final = 4096


def read_rows(spark: SparkSession, delivery: Delivery, files: Sequence[SourceFile]) -> DataFrame:
    """One row per unit of the account: where it is, what it is, its body, or why it was refused.

    Only the list of files and tasks and counts of newlines are on the driver.
    """
    width = spark.sparkContext.defaultParallelism
    tasks = tasks_of(delivery, files)
    tasks = apply_scan(tasks, _scan(spark, [task for task in tasks if task.needs_scan], width), width)
    frame = _distribute(spark, tasks, width)
    rows = frame.mapInArrow(partial(_read_batches, mapping=delivery.mapping), _ROW_DDL)
    return rows.select(
        sf.lit(delivery.site).alias("site"),
        sf.lit(delivery.delivery_id).alias("load_id"),
        sf.concat(sf.lit(f"{delivery.site}/"), "patient_id").alias("patient_key"),
        *rows.columns,
    )


def tasks_of(delivery: Delivery, files: Sequence[SourceFile]) -> list[ReadTask]:
    """What is to be read of some files of a delivery; of its manifests, what they name and can't be taken."""
    tasks = [
        ReadTask(
            file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes, refusal=file.told.refusal
        )
        for file in files
        if is_data(file.form) or file.form == "other"
    ]  # fmt: skip
    here = {file.path: file for file in files}
    tasks += [
        ReadTask(
            notice.path, "", "manifest", 0, here[notice.path].sha256, 0, 0, refusal=notice.reason,
            named=notice.ordinal,
        )
        for notice in delivery.notices
        if notice.path in here
    ]  # fmt: skip
    return split(tasks)


def _scan(spark: SparkSession, tasks: Sequence[ReadTask], width: int) -> list[ScanResult]:
    if not tasks:
        return []
    found = _distribute(spark, tasks, width).mapInArrow(_scan_batches, _SCAN_DDL).collect()
    return [ScanResult(*row) for row in found]


def _distribute(spark: SparkSession, tasks: Sequence[ReadTask], width: int) -> DataFrame:
    bins = pack(tasks, width)
    rows = spark.sparkContext.parallelize([[astuple(task) for task in part] for part in bins], len(bins))
    return spark.createDataFrame(rows.flatMap(list), _TASK_DDL, verifySchema=False)


def _tasks(batches: Iterable[pa.RecordBatch]) -> Iterator[ReadTask]:
    for batch in batches:
        for row in batch.to_pylist():
            yield ReadTask(**row)


def _scan_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for task in _tasks(batches):
        yield pa.RecordBatch.from_pylist([_as_dict(scan(task))], schema=_SCAN_SCHEMA)


def _as_dict(result: ScanResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in _SCAN_SCHEMA.names}


def _read_batches(batches: Iterable[pa.RecordBatch], mapping: str) -> Iterator[pa.RecordBatch]:
    for task in _tasks(batches):
        yield from _batched(task.path, read_task(task, mapping))


def _batched(path: str, outcomes: Iterable[Outcome]) -> Iterator[pa.RecordBatch]:
    held: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        held.append(outcome)
        size += outcome.size
        if size > _BATCH_BYTES or len(held) >= _BATCH_ROWS:
            yield _batch(path, held)
            held, size = [], 0
    if held:
        yield _batch(path, held)


def _batch(path: str, held: list[Outcome]) -> pa.RecordBatch:
    columns = [pa.repeat(path, len(held)), *(_column(held, name) for name in _ROW_SCHEMA.names[1:])]
    return pa.RecordBatch.from_arrays(columns, schema=_ROW_SCHEMA)


def _column(held: list[Outcome], name: str) -> pa.Array:
    attribute = "size" if name == "bytes" else name
    values = [getattr(outcome, attribute) for outcome in held]
    if name == "uncarried":
        values = [None if value is None else list(value.items()) for value in values]
    return pa.array(values, _ROW_SCHEMA.field(name).type)
