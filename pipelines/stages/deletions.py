"""What deletions take out of the current versions: the resources they name, and all of a deleted patient's.

https://hl7.org/fhir/uv/bulkdata/export.html: a server tells in ``deleted`` what was removed since. Whether a
version came after a deletion is decided by what both say of themselves, never by the order of deliveries:
by version numbers where both have one, else by times where both have one; otherwise the deletion stands.
"""

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.schemas.tables import DELETIONS

_ID: Final = ("site", "resource_type", "resource_id")


def any_deletion(home: Home) -> bool:
    """Whether the home was ever told of a deletion; read from the table's log, without a Spark job."""
    return delta.exists(home, DELETIONS) and delta.row_count(home, DELETIONS) > 0


def without_deleted(spark: SparkSession, home: Home, versions: DataFrame) -> DataFrame:
    """Current versions without what was deleted; no more than a look at a log where nothing was.

    Of a deleted patient who wasn't made anew the whole compartment goes, whatever its own times say.

    Args:
        spark: the session.
        home: the home.
        versions: one row a resource, with the columns of ``identified/resources``.
    """
    if not any_deletion(home):
        return versions
    told = delta.read(spark, home, DELETIONS).select(
        *_ID, sf.col("version_id").alias("_version"), sf.col("deleted_at").alias("_time")
    )
    keys = versions.select(*_ID, "version_id", "last_updated")
    # few against the records, and every step asks for them more than once by the same plan
    gone = keys.join(told, list(_ID)).where(~_came_after()).select(*_ID).distinct().persist()
    left = versions.join(gone, list(_ID), "left_anti").select(*versions.columns)
    patients = told.where("resource_type = 'Patient'").select("site", "resource_id").distinct()
    living = left.where("resource_type = 'Patient'").select("site", "resource_id")
    dead = patients.join(living, ["site", "resource_id"], "left_anti")
    owners = dead.select(sf.concat_ws("/", "site", "resource_id").alias("_owner")).persist()
    return left.join(owners, sf.col("patient_key") == sf.col("_owner"), "left_anti")


def _came_after() -> Column:
    # plain numbers and times only: a cast that fails would put the value into an error's text
    versions = sf.expr("try_cast(version_id AS DECIMAL(38,0)) > try_cast(_version AS DECIMAL(38,0))")
    times = sf.expr("try_cast(last_updated AS TIMESTAMP_LTZ) > try_cast(_time AS TIMESTAMP_LTZ)")
    return sf.coalesce(versions, times, sf.lit(False))
