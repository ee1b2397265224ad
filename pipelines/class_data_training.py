"""The training run of `class_data`: one small pass over what the main job asks of Spark and Delta."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as f

from plummer.pipelines.session import open_session
from plummer.pipelines.spark_settings import SparkSettings


def train(scratch: Path) -> None:
    """Write, append to, read, join, count and hash small Delta tables.

    Args:
        scratch: an empty folder; everything is written below it.
    """
    spark = open_session(scratch / "session", SparkSettings(small=True))
    table = str(scratch / "table")
    rows = _rows(spark)
    rows.write.format("delta").option("delta.checkpointInterval", "2").save(table)
    for _ in range(3):
        rows.write.format("delta").mode("append").save(table)
    rows.where("id > 5").write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(table)
    read = spark.read.format("delta").load(table)
    _ask(read, rows)
    _texts(spark, scratch)
    spark.stop()


def _rows(spark: SparkSession) -> DataFrame:
    columns = ("id", "cast(id as string) as name", "map('a', id) as counts", "array('x', 'y') as words",
               "timestamp_ntz'2020-01-01 00:00:00' as time", "cast(id as decimal(38, 9)) as value",
               "array(map('k', 1)) as maps", "cast('z' as binary) as blob")  # fmt: skip
    local = spark.createDataFrame([(1, "a", True), (2, None, False)], "n int, text string, flag boolean")
    return spark.range(20).selectExpr(*columns).join(local, f.col("id") == f.col("n"), "left")


def _same(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


def _ask(read: DataFrame, rows: DataFrame) -> None:
    kept = read.persist()
    kept.mapInArrow(_same, kept.schema).agg(f.count("*"), f.sum("id"), f.max("name")).first()
    hashed = kept.select(f.sha2(f.to_json(f.struct("name", "time", "value")), 256).alias("digest"))
    buckets = hashed.groupBy(f.substring("digest", 1, 3).alias("b"))
    buckets.agg(f.sha2(f.concat_ws("", f.sort_array(f.collect_list("digest"))), 256)).orderBy("b").collect()
    ordered = Window.partitionBy("name").orderBy("time", "id")
    kept.withColumn("seq", f.row_number().over(ordered)).where("seq = 1").count()
    kept.join(rows, "name", "left_anti").select(f.explode("counts")).groupBy("key").count().collect()
    kept.unionByName(rows).dropDuplicates(["id"]).where(f.col("name").rlike("^[0-9]+$")).count()
    kept.groupBy("name").applyInArrow(lambda table: table, kept.schema).count()
    kept.unpersist()


def _texts(spark: SparkSession, scratch: Path) -> None:
    lines = scratch / "lines"
    spark.range(5).select(f.to_json(f.struct("id")).alias("value")).write.text(str(lines))
    spark.read.format("binaryFile").load(str(lines)).select("length").collect()
    spark.read.text(str(lines)).repartition(2).rdd.map(len).sum()


if __name__ == "__main__":
    train(Path(sys.argv[1]))
