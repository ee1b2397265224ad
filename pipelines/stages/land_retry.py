"""Try refused units again after a mend: their files are read anew from the source, by the code of today.

A file is taken again whole, so that the account of it is one that a landing of today would write. What is
good now goes to ``identified/resources`` unless it is there, what is refused still takes the place of the
old refusals, and ``identified/loads`` is set to what came of it. The quarantine is written last: it is the
list of what is left to do, so a retry that was killed does the same again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any, Final

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as sf

from plummer.pipelines import deliveries, delta
from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.delta import Transaction
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import FileAccount
from plummer.pipelines.landing.outcome import DELETED
from plummer.pipelines.stages import land_uncarried
from plummer.pipelines.stages.land import deletions
from plummer.pipelines.stages.land_lookups import lookups_of
from plummer.pipelines.stages.land_read import Reading, read_rows
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import DELETIONS, LOADS, QUARANTINE, RESOURCES, TableSpec

_KEY: Final = ("resource_type", "resource_id", "content_sha256")
SCRUBBING: Final = (
    "json_too_deep", "resource_type_unknown", "pseudonym_missing", "secret_missing", "scrub_failed",
)  # fmt: skip
"""Reasons of scrubbing beside those that begin with ``note_`` and ``attachment_``; none is of landing."""
_ACCOUNT: Final = ("read", "loaded", "duplicate", "quarantined", "deleted")


@dataclass(frozen=True, slots=True)
class Retried:
    """What trying again came to.

    Attributes:
        files: files that were read again.
        gone: files that weren't, since the source isn't there or isn't as it was.
        before: refused units of the files that were read again.
        after: of them, refused still.
        loaded: new rows of ``identified/resources``.
        deleted: new rows of ``identified/deletions``.
        rescrub: records and notes that scrubbing had refused, let go for the next run to try.
    """

    files: int = 0
    gone: int = 0
    before: int = 0
    after: int = 0
    loaded: int = 0
    deleted: int = 0
    rescrub: int = 0

    def __add__(self, other: "Retried") -> "Retried":
        """The sum of two."""
        return Retried(*map(sum, zip(astuple(self), astuple(other), strict=True)))


def chosen_files(spark: SparkSession, home: Home, reason: str) -> dict[str, list[str]]:
    """Paths by load of the files of which a landing refused something, for that reason where one is given."""
    rows = _landing_rows(spark, home).where(sf.col("reason") == reason if reason else sf.lit(True))
    done = delta.read(spark, home, LOADS).select("load_id", "file").distinct()
    found: dict[str, list[str]] = {}
    for row in rows.select("load_id", "file").distinct().join(done, ["load_id", "file"]).collect():
        found.setdefault(row["load_id"], []).append(row["file"])
    return found


@dataclass(frozen=True, slots=True)
class Looked:
    """A load's source as it is now.

    Attributes:
        gone: how many of the files that were asked for are lost or changed.
        delivery: under its old id, with those that are as they were; None where nothing is left of it.
        source: all that is there, with what it says of itself; None where it can't be had.
    """

    gone: int
    delivery: Delivery | None = None
    source: Delivery | None = None


def look_again(home: Home, load_id: str, paths: Sequence[str]) -> Looked:
    """A load's delivery as its source is now, of the given files only those that are as they were."""
    try:
        old = deliveries.load(home, load_id)
        now = deliveries.discover(old.kind, old.site, old.uri, old.mapping)
    except PlummerError:
        return Looked(len(paths))
    before = {file.path: file.sha256 for file in old.files}
    same = tuple(f for f in now.files if f.path in set(paths) and before.get(f.path) == f.sha256)
    if any(before.get(file.path) != file.sha256 for file in now.lookups):
        return Looked(len(paths))  # rows would be made of other tables than the load's
    delivery = replace(now, delivery_id=load_id, files=same, asked=now.lookups, zone=old.zone)
    return Looked(len(paths) - len(same), delivery, now)


def retry_load(
    spark: SparkSession, home: Home, delivery: Delivery, *, enforce: bool = False, by_file: bool = True
) -> Retried:
    """Read some files of a load again and write what comes of it.

    Args:
        spark: the session.
        home: the home.
        delivery: the load's delivery with those files only, from `look_again`.
        enforce: whether what fhir.resources has something against is refused.
        by_file: whether what the load left behind is kept by file (`land_uncarried.is_kept`).

    Returns:
        What it came to.
    """
    with lookups_of(spark, home, delivery) as lookups:
        rows = read_rows(spark, delivery, delivery.files, reading=Reading(lookups.folder, enforce))
        try:
            rows.persist()
            if by_file:
                paths = [file.path for file in delivery.files]
                land_uncarried.set_files(spark, home, delivery.delivery_id, paths, rows)
            return _write(spark, home, delivery, rows)
        finally:
            rows.unpersist()


def _write(spark: SparkSession, home: Home, delivery: Delivery, rows: DataFrame) -> Retried:
    counts = _counts(rows)
    loaded = _append_resources(spark, home, rows, delivery)
    deleted = _append_deletions(spark, home, rows, delivery) if any(c[2] for c in counts.values()) else 0
    files = _accounts(spark, home, delivery, counts)
    _set_loads(spark, home, delivery.delivery_id, files)
    before = _of_files(_landing_rows(spark, home), delivery).count()
    refused = rows.where(f"reason IS NOT NULL AND reason <> '{DELETED}'")
    _set_quarantine(spark, home, delivery, refused)
    after = sum(account.quarantined for account in files.values())
    return Retried(len(files), 0, before, after, loaded, deleted)


def _counts(rows: DataFrame) -> dict[str, tuple[int, int, int]]:
    """Good, refused and deleted units by file."""
    side = sf.when(sf.col("reason").isNull(), 0).when(sf.col("reason") == DELETED, 2).otherwise(1)
    found: dict[str, list[int]] = {}
    for file, kind, count in rows.groupBy("file", side).count().collect():
        found.setdefault(file, [0, 0, 0])[kind] += count
    return {file: (good, bad, gone) for file, (good, bad, gone) in found.items()}


def _append_resources(spark: SparkSession, home: Home, rows: DataFrame, delivery: Delivery) -> int:
    first = Window.partitionBy(*_KEY).orderBy("file", "line", sf.coalesce("entry", sf.lit(-1)), "sequence")
    good = rows.where("reason IS NULL").withColumn("_rank", sf.row_number().over(first)).where("_rank = 1")
    known = delta.read(spark, home, RESOURCES).where(sf.col("site") == delivery.site).select(*_KEY)
    return _append(home, RESOURCES, good.join(known, list(_KEY), "left_anti"))


def _append_deletions(spark: SparkSession, home: Home, rows: DataFrame, delivery: Delivery) -> int:
    found = deletions(rows, delivery)
    if not delta.exists(home, DELETIONS):
        return _append(home, DELETIONS, found)
    place = ("load_id", "file", "line", "resource_type", "resource_id")
    known = delta.read(spark, home, DELETIONS).select(*place, sf.col("entry").alias("_entry"))
    same: Column = sf.col("entry").eqNullSafe(sf.col("_entry"))
    for name in place:
        same = same & (found[name] == known[name])
    return _append(home, DELETIONS, found.join(known, same, "left_anti"))


def _append(home: Home, spec: TableSpec, rows: DataFrame) -> int:
    exists = delta.exists(home, spec)
    before = delta.ref(home.table(spec), spec) if exists else None
    version = 0 if before is None else before.version + 1
    now = delta.append(home, spec, rows, Transaction("quarantine-retry", version))
    return now.rows - (0 if before is None else before.rows)


def _accounts(
    spark: SparkSession, home: Home, delivery: Delivery, counts: Mapping[str, tuple[int, int, int]]
) -> dict[str, FileAccount]:
    mine = _of_files(delta.read(spark, home, RESOURCES), delivery)
    loaded = {row["file"]: row["count"] for row in mine.groupBy("file").count().collect()}
    made = {}
    for file in delivery.files:
        good, bad, gone = counts.get(file.path, (0, 0, 0))
        taken = loaded.get(file.path, 0)
        made[file.path] = FileAccount(good + bad + gone, taken, good - taken, bad, gone)
    return made


def _set_loads(spark: SparkSession, home: Home, load_id: str, files: Mapping[str, FileAccount]) -> None:
    rows = [(path, *account.numbers) for path, account in files.items()]
    names = [f"_{name}" for name in _ACCOUNT]
    told = spark.createDataFrame(rows, ", ".join(["_file string", *(f"{name} bigint" for name in names)]))
    same = (sf.col("load_id") == load_id) & (sf.col("file") == sf.col("_file"))
    changed = {name: sf.coalesce(f"_{name}", name) for name in _ACCOUNT}
    loads = delta.read(spark, home, LOADS).join(sf.broadcast(told), same, "left").withColumns(changed)
    delta.overwrite(home, LOADS, loads.coalesce(1))


def _set_quarantine(spark: SparkSession, home: Home, delivery: Delivery, refused: DataFrame) -> None:
    """The quarantine without the old refusals of the files, and with the new ones."""
    whole = delta.read(spark, home, QUARANTINE)
    ours = (sf.col("load_id") == delivery.delivery_id) & sf.col("file").isin([f.path for f in delivery.files])
    kept = whole.where(~ours).unionByName(_scrubbing_rows(spark, home).where(ours))
    delta.overwrite(home, QUARANTINE, kept.unionByName(refused.select(*QUARANTINE.names)))


def _of_files(rows: DataFrame, delivery: Delivery) -> DataFrame:
    paths = [file.path for file in delivery.files]
    return rows.where((sf.col("load_id") == delivery.delivery_id) & sf.col("file").isin(paths))


def _landing_rows(spark: SparkSession, home: Home) -> DataFrame:
    return delta.read(spark, home, QUARANTINE).where(~_by_scrubbing())


def _scrubbing_rows(spark: SparkSession, home: Home) -> DataFrame:
    return delta.read(spark, home, QUARANTINE).where(_by_scrubbing())


def _by_scrubbing() -> Column:
    reason = sf.col("reason")
    return reason.rlike("^(note|attachment)_") | reason.isin(*SCRUBBING)


def forget_scrubbing(spark: SparkSession, home: Home, reason: str) -> int:
    """Take rows that scrubbing wrote out of the quarantine, for the next run to scrub them again."""
    wanted = sf.col("reason") == reason if reason else sf.lit(True)
    gone = _scrubbing_rows(spark, home).where(wanted)
    count = int(gone.count())
    if count:
        rest = _landing_rows(spark, home).unionByName(_scrubbing_rows(spark, home).where(~wanted))
        delta.overwrite(home, QUARANTINE, rest)
    return count


def account_of_load(spark: SparkSession, home: Home, load_id: str) -> tuple[dict[str, int], dict[str, int]]:
    """The account of a load as ``identified/loads`` has it, and what landing refused of it by reason."""
    mine = delta.read(spark, home, LOADS).where(sf.col("load_id") == load_id)
    sums: Any = mine.agg(*(sf.coalesce(sf.sum(name), sf.lit(0)).alias(name) for name in _ACCOUNT)).first()
    refused = _landing_rows(spark, home).where(sf.col("load_id") == load_id).groupBy("reason").count()
    reasons = {row["reason"]: int(row["count"]) for row in refused.orderBy("reason").collect()}
    return {name: int(sums[name]) for name in _ACCOUNT}, reasons
