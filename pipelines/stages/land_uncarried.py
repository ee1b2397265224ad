"""What a mapped format can't carry, kept by file, so that a retry of some files can set the sums right."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines import delta
from plummer.pipelines.delta import Transaction
from plummer.pipelines.home import Home
from plummer.schemas.tables import UNCARRIED

LOOKUPS = ""
"""In the place of a file: rows of the tables that a delivery's rows ask for."""


def by_file(rows: DataFrame, load_id: str) -> DataFrame:
    """Rows of ``identified/uncarried`` of what was read (`plummer.pipelines.stages.land_read`)."""
    told = rows.where("uncarried IS NOT NULL").select("file", sf.explode("uncarried").alias("field", "n"))
    sums = told.groupBy("file", "field").agg(sf.sum("n").alias("n"))
    return sums.select(sf.lit(load_id).alias("load_id"), "file", "field", "n")


def write(home: Home, rows: DataFrame, load_id: str, transaction: Transaction) -> None:
    """Add what a landing left behind; nothing of it is in a table where it left nothing."""
    delta.append(home, UNCARRIED, by_file(rows, load_id).coalesce(1), transaction)


def write_lookups(
    spark: SparkSession, home: Home, left: Mapping[str, int], load_id: str, transaction: Transaction
) -> None:
    """Add the rows of lookups that a landing left behind."""
    rows = [(load_id, LOOKUPS, field, n) for field, n in sorted(left.items())]
    delta.append(home, UNCARRIED, spark.createDataFrame(rows, UNCARRIED.ddl).coalesce(1), transaction)


def is_kept(spark: SparkSession, home: Home, load_id: str, told: Mapping[str, int]) -> bool:
    """Whether all that a landing told of what it left behind is in the table.

    Args:
        spark: the session.
        home: the home.
        load_id: the delivery.
        told: what its landing told; one of an earlier version kept nothing by file.
    """
    return not told or (delta.exists(home, UNCARRIED) and not _of_load(spark, home, load_id).isEmpty())


def set_files(spark: SparkSession, home: Home, load_id: str, files: Sequence[str], rows: DataFrame) -> None:
    """Put what was read now in the place of what some files of a load left behind."""
    new = by_file(rows, load_id)
    there = delta.exists(home, UNCARRIED)
    if not there and new.isEmpty():
        return
    whole = delta.read(spark, home, UNCARRIED) if there else delta.nothing(spark, UNCARRIED.ddl)
    theirs = (sf.col("load_id") == load_id) & sf.col("file").isin(list(files))
    delta.overwrite(home, UNCARRIED, whole.where(~theirs).unionByName(new).coalesce(1))


def of_load(spark: SparkSession, home: Home, load_id: str) -> dict[str, int]:
    """What a load left behind, by field."""
    if not delta.exists(home, UNCARRIED):
        return {}
    sums = _of_load(spark, home, load_id).groupBy("field").agg(sf.sum("n").alias("n"))
    return {row["field"]: int(row["n"]) for row in sums.orderBy("field").collect()}


def _of_load(spark: SparkSession, home: Home, load_id: str) -> DataFrame:
    return delta.read(spark, home, UNCARRIED).where(sf.col("load_id") == load_id)
