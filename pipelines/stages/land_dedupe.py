"""Landing's bookkeeping half: what is a duplicate, what was landed before, the account by file."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as sf

from plummer.pipelines import delta
from plummer.pipelines.deliveries import Delivery, load
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import Account, FileAccount
from plummer.pipelines.landing.outcome import DELETED
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import LOADS, RESOURCES

_KEY: Final = ("resource_type", "resource_id", "content_sha256")
_BROADCAST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier landings tell of a delivery.

    Attributes:
        whole: whether this very delivery has been landed.
        site_is_new: whether the site has no resource yet.
        files: units of its files that were landed before, byte for byte under the same path.
    """

    whole: bool
    site_is_new: bool
    files: Mapping[str, int]

    @property
    def account(self) -> Account:
        """Everything read again, all of it duplicate."""
        total = sum(self.files.values())
        return Account(read=total, duplicate=total)


NOTHING: Final = Known(whole=False, site_is_new=True, files=MappingProxyType({}))
"""What is known where nothing was landed yet."""


def files_landed(spark: SparkSession, home: Home, delivery: Delivery) -> Known:
    """Look the delivery's files up in ``identified/loads``."""
    mine = spark.createDataFrame(
        [(file.path, file.sha256) for file in delivery.files], "file string, sha256 string"
    )
    # a load that was cut off has rows but no entry in loads, so the resources are asked, not the loads
    fresh = delta.read(spark, home, RESOURCES).where(sf.col("site") == delivery.site).isEmpty()
    if fresh and delta.read(spark, home, LOADS).isEmpty():
        return NOTHING
    loads = delta.read(spark, home, LOADS)
    loads = loads.where((sf.col("site") == delivery.site) & (sf.col("kind") == delivery.kind))
    found = (
        _of_mapping(home, loads, delivery)
        .join(mine, ["file", "sha256"])
        .groupBy("file")
        .agg(sf.max("read").alias("read"), sf.max(sf.col("load_id") == delivery.delivery_id).alias("same"))
        .collect()
    )
    whole = len(found) == len(delivery.files) and all(row["same"] for row in found)
    return Known(whole, fresh, {row["file"]: row["read"] for row in found})


def _of_mapping(home: Home, loads: DataFrame, delivery: Delivery) -> DataFrame:
    """The loads that were read with the delivery's own mapping: by another one a file is another file."""
    if not delivery.mapping:
        return loads
    same = []
    for row in loads.select("load_id").distinct().collect():
        try:
            same += [row["load_id"]] if load(home, row["load_id"]).mapping == delivery.mapping else []
        except PlummerError:  # no longer registered, so not known to be the same
            continue
    return loads.where(sf.col("load_id").isin(same))


def duplicates(
    spark: SparkSession, home: Home, delivery: Delivery, rows: DataFrame, known: Known
) -> DataFrame:
    """Places of the rows whose type, id and content stand before them or in another load.

    Works on keys only; the first by file, line, entry stays. Rows of this same load don't count, so a
    landing that was cut off comes to the same when it is run again.
    """
    place = sf.struct("file", "line", sf.coalesce("entry", sf.lit(-1)).alias("entry"), "sequence")
    keys = rows.where("reason IS NULL").select(*_KEY, place.alias("place"))
    rank = sf.row_number().over(Window.partitionBy(*_KEY).orderBy("place"))
    later = keys.withColumn("rank", rank).where("rank > 1").select("place")
    if known.site_is_new:
        return later
    others = (
        delta.read(spark, home, RESOURCES)
        .where((sf.col("site") == delivery.site) & (sf.col("load_id") != delivery.delivery_id))
        .select(*_KEY)
    )
    before = keys.join(others, list(_KEY), "left_semi").select("place")
    return later.union(before).distinct()


def without(taken: DataFrame, found: DataFrame, count: int) -> DataFrame:
    """The rows that are none of the ``count`` duplicates found; few or none shuffle no body."""
    if count == 0:
        return taken
    small = sf.broadcast(found) if count <= _BROADCAST_ROWS else found
    places = small.select("place.*").withColumnRenamed("entry", "_entry")
    same = (
        (taken["file"] == places["file"])
        & (taken["line"] == places["line"])
        & (sf.coalesce(taken["entry"], sf.lit(-1)) == places["_entry"])
        & (taken["sequence"] == places["sequence"])
    )
    return taken.join(places, same, "left_anti")


def repeated_keys(rows: DataFrame) -> int:
    """How many ids several rows of a mapped delivery have with different contents; one of each is current."""
    good = rows.where("reason IS NULL AND last_updated IS NULL")
    contents = good.groupBy("resource_type", "resource_id").agg(
        sf.count_distinct("content_sha256").alias("n")
    )
    return int(contents.where("n > 1").count())


def uncarried(rows: DataFrame) -> dict[str, int]:
    """What the mapping of a format couldn't carry, by field."""
    told = rows.where("uncarried IS NOT NULL").select(sf.explode("uncarried").alias("field", "n"))
    counted = told.groupBy("field").agg(sf.sum("n").alias("n")).orderBy("field").collect()
    return {row["field"]: int(row["n"]) for row in counted}


def accounts(
    delivery: Delivery, rows: DataFrame, found: DataFrame, known: Known
) -> tuple[dict[str, FileAccount], dict[str, int]]:
    """The account of every file of the delivery, and refused units by reason; deletions are none."""
    counted = rows.groupBy("file", "reason").count().collect()
    repeated = {row["file"]: row["count"] for row in found.groupBy("place.file").count().collect()}
    reasons: dict[str, int] = {}
    taken: dict[str, int] = {}
    refused: dict[str, int] = {}
    deleted: dict[str, int] = {}
    for file, reason, count in counted:
        side = taken if reason is None else deleted if reason == DELETED else refused
        side[file] = side.get(file, 0) + count
        if side is refused:
            reasons[reason] = reasons.get(reason, 0) + count
    files = {}
    for path in (file.path for file in delivery.files):
        again = known.files.get(path, 0)
        good, bad, twice = taken.get(path, 0), refused.get(path, 0), repeated.get(path, 0)
        gone = deleted.get(path, 0)
        files[path] = FileAccount(again + good + bad + gone, good - twice, again + twice, bad, gone)
    return files, dict(sorted(reasons.items()))
