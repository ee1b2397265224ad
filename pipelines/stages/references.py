"""References of the de-identified zone that lead nowhere; there must be none (D-25)."""

from typing import Final

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.schemas.tables import DEID_RESOURCES, EVENTS

_REFERENCE: Final = r'"reference":"([A-Za-z]+/[A-Za-z0-9.\-]+)"'


def dangling(spark: SparkSession, home: Home) -> int:
    """References and events' sources whose target isn't among the scrubbed resources."""
    resources = delta.read(spark, home, DEID_RESOURCES)
    present = resources.select(f.concat_ws("/", "resource_type", "resource_id").alias("target"))
    named = resources.select(f.explode(f.regexp_extract_all("body", f.lit(_REFERENCE), 1)).alias("target"))
    sources = delta.read(spark, home, EVENTS).select(
        f.concat_ws("/", "source_table", "source_id").alias("target")
    )
    return int(named.union(sources).distinct().join(present, "target", "left_anti").count())
