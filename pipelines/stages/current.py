"""Which version of each resource is the current one.

The highest versionId as an integer, then the latest lastUpdated, then the highest content hash, so
that the answer never depends on the order in which deliveries came.
"""

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as sf

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.stages.deletions import without_deleted
from plummer.pipelines.stages.withheld import without_withheld
from plummer.schemas.tables import RESOURCES

_ID: Final = ("site", "resource_type", "resource_id")
_PERSONS: Final = ("Patient", "RelatedPerson", "Practitioner", "Person")
_BROADCAST_ROWS: Final = 1_000_000


def current(spark: SparkSession, home: Home) -> DataFrame:
    """Current versions of ``identified/resources`` that aren't deleted or withheld, with its columns.

    Versions are compared on key columns only, and bodies are not shuffled unless more than a million
    are superseded.
    """
    return without_withheld(spark, home, standing_versions(spark, home))


def standing_versions(spark: SparkSession, home: Home) -> DataFrame:
    """Current versions that weren't deleted, those that a policy withholds among them."""
    return without_deleted(spark, home, current_versions(delta.read(spark, home, RESOURCES)))


def current_and_former(spark: SparkSession, home: Home) -> tuple[DataFrame, DataFrame | None]:
    """What `current` gives, and the superseded versions of the persons in it.

    A name that a person had is a name still: notes written then have it. None where no resource has more
    than one version, which costs no further job.
    """
    resources = delta.read(spark, home, RESOURCES)
    versions = current_versions(resources)
    standing = without_withheld(spark, home, without_deleted(spark, home, versions))
    if versions is resources:
        return standing, None
    keys = standing.where(sf.col("resource_type").isin(*_PERSONS)).select(
        *_ID, sf.col("content_sha256").alias("_current")
    )
    older = resources.join(keys, list(_ID)).where("content_sha256 <> _current")
    return standing, older.select(*resources.columns)


def current_versions(resources: DataFrame) -> DataFrame:
    """The rows that no other row of the same site, type and id supersedes."""
    # every step asks for these of the same files, and Spark finds the kept answer by the same plan
    superseded = _superseded(resources).persist()
    count = superseded.count()
    if count == 0:
        return resources
    small = sf.broadcast(superseded) if count <= _BROADCAST_ROWS else superseded
    return resources.join(small, [*_ID, "content_sha256"], "left_anti").select(*resources.columns)


def subject_of_record() -> Column:
    """SITE/ID of the patient whose compartment a row is in, a Patient's own too; null where there is none."""
    patient = sf.when(sf.col("resource_type") == "Patient", sf.concat_ws("/", "site", "resource_id"))
    return sf.coalesce("patient_key", patient)


def source_of_record() -> Column:
    """SITE/Type/id of a row of ``identified/resources``, as `source` of the index has it."""
    return sf.concat_ws("/", "site", "resource_type", "resource_id")


def owner_of_record() -> Column:
    """The owner of a row of ``identified/resources``, as `plummer.pipelines.index.rows` has it."""
    shared = sf.crc32(source_of_record()) % 64
    return sf.coalesce(subject_of_record(), sf.concat(sf.lit(SHARED), sf.lpad(shared.cast("string"), 2, "0")))


def _superseded(resources: DataFrame) -> DataFrame:
    keys = resources.select(*_ID, "content_sha256", "version_id", "last_updated")
    several = keys.groupBy(*_ID).count().where("count > 1").drop("count")
    rank = sf.row_number().over(
        Window.partitionBy(*_ID).orderBy(
            # plain numbers only: a cast that fails would put the value into an error's text
            sf.expr("try_cast(version_id AS DECIMAL(38,0))").desc_nulls_last(),
            sf.expr("try_cast(last_updated AS TIMESTAMP_LTZ)").desc_nulls_last(),
            sf.desc("content_sha256"),
        )
    )
    ranked = keys.join(several, list(_ID)).withColumn("rank", rank)
    return ranked.where("rank > 1").select(*_ID, "content_sha256")
