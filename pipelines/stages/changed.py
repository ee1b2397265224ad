"""Whom a delivery concerns: owners of records that came, went or moved, and of merges that changed.

All of it is told by the difference of table versions; an owner too many costs time, an owner too few would
leave something stale, so doubt takes them in.
"""

from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta_replace import KEY, changed, difference
from plummer.pipelines.home import Home
from plummer.pipelines.stages.current import owner_of_record
from plummer.pipelines.stages.merges import survivors
from plummer.pipelines.stages.withheld import withheld_since
from plummer.schemas.tables import DELETIONS, INCOMPLETE, MERGES, RESOURCES

_ID = ["site", "resource_type", "resource_id"]


def owners_of_records(spark: SparkSession, home: Home, base: Base) -> DataFrame:
    """Owners, under each record's own patient, of every record of which something was landed since.

    The owners of older versions too, since a record may have moved from one patient to another. A deletion
    of a Patient names their whole compartment. What a policy withholds since, or no longer, counts as landed.
    """
    _, came = difference(spark, home, RESOURCES, base.of(RESOURCES))
    _, told = difference(spark, home, DELETIONS, base.of(DELETIONS))
    named = came.select(*_ID).unionByName(told.select(*_ID))
    if base.of(INCOMPLETE) != delta.current_version(home, INCOMPLETE):
        named = named.unionByName(withheld_since(spark, home, base))
    records = delta.read(spark, home, RESOURCES).select(*_ID, "patient_key")
    owned = records.join(f.broadcast(named.distinct()), _ID).select(owner_of_record().alias(KEY))
    patients = told.where("resource_type = 'Patient'").select(
        f.concat_ws("/", "site", "resource_id").alias(KEY)
    )
    return owned.unionByName(patients).distinct()


def moved(spark: SparkSession, home: Home, base: Base) -> DataFrame:
    """Records that belong to another subject than before, and the subjects on both sides."""
    if base.of(MERGES) == delta.current_version(home, MERGES):
        return delta.nothing(spark, f"{KEY} string")
    old, new = survivors(spark, home, base.of(MERGES)), survivors(spark, home)
    differ = changed(old, new, "patient_key", "survivor")
    return union(differ.select(f.col("patient_key").alias(KEY)), differ.select(f.col("survivor").alias(KEY)))


def subjects_of(spark: SparkSession, home: Home, base: Base, owners: DataFrame) -> DataFrame:
    """Owners with the subjects that they were part of and are part of now."""
    if not delta.exists(home, MERGES):
        return owners
    of = [survivors(spark, home, base.of(MERGES)), survivors(spark, home)]
    named = [one.withColumnRenamed("patient_key", KEY).join(owners, KEY) for one in of]
    return union(owners, *(one.select(f.col("survivor").alias(KEY)) for one in named))


def records_of(spark: SparkSession, home: Home, base: Base, subjects: DataFrame) -> DataFrame:
    """Subjects with the records that were part of them and are part of them now."""
    if not delta.exists(home, MERGES):
        return subjects
    of = [survivors(spark, home, base.of(MERGES)), survivors(spark, home)]
    named = [one.join(subjects.withColumnRenamed(KEY, "survivor"), "survivor") for one in of]
    return union(subjects, *(one.select(f.col("patient_key").alias(KEY)) for one in named))


def union(*parts: DataFrame) -> DataFrame:
    """Keys of several kinds, distinct."""
    return reduce(DataFrame.unionByName, parts).distinct()


def among(rows: DataFrame, column: str | f.Column, keys: DataFrame) -> DataFrame:
    """The rows whose column is one of the keys."""
    named = rows.withColumn(KEY, f.col(column) if isinstance(column, str) else column)
    return named.join(keys, KEY, "left_semi").drop(KEY)
