"""Reading and writing the tables of `plummer.schemas.tables` through Delta."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyspark.sql import DataFrame, DataFrameWriter, SparkSession
from pyspark.sql.types import StructType

from plummer.pipelines.delta_commit import Part, commit, committed, properties
from plummer.pipelines.delta_log import files, latest_version, log_sha256, standing, version_and_rows
from plummer.pipelines.delta_write import write_parts
from plummer.pipelines.home import Home
from plummer.pipelines.storage import is_local, local_path
from plummer.schemas.tables import TableSpec

# Spark takes the name of a file for a pattern
_GLOB: Final = re.compile(r"[\\\[\]{}*?]")


@dataclass(frozen=True, slots=True)
class TableRef:
    """What one stage hands to the next: a table at a version, never rows.

    Attributes:
        path: table path below the storage root, e.g. ``timeline/events``.
        version: Delta version that was written.
        rows: number of rows at that version.
        log: hash over its log up to that version, empty where nobody asked.
    """

    path: str
    version: int
    rows: int
    log: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Makes an append idempotent: Delta skips a (app, version) that it has seen."""

    app: str
    version: int = 1


def read(spark: SparkSession, home: Home, spec: TableSpec, version: int | None = None) -> DataFrame:
    """A table as a DataFrame with its contract's columns, at a version or the latest."""
    return read_uri(spark, home.table(spec), spec, version)


def read_uri(spark: SparkSession, uri: str, spec: TableSpec, version: int | None = None) -> DataFrame:
    """A table at a URI, as `read`.

    On a local disk the log's commits name the files and Spark reads them as Parquet: Delta's own reader
    plans several jobs to learn the same, a fifth of a small run's time. Our tables have neither
    partitions nor deletion vectors nor mapped columns, and what reads them reads them whole.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where there is no such version.
    """
    if is_local(uri):
        return read_files(spark, spec, files(uri, version))
    reader = spark.read.format("delta")
    return (reader if version is None else reader.option("versionAsOf", version)).load(uri)


def read_files(spark: SparkSession, spec: TableSpec, uris: Sequence[str]) -> DataFrame:
    """Some files of a table, by the URIs that its log gives them."""
    names = [_GLOB.sub(r"\\\g<0>", for_spark(file)) for file in uris]
    schema = StructType.fromDDL(spec.ddl)
    return spark.read.schema(schema).parquet(*names) if names else nothing(spark, spec.ddl)


def nothing(spark: SparkSession, ddl: str) -> DataFrame:
    """A DataFrame without rows that the planner knows to have none: what is joined with it costs no job."""
    columns = StructType.fromDDL(ddl).fields
    return (
        spark.range(1)
        .where("false")
        .selectExpr(*(f"cast(null as {c.dataType.simpleString()}) as `{c.name}`" for c in columns))
    )


def row_count(home: Home, spec: TableSpec) -> int:
    """Rows of a table's latest version, from its log."""
    return version_and_rows(home.table(spec))[1]


def exists(home: Home, spec: TableSpec) -> bool:
    """Whether the table has been created."""
    return latest_version(home.table(spec)) >= 0


def current_version(home: Home, spec: TableSpec) -> int:
    """Latest version of a table."""
    return latest_version(home.table(spec))


def create(uri: str, spec: TableSpec) -> None:
    """Create a table at a URI if it isn't there.

    Statistics are limited to the contract's columns before the first write: Delta's log would
    otherwise hold minima and maxima of names and numbers in clear (trust.md surface 3).
    """
    if latest_version(uri) < 0:
        commit(uri, spec, [], "create")


def append(home: Home, spec: TableSpec, rows: DataFrame, transaction: Transaction) -> TableRef:
    """Append rows once; the same transaction again changes nothing."""
    uri = home.table(spec)
    if not committed(uri, transaction.app, transaction.version):
        parts = write_parts(conform(spec, rows), uri)
        commit(uri, spec, parts, transaction.app, number=transaction.version)
    return ref(uri, spec)


def adopt(home: Home, spec: TableSpec, parts: Sequence[Part], transaction: Transaction) -> TableRef:
    """Append Parquet files that are in the table's folder already, once."""
    uri = home.table(spec)
    commit(uri, spec, parts, transaction.app)
    return ref(uri, spec)


def overwrite(home: Home, spec: TableSpec, rows: DataFrame) -> TableRef:
    """Replace a table's rows in one commit."""
    return exchange(home, spec, write_parts(conform(spec, rows), home.table(spec)))


def exchange(home: Home, spec: TableSpec, parts: Sequence[Part]) -> TableRef:
    """Replace a table's files by others that are in its folder already, in one commit."""
    uri = home.table(spec)
    latest = latest_version(uri)
    commit(uri, spec, parts, gone=list(standing(uri, latest).values()) if latest >= 0 else [])
    return ref(uri, spec)


def write_fresh(uri: str, spec: TableSpec, rows: DataFrame) -> None:
    """Write a new table whose only version is 0, as a release wants it."""
    _writer(conform(spec, rows), spec).mode("errorifexists").save(for_spark(uri))


def conform(spec: TableSpec, rows: DataFrame) -> DataFrame:
    """The contract's columns in its order, cast to its types.

    A cast that fails raises under ANSI and its message would name the value, so callers hand over
    columns of the right type; this only widens nullability and orders.
    """
    schema = StructType.fromDDL(spec.ddl)
    casts = (f"cast(`{f.name}` as {f.dataType.simpleString()}) as `{f.name}`" for f in schema.fields)
    return rows.selectExpr(*casts)


def _writer(rows: DataFrame, spec: TableSpec) -> DataFrameWriter:
    return rows.write.format("delta").options(**properties(spec))


def for_spark(uri: str) -> str:
    """A URI as Spark takes it: Hadoop would make a percent-encoded blank part of the file's name."""
    return f"file://{local_path(uri)}" if is_local(uri) else uri


def ref(uri: str, spec: TableSpec) -> TableRef:
    """A table's latest version and rows, read from its log: no Spark job."""
    version, rows = version_and_rows(uri)
    return TableRef(spec.path, version, rows, log_sha256(uri, version))
