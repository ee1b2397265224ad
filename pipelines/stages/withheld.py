"""What a policy keeps out of everything after landing, since its encounter was loaded in half."""

from typing import Final

from pyspark.sql import DataFrame, SparkSession

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta_replace import changed, difference
from plummer.pipelines.home import Home
from plummer.schemas.tables import INCOMPLETE

_ID: Final = ("site", "resource_type", "resource_id")


def without_withheld(spark: SparkSession, home: Home, versions: DataFrame) -> DataFrame:
    """Current versions without what is withheld; no more than a look at a log where nothing is.

    Args:
        spark: the session.
        home: the home.
        versions: one row a resource, with the columns of ``identified/resources``.
    """
    if not delta.exists(home, INCOMPLETE) or not delta.row_count(home, INCOMPLETE):
        return versions
    gone = delta.read(spark, home, INCOMPLETE).where("withheld").select(*_ID)
    return versions.join(gone, list(_ID), "left_anti").select(*versions.columns)


def withheld_since(spark: SparkSession, home: Home, base: Base) -> DataFrame:
    """Records (site, type, id) that came to be withheld, or no longer are, since a step's last run."""
    went, came = difference(spark, home, INCOMPLETE, base.of(INCOMPLETE))
    return changed(went.where("withheld"), came.where("withheld"), *_ID)
