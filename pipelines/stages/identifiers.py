"""Identifiers that a policy gives a pseudonym which is drawn: found in the records by the scrubber itself.

Only where a rule says ``pseudonymise`` under a profile whose ids are random; then the records are walked once
more for the crosswalk and once more for the scrub stage.
"""

from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.policy import Policy
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import IDENTIFIER
from plummer.pipelines.scrubbing.identifiers import asked_batches, asks
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.merges import merged_records
from plummer.schemas.tables import CROSSWALK

_DDL: Final = "owner string, lookup binary, source string"


def wanted(spark: SparkSession, home: Home, policy: Policy, key: bytes, owner: f.Column) -> DataFrame | None:
    """Every identifier that the policy asks for: owner, lookup, source; None where it asks for none.

    Args:
        spark: the session.
        home: the home, with index and merges.
        policy: the policy in force.
        key: subkey of purpose ``lookup``.
        owner: the column that says whose compartment a record is in.
    """
    if policy.profile != "safe_harbor" or not asks(policy):
        return None
    records = merged_records(spark, home, current(spark, home)).select(owner.alias("owner"), "site", "body")
    return records.mapInArrow(partial(asked_batches, policy=policy, key=key), _DDL)


def targets(found: DataFrame) -> DataFrame:
    """Rows for the crosswalk to draw: lookup, kind, source."""
    return found.groupBy("lookup").agg(f.lit(IDENTIFIER).alias("kind"), f.min("source").alias("source"))


def context_rows(spark: SparkSession, home: Home, found: DataFrame, *, domain: str, epoch: int) -> DataFrame:
    """Owner, lookup and pseudonym (value) of each identifier in an owner's compartment."""
    drawn = (
        delta.read(spark, home, CROSSWALK)
        .where((f.col("domain") == domain) & (f.col("epoch") == epoch) & (f.col("kind") == IDENTIFIER))
        .select("lookup", f.col("pseudonym").alias("value"))
    )
    return found.select("owner", "lookup").distinct().join(drawn, "lookup").select("owner", "lookup", "value")
