"""Land a delivery: check every unit of its files, keep the good ones, quarantine the rest, balance.

Written in the order resources, quarantine, deletions, loads; the row in loads is what makes a landing
count. Each append is tied to the delivery, so that a run that was killed between two of them and is run
again ends the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from types import MappingProxyType

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines import delta
from plummer.pipelines.boundary import surroundings
from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.delta import TableRef, Transaction
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import Account, FileAccount
from plummer.pipelines.landing.kinds import DOORS
from plummer.pipelines.landing.outcome import DELETED
from plummer.pipelines.stages import land_dedupe, land_read
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import DELETIONS, LOADS, QUARANTINE, RESOURCES, TableSpec


@dataclass(frozen=True, slots=True)
class Landed:
    """What landing a delivery came to.

    Attributes:
        account: units of this run; ``read = loaded + duplicate + quarantined + deleted``.
        unchanged: whether no table has a new resource or refusal.
        tables: resources, quarantine and loads as they are now.
        reasons: refused units by reason.
        warnings: by code: ``count_mismatch`` (files of which a manifest says another count), and of a mapped
            delivery ``columns_unnamed``, ``files_ignored`` and ``key_repeated`` (ids with several contents);
            ``fields_uncarried`` is the sum of ``uncarried``.
        uncarried: of a mapped format, fields that hold something and aren't carried over, by name.
        seconds: wall time.
    """

    account: Account
    unchanged: bool
    tables: tuple[TableRef, ...]
    reasons: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    warnings: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    uncarried: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    seconds: float = 0.0


def land(spark: SparkSession, home: Home, delivery: Delivery) -> Landed:
    """Land one delivery.

    Args:
        spark: the session.
        home: where the tables are.
        delivery: what to land, from `plummer.pipelines.deliveries.discover`.

    Raises:
        PlummerError: ``landing_failed``, ``disk_full`` or ``permission_denied`` (70), with nothing counted
            as landed; run it again.
    """
    started = perf_counter()
    try:
        landed = _land(spark, home, delivery)
    except PlummerError:
        raise
    except Exception as error:
        raise surroundings("land", error) or PlummerError(
            "landing_failed",
            "the delivery could not be landed; nothing of it counts, run it again",
            ExitCode.INTERNAL,
            delivery.delivery_id,
        ) from None
    return replace(landed, seconds=perf_counter() - started)


def _land(spark: SparkSession, home: Home, delivery: Delivery) -> Landed:
    tables = (RESOURCES, QUARANTINE, LOADS)
    first = not any(delta.exists(home, spec) for spec in tables)
    for spec in () if first else tables:  # a first landing's writes make them, one cut off made some
        delta.create(spark, home.table(spec), spec)
    known = land_dedupe.NOTHING if first else land_dedupe.files_landed(spark, home, delivery)
    if known.whole:
        return Landed(known.account, True, _tables(home))
    fresh = [file for file in delivery.files if file.path not in known.files]
    rows = land_read.read_rows(spark, delivery, fresh)
    try:
        rows.persist()
        return _write(spark, home, delivery, rows, known)
    finally:
        rows.unpersist()


def _write(
    spark: SparkSession, home: Home, delivery: Delivery, rows: DataFrame, known: "land_dedupe.Known"
) -> Landed:
    duplicates = land_dedupe.duplicates(spark, home, delivery, rows, known)
    try:
        duplicates.persist()
        files, reasons = land_dedupe.accounts(delivery, rows, duplicates, known)
        count = sum(file.duplicate for file in files.values()) - sum(known.files.values())
        taken = land_dedupe.without(rows.where("reason IS NULL"), duplicates, count)
        wrong = rows.where(f"reason IS NOT NULL AND reason <> '{DELETED}'")
        account = Account.total(files.values())
        left = land_dedupe.uncarried(rows) if delivery.kind in DOORS else {}
        repeated = land_dedupe.repeated_keys(rows) if delivery.mapping else 0
        warnings = _warnings(delivery, files, repeated, sum(left.values()))
        _append(spark, home, RESOURCES, taken, delivery)
        _append(spark, home, QUARANTINE, wrong, delivery) if reasons else _empty(spark, home, QUARANTINE)
        if account.deleted:
            _append(spark, home, DELETIONS, deletions(rows, delivery), delivery)
        _commit(spark, home, delivery, files)
    finally:
        duplicates.unpersist()
    unchanged = account.loaded + account.quarantined + account.deleted == 0
    return Landed(account, unchanged, _tables(home), reasons, warnings, left)


def deletions(rows: DataFrame, delivery: Delivery) -> DataFrame:
    """The rows that ask for a deletion, as those of ``identified/deletions``.

    A deletion without a time of its own has that of its export.
    """
    times: dict[str, list[str]] = {}
    for file in delivery.files:
        if file.told.transaction_time is not None:
            times.setdefault(file.told.transaction_time, []).append(file.path)
    told = [sf.when(sf.col("file").isin(paths), sf.lit(time)) for time, paths in times.items()]
    gone = rows.where(sf.col("reason") == DELETED)
    return gone.withColumn("deleted_at", sf.coalesce("last_updated", *told))


def _warnings(
    delivery: Delivery, files: Mapping[str, FileAccount], repeated: int, uncarried: int
) -> dict[str, int]:
    """What a manifest says and isn't so, and what a mapping leaves out, by code.

    What a manifest names and isn't there is in the quarantine.
    """
    counted = [file for file in delivery.files if file.told.count is not None and not file.told.refusal]
    found = {
        "columns_unnamed": sum(file.unnamed for file in delivery.files),
        "count_mismatch": sum(file.told.count != files[file.path].read for file in counted),
        "fields_uncarried": uncarried,
        "files_ignored": sum(file.form == "ignored" for file in delivery.files),
        "key_repeated": repeated,
    }
    return {code: count for code, count in found.items() if count}


def _commit(spark: SparkSession, home: Home, delivery: Delivery, files: Mapping[str, FileAccount]) -> None:
    rows = [
        (
            delivery.delivery_id, delivery.site, delivery.kind, file.told.transaction_time,
            file.path, file.sha256, file.bytes, *files[file.path].numbers,
        )
        for file in delivery.files
    ]  # fmt: skip
    frame = spark.createDataFrame(rows, LOADS.ddl).coalesce(1)
    _append(spark, home, LOADS, frame, delivery)


def _append(spark: SparkSession, home: Home, spec: TableSpec, rows: DataFrame, delivery: Delivery) -> None:
    name = spec.path.rpartition("/")[2]
    delta.append(home, spec, rows, Transaction(f"land:{delivery.delivery_id}:{name}"))


def _empty(spark: SparkSession, home: Home, spec: TableSpec) -> None:
    delta.create(spark, home.table(spec), spec)


def _tables(home: Home) -> tuple[TableRef, ...]:
    there = (RESOURCES, QUARANTINE, LOADS, *((DELETIONS,) if delta.exists(home, DELETIONS) else ()))
    return tuple(delta.ref(home.table(spec), spec) for spec in there)
