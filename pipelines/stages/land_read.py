"""Landing's reading half: files to one row per unit of the account, on the executors."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines.deliveries import Delivery, SourceFile, is_data
from plummer.pipelines.landing.limits import MIB, RANGE
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.landing.parts import GROUP_BYTES, PartWriter
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.scan import scan
from plummer.pipelines.landing.second_opinion import held_to
from plummer.pipelines.landing.tasks import ReadTask, ScanResult, apply_scan, pack, split

_TASK_DDL: Final = (
    "path string, uri string, form string, size bigint, sha256 string, start bigint, end bigint, "
    "before bigint, stripe int, stripes int, verified boolean, refusal string, named int, zone string"
)
_SCAN_DDL: Final = "path string, start bigint, newlines bigint, inside bigint, refusal string"
_ROW_DDL: Final = (
    "file string, line bigint, entry int, sequence int, reason string, bytes bigint, "
    "content_sha256 string, body binary, resource_type string, resource_id string, patient_id string, "
    "version_id string, last_updated string, full_url string, uncarried map<string,bigint>, part string, "
    "row bigint"
)
_ROW_SCHEMA: Final = pa.schema(
    [
        ("file", pa.string()), ("line", pa.int64()), ("entry", pa.int32()), ("sequence", pa.int32()),
        ("reason", pa.string()), ("bytes", pa.int64()), ("content_sha256", pa.string()),
        ("body", pa.binary()), ("resource_type", pa.string()), ("resource_id", pa.string()),
        ("patient_id", pa.string()), ("version_id", pa.string()), ("last_updated", pa.string()),
        ("full_url", pa.string()), ("uncarried", pa.map_(pa.string(), pa.int64())),
        ("part", pa.string()), ("row", pa.int64()),
    ]
)  # fmt: skip
_SCAN_SCHEMA: Final = pa.schema(
    [("path", pa.string()), ("start", pa.int64()), ("newlines", pa.int64()), ("inside", pa.int64()),
     ("refusal", pa.string())]
)  # fmt: skip
_BATCH_BYTES: Final = 4 * MIB
_BATCH_ROWS: Final = 4096
_GROUP_ROWS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bodies of good records go.

    Attributes:
        folder: URI of the table that the workers write them to; "" where nobody needs them.
        site: site of the delivery.
        load_id: the delivery.
    """

    folder: str
    site: str
    load_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How records are read.

    Attributes:
        lookups: the folder of the tables that a mapped delivery's rows ask for (`land_lookups`).
        enforce: whether what fhir.resources has something against is refused.
    """

    lookups: str = ""
    enforce: bool = False


def read_rows(
    spark: SparkSession,
    delivery: Delivery,
    files: Sequence[SourceFile],
    folder: str | None = None,
    reading: Reading = Reading(),
) -> DataFrame:
    """One row per unit of the account: where it is, what it is, its body, or why it was refused.

    Only the list of files and tasks and counts of newlines are on the driver.

    Args:
        spark: the session.
        delivery: what to read.
        files: which of its files.
        folder: the table that workers write good records to as they read, each task into a file of its
            own; "" to write none. Their rows then say ``part`` and ``row`` instead of the body. By
            default rows hold the bodies.
        reading: how its records are read.
    """
    width = spark.sparkContext.defaultParallelism
    tasks = tasks_of(delivery, files)
    tasks = apply_scan(tasks, _scan(spark, [task for task in tasks if task.needs_scan], width), width)
    # fhir.resources takes many times as long with some types as with others of the same size
    frame = _distribute(spark, tasks, width, RANGE if reading.enforce else 4 * RANGE)
    place = None if folder is None else Place(folder, delivery.site, delivery.delivery_id)
    read = partial(_outcomes, mapping=delivery.mapping, reading=reading)
    rows = frame.mapInArrow(partial(_read_batches, read=read, place=place), _ROW_DDL)
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
            file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes, refusal=file.told.refusal,
            zone=delivery.zone,
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


def _distribute(
    spark: SparkSession, tasks: Sequence[ReadTask], width: int, target: int = 4 * RANGE
) -> DataFrame:
    bins = pack(tasks, width, target)
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


def _read_batches(
    batches: Iterable[pa.RecordBatch], read: Callable[[ReadTask], Iterator[Outcome]], place: Place | None
) -> Iterator[pa.RecordBatch]:
    collecting = gc.isenabled()
    gc.disable()  # no record makes a cycle, and the collector would walk all that is held
    try:
        yield from _by_task(batches, read, place)
    finally:
        gc.enable() if collecting else None


def _outcomes(task: ReadTask, mapping: str, reading: Reading) -> Iterator[Outcome]:
    found = read_task(task, mapping, reading.lookups)
    return map(held_to, found) if reading.enforce else found


def _by_task(
    batches: Iterable[pa.RecordBatch], read: Callable[[ReadTask], Iterator[Outcome]], place: Place | None
) -> Iterator[pa.RecordBatch]:
    if place is None or not place.folder:
        for task in _tasks(batches):
            for held in _held(read(task), _BATCH_BYTES, _BATCH_ROWS):
                yield _batch(task.path, held, bodies=place is None)
        return
    name = f"part-{_number():05d}-{place.load_id}.zstd.parquet"
    with PartWriter(place.folder, name, place.site, place.load_id) as writer:
        for task in _tasks(batches):
            for held in _held(read(task), GROUP_BYTES, _GROUP_ROWS):
                yield from _written(task.path, held, writer)


def _number() -> int:
    """Which of its job's tasks this is: one that is run again writes the same file again."""
    context = TaskContext.get()
    return 0 if context is None else int(context.partitionId())


def _written(path: str, held: list[Outcome], writer: PartWriter) -> Iterator[pa.RecordBatch]:
    good = [outcome for outcome in held if outcome.reason is None]
    if good:
        yield _batch(path, good, bodies=False, part=writer.name, first=writer.add(path, good))
    if len(good) < len(held):
        yield _batch(path, [outcome for outcome in held if outcome.reason is not None])


def _held(outcomes: Iterable[Outcome], most: int, rows: int) -> Iterator[list[Outcome]]:
    held: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        held.append(outcome)
        size += outcome.size
        if size > most or len(held) >= rows:
            yield held
            held, size = [], 0
    if held:
        yield held


_PLAIN: Final = _ROW_SCHEMA.names[1:-2]
_FIELDS: Final = attrgetter(*("size" if name == "bytes" else name for name in _PLAIN))


def _batch(
    path: str, held: list[Outcome], *, bodies: bool = True, part: str | None = None, first: int = 0
) -> pa.RecordBatch:
    told = dict(zip(_PLAIN, zip(*map(_FIELDS, held), strict=True), strict=True))
    if not bodies:
        told["body"] = tuple(None if outcome.reason is None else outcome.body for outcome in held)
    told["uncarried"] = (
        tuple(map(_pairs, told["uncarried"])) if any(told["uncarried"]) else (None,) * len(held)
    )
    size = len(held)
    columns = [pa.array(values, _ROW_SCHEMA.field(name).type) for name, values in told.items()]
    rows = pa.nulls(size, pa.int64()) if part is None else pa.array(range(first, first + size))
    parts = pa.nulls(size, pa.string()) if part is None else pa.repeat(part, size)
    return pa.RecordBatch.from_arrays([pa.repeat(path, size), *columns, parts, rows], schema=_ROW_SCHEMA)


def _pairs(counts: Mapping[str, int] | None) -> list[tuple[str, int]] | None:
    return None if counts is None else list(counts.items())
