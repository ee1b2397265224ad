"""The tables that a mapped delivery's rows ask for, made on the executors before the rows are read."""

import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa
from pyspark.sql import SparkSession

from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.home import Home
from plummer.pipelines.landing.lookup_build import Built, LookupFile, build, count_rows
from plummer.pipelines.landing.mapping import read_mapping
from plummer.pipelines.storage import is_local
from plummer.schemas.errors import ExitCode, PlummerError

_DDL: Final = "name string, rows bigint, refused bigint, repeated bigint, refusal string"
_SCHEMA: Final = pa.schema(
    [("name", pa.string()), ("rows", pa.int64()), ("refused", pa.int64()), ("repeated", pa.int64()),
     ("refusal", pa.string())]
)  # fmt: skip
LOOKUP: Final = "lookup:"
LEFT: Final = "left:"


@dataclass(frozen=True, slots=True)
class MadeLookups:
    """What was made.

    Attributes:
        folder: where the tables are, "" where a delivery has none.
        warnings: what was refused of their rows.
        rows: rows of tables that are known and not carried, by table.
    """

    folder: str = ""
    warnings: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    rows: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@contextmanager
def lookups_of(spark: SparkSession, home: Home, delivery: Delivery) -> Iterator[MadeLookups]:
    """Make the lookups of a delivery in the identified zone; they are gone afterwards.

    Raises:
        PlummerError: ``storage_not_local`` or ``lookup_unreadable`` (exit 2).
    """
    wanted, left = _files(delivery), _left(delivery)
    if not wanted:
        yield MadeLookups()
        return
    if not is_local(home.storage):
        message = "a mapping with lookups needs a storage root on a local or a shared file system"
        raise PlummerError("storage_not_local", message, ExitCode.USAGE)
    above = home.folder / "identified" / "lookups"
    shutil.rmtree(above, ignore_errors=True)  # of a run that was killed; a home has one writer
    folder = above / secrets.token_hex(8)  # workers outlive a landing and know its lookups by their path
    above.mkdir(mode=0o700, parents=True)
    folder.mkdir(mode=0o700)
    try:
        built = _build(spark, delivery, wanted | left, folder)
        rows = {one.name.removeprefix(LEFT): one.rows for one in built if one.name in left and one.rows}
        yield MadeLookups(str(folder), _warnings([one for one in built if one.name in wanted]), rows)
    finally:
        shutil.rmtree(above, ignore_errors=True)


def _files(delivery: Delivery) -> dict[str, list[LookupFile]]:
    """The files of each lookup that has some, by the lookup's name."""
    found: dict[str, list[LookupFile]] = {}
    for file in delivery.lookups:
        for lookup in read_mapping(delivery.mapping).lookups_for(file.path):
            form = file.form.removeprefix(LOOKUP)
            found.setdefault(lookup.name, []).append(LookupFile(file.uri, form))
    return found


def _left(delivery: Delivery) -> dict[str, list[LookupFile]]:
    """The files whose rows are only counted, by table."""
    found: dict[str, list[LookupFile]] = {}
    for file in delivery.files if delivery.mapping else ():
        table = read_mapping(delivery.mapping).table_left(file.path)
        if table:
            found.setdefault(LEFT + table, []).append(LookupFile(file.uri, file.form.removeprefix(LEFT)))
    return found


def _build(
    spark: SparkSession, delivery: Delivery, wanted: Mapping[str, list[LookupFile]], folder: Path
) -> list[Built]:
    tasks = [(name, [astuple(file) for file in files]) for name, files in wanted.items()]
    ddl = "name string, files array<struct<uri: string, form: string>>"
    width = min(len(tasks), spark.sparkContext.defaultParallelism)
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, width), ddl, verifySchema=False)
    made = frame.mapInArrow(partial(_build_batches, mapping=delivery.mapping, folder=str(folder)), _DDL)
    return [Built(*row) for row in made.collect()]


def _warnings(built: list[Built]) -> dict[str, int]:
    wrong = sorted((one.name, one.refusal) for one in built if one.refusal)
    if wrong:
        message = "a table that other rows ask for can't be read; the reference says which, and why"
        raise PlummerError("lookup_unreadable", message, ExitCode.USAGE, ": ".join(wrong[0]))
    found = {
        "lookup_rows_refused": sum(one.refused for one in built),
        "lookup_keys_repeated": sum(one.repeated for one in built),
    }
    return {code: count for code, count in found.items() if count}


def _build_batches(batches: Iterable[pa.RecordBatch], mapping: str, folder: str) -> Iterator[pa.RecordBatch]:
    read = read_mapping(mapping)
    lookups = {lookup.name: lookup for lookup in read.lookups}
    for batch in batches:
        for row in batch.to_pylist():
            files = [LookupFile(**file) for file in row["files"]]
            name = row["name"]
            if name.startswith(LEFT):
                built = Built(name, sum(count_rows(file, read) for file in files))
            else:
                built = build(lookups[name], files, read, folder)
            told = dict(zip(_SCHEMA.names, astuple(built), strict=True))
            yield pa.RecordBatch.from_pylist([told], schema=_SCHEMA)
