"""Landing's bookkeeping half: what is a duplicate, what was landed before, the account by file."""

from collections import Counter
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


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier landings tell of a delivery.

    Attributes:
        whole: whether this very delivery has been landed.
        site_is_new: whether the site has no resource yet.
        files: units of its files that were landed before, byte for byte under the same path.
        refused: those of which something was refused then.
    """

    whole: bool
    site_is_new: bool
    files: Mapping[str, int]
    refused: frozenset[str] = frozenset()

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
        .agg(
            sf.max("read").alias("read"),
            sf.max("quarantined").alias("quarantined"),
            sf.max(sf.col("load_id") == delivery.delivery_id).alias("same"),
        )
        .collect()
    )
    whole = len(found) == len(delivery.files) and all(row["same"] for row in found)
    refused = frozenset(row["file"] for row in found if row["quarantined"])
    return Known(whole, fresh, {row["file"]: row["read"] for row in found}, refused)


def _of_mapping(home: Home, loads: DataFrame, delivery: Delivery) -> DataFrame:
    """The loads that were read with the delivery's own mapping and lookups: by another a file is another."""
    if not delivery.mapping:
        return loads
    same, asked = [], _contents(delivery)
    for row in loads.select("load_id").distinct().collect():
        try:
            other = load(home, row["load_id"])
            alike = other.mapping == delivery.mapping and _contents(other) == asked
            same += [row["load_id"]] if alike else []
        except PlummerError:  # no longer registered, so not known to be the same
            continue
    return loads.where(sf.col("load_id").isin(same))


def _contents(delivery: Delivery) -> list[tuple[str, str]]:
    """The tables that a delivery's rows ask for, by path and content."""
    return sorted((file.path, file.sha256) for file in delivery.lookups)


def duplicates(
    spark: SparkSession, home: Home, delivery: Delivery, rows: DataFrame, known: Known
) -> DataFrame | None:
    """Places of the rows whose type, id and content stand before them or in another load.

    Works on keys only; the first by file, line, entry stays. Rows of this same load don't count, so a
    landing that was cut off comes to the same when it is run again.

    Returns:
        The places: file, line, entry (-1 for none), sequence, and part and row of the written file. None
            where there is none, which is found without sorting.
    """
    entry = sf.coalesce("entry", sf.lit(-1)).alias("entry")
    place = sf.struct("file", "line", entry, "sequence", "part", "row")
    good = rows.where("reason IS NULL")
    if known.site_is_new and good.groupBy("content_sha256").count().where("count > 1").isEmpty():
        return None
    keys = good.select(*_KEY, place.alias("place"))
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


def repeated_keys(rows: DataFrame) -> int:
    """How many ids rows of a mapped delivery have with several contents of one time; one is current."""
    contents = (
        rows.where("reason IS NULL")
        .groupBy("resource_type", "resource_id", "last_updated")
        .agg(sf.count_distinct("content_sha256").alias("n"))
    )
    return int(contents.where("n > 1").count())


def unknown_subjects(spark: SparkSession, home: Home, delivery: Delivery, rows: DataFrame) -> int:
    """How many records name a Patient that neither the delivery nor its site has; they wait for it."""
    good = rows.where("reason IS NULL")
    persons = good.where("resource_type = 'Patient'").select(sf.col("resource_id").alias("patient_id"))
    if delta.exists(home, RESOURCES):
        before = delta.read(spark, home, RESOURCES).where("resource_type = 'Patient'")
        before = before.where(sf.col("site") == delivery.site)
        persons = persons.union(before.select(sf.col("resource_id").alias("patient_id")))
    named = good.where("patient_id IS NOT NULL").select("patient_id")
    return int(named.join(persons.distinct(), "patient_id", "left_anti").count())


def uncarried(rows: DataFrame) -> dict[str, int]:
    """What the mapping of a format couldn't carry, by field."""
    told = rows.where("uncarried IS NOT NULL").select(sf.explode("uncarried").alias("field", "n"))
    counted = told.groupBy("field").agg(sf.sum("n").alias("n")).orderBy("field").collect()
    return {row["field"]: int(row["n"]) for row in counted}


def accounts(
    delivery: Delivery, rows: DataFrame, found: DataFrame | None, known: Known
) -> tuple[dict[str, FileAccount], dict[str, int], dict[str, int]]:
    """The account of every file of the delivery; refused units by reason; rows by file that was written."""
    repeated: dict[str, int] = {}
    if found is not None:
        repeated = {row["file"]: row["count"] for row in found.groupBy("place.file").count().collect()}
    sides: dict[str, Counter[str]] = {side: Counter() for side in ("good", "bad", "gone")}
    reasons: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    for file, reason, part, count in rows.groupBy("file", "reason", "part").count().collect():
        side = "good" if reason is None else "gone" if reason == DELETED else "bad"
        sides[side][file] += count
        if side == "bad":
            reasons[reason] += count
        if part is not None:
            parts[part] += count
    files = {}
    for path in (file.path for file in delivery.files):
        again, twice = known.files.get(path, 0), repeated.get(path, 0)
        good, bad, gone = (sides[side][path] for side in ("good", "bad", "gone"))
        files[path] = FileAccount(again + good + bad + gone, good - twice, again + twice, bad, gone)
    return files, dict(sorted(reasons.items())), dict(sorted(parts.items()))
