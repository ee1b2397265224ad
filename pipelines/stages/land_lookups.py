"""The tables that a mapped delivery's rows ask for, made on the executors before the rows are read."""

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
from plummer.pipelines.landing.lookup_build import Built, LookupFile, build
from plummer.pipelines.landing.mapping import read_mapping
from plummer.pipelines.storage import is_local
from plummer.schemas.errors import ExitCode, PlummerError

_DDL: Final = "name string, rows bigint, refused bigint, repeated bigint, refusal string"
_SCHEMA: Final = pa.schema(
    [("name", pa.string()), ("rows", pa.int64()), ("refused", pa.int64()), ("repeated", pa.int64()),
     ("refusal", pa.string())]
)  # fmt: skip
LOOKUP: Final = "lookup:"


@dataclass(frozen=True, slots=True)
class MadeLookups:
    """Where they are, "" where a delivery has none, and the warnings that come of making them."""

    folder: str = ""
    warnings: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@contextmanager
def lookups_of(spark: SparkSession, home: Home, delivery: Delivery) -> Iterator[MadeLookups]:
    """Make the lookups of a delivery in the identified zone; they are gone afterwards.

    Raises:
        PlummerError: ``storage_not_local`` or ``lookup_unreadable`` (exit 2).
    """
    wanted = _files(delivery)
    if not wanted:
        yield MadeLookups()
        return
    if not is_local(home.storage):
        message = "a mapping with lookups needs a storage root on a local or a shared file system"
        raise PlummerError("storage_not_local", message, ExitCode.USAGE)
    folder = home.folder / "identified" / "lookups"
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed; a home has one writer
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield MadeLookups(str(folder), _build(spark, delivery, wanted, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _files(delivery: Delivery) -> dict[str, list[LookupFile]]:
    """The files of each lookup that has some, by the lookup's name."""
    found: dict[str, list[LookupFile]] = {}
    for file in delivery.lookups:
        for lookup in read_mapping(delivery.mapping).lookups_for(file.path):
            form = file.form.removeprefix(LOOKUP)
            found.setdefault(lookup.name, []).append(LookupFile(file.uri, form))
    return found


def _build(
    spark: SparkSession, delivery: Delivery, wanted: Mapping[str, list[LookupFile]], folder: Path
) -> dict[str, int]:
    tasks = [(name, [astuple(file) for file in files]) for name, files in wanted.items()]
    ddl = "name string, files array<struct<uri: string, form: string>>"
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, len(tasks)), ddl, verifySchema=False)
    made = frame.mapInArrow(partial(_build_batches, mapping=delivery.mapping, folder=str(folder)), _DDL)
    built = [Built(*row) for row in made.collect()]
    wrong = sorted(one.name for one in built if one.refusal)
    if wrong:
        message = "a table that other rows ask for can't be read; what is wrong with it is in the reference"
        reason = next(one.refusal for one in built if one.refusal)
        raise PlummerError("lookup_unreadable", message, ExitCode.USAGE, f"{wrong[0]}: {reason}")
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
            built = build(lookups[row["name"]], files, read, folder)
            told = dict(zip(_SCHEMA.names, astuple(built), strict=True))
            yield pa.RecordBatch.from_pylist([told], schema=_SCHEMA)
