"""Land a delivery: check every unit of its files, keep the good ones, quarantine the rest, balance.

Written in the order resources, quarantine, deletions, uncarried, completion, loads; the row in loads is what
makes a landing count. Each append is tied to the delivery, so that a run that was killed between two of them
and is run again ends the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from types import MappingProxyType
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines import delta, leftovers
from plummer.pipelines.boundary import surroundings
from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.delta import TableRef, Transaction
from plummer.pipelines.delta_commit import committed
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import Account, FileAccount
from plummer.pipelines.landing.completion import completion
from plummer.pipelines.landing.kinds import DOORS
from plummer.pipelines.landing.outcome import DELETED
from plummer.pipelines.landing.uncarried import added
from plummer.pipelines.stages import land_dedupe, land_parts, land_read, land_uncarried
from plummer.pipelines.stages.land_lookups import lookups_of
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import (
    COMPLETION,
    DELETIONS,
    LOADS,
    QUARANTINE,
    RESOURCES,
    UNCARRIED,
    TableSpec,
)


@dataclass(frozen=True, slots=True)
class Landed:
    """What landing a delivery came to.

    Attributes:
        account: units of this run; ``read = loaded + duplicate + quarantined + deleted``.
        unchanged: whether no table has a new resource or refusal.
        tables: resources, quarantine and loads as they are now.
        reasons: refused units by reason.
        warnings: by code: ``count_mismatch`` (files of which a manifest says another count), and of a mapped
            delivery ``columns_unnamed``, ``files_ignored``, ``key_repeated`` (ids with several contents),
            ``lookup_rows_refused``, ``lookup_keys_repeated`` and ``subjects_unknown`` (records of a Patient
            that isn't there); ``fields_uncarried`` is the sum of ``uncarried``.
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


def land(spark: SparkSession, home: Home, delivery: Delivery, *, enforce: bool = False) -> Landed:
    """Land one delivery.

    Args:
        spark: the session.
        home: where the tables are.
        delivery: what to land, from `plummer.pipelines.deliveries.discover`.
        enforce: whether what fhir.resources has something against is refused.

    Raises:
        PlummerError: ``landing_failed``, ``disk_full`` or ``permission_denied`` (70), with nothing counted
            as landed; run it again.
    """
    started = perf_counter()
    try:
        landed = _land(spark, home, delivery, enforce=enforce)
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


def _land(spark: SparkSession, home: Home, delivery: Delivery, *, enforce: bool) -> Landed:
    tables = (RESOURCES, QUARANTINE, LOADS)
    first = not any(delta.exists(home, spec) for spec in tables)
    for spec in () if first else tables:  # a first landing's writes make them, one cut off made some
        delta.create(home.table(spec), spec)
    known = land_dedupe.NOTHING if first else land_dedupe.files_landed(spark, home, delivery)
    leftovers.clear(home.table(RESOURCES))
    if known.whole:
        return Landed(known.account, True, _tables(home))
    fresh = [file for file in delivery.files if file.path not in known.files]
    with lookups_of(spark, home, delivery) as lookups:
        reading = land_read.Reading(lookups.folder, enforce)
        rows = land_read.read_rows(spark, delivery, fresh, _folder(home, delivery), reading)
        try:
            rows.persist()
            if lookups.rows:
                transaction = Transaction(f"land:{delivery.delivery_id}:lookups")
                land_uncarried.write_lookups(spark, home, lookups.rows, delivery.delivery_id, transaction)
            made = _write(spark, home, delivery, rows, known)
            left = added([made.uncarried, lookups.rows])
            found = dict(made.warnings) | dict(lookups.warnings)
            found |= {"fields_uncarried": sum(left.values())} if left else {}
            return replace(made, warnings=dict(sorted(found.items())), uncarried=left)
        finally:
            rows.unpersist()


def _folder(home: Home, delivery: Delivery) -> str:
    """Where workers write good records, "" where a landing that was cut off has committed this delivery's."""
    uri = home.table(RESOURCES)
    return "" if committed(uri, _transaction(RESOURCES, delivery).app) else uri


def _write(
    spark: SparkSession, home: Home, delivery: Delivery, rows: DataFrame, known: "land_dedupe.Known"
) -> Landed:
    duplicates = land_dedupe.duplicates(spark, home, delivery, rows, known)
    with land_parts.kept(duplicates):
        files, reasons, parts = land_dedupe.accounts(delivery, rows, duplicates, known)
        wrong = rows.where(f"reason IS NOT NULL AND reason <> '{DELETED}'")
        account = Account.total(files.values())
        counts = delivery.kind in DOORS or bool(delivery.lookups)
        left = land_dedupe.uncarried(rows) if counts else {}
        repeated = land_dedupe.repeated_keys(rows) if delivery.mapping else 0
        alone = land_dedupe.unknown_subjects(spark, home, delivery, rows) if delivery.lookups else 0
        warnings = _warnings(delivery, files, repeated, sum(left.values()))
        warnings |= {"subjects_unknown": alone} if alone else {}
        taken = land_parts.without(spark, home, parts, duplicates)
        delta.adopt(home, RESOURCES, taken, _transaction(RESOURCES, delivery))
        _append(home, QUARANTINE, wrong, delivery) if reasons else _empty(spark, home, QUARANTINE)
        if account.deleted:
            _append(home, DELETIONS, deletions(rows, delivery), delivery)
        if left:
            land_uncarried.write(home, rows, delivery.delivery_id, _transaction(UNCARRIED, delivery))
        _complete(home, delivery, files, known.refused)
        _commit(home, delivery, files)
        leftovers.clear(home.table(RESOURCES))  # files that were written again without their duplicates
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
        "files_ignored": sum(file.form.startswith(("ignored", "left:")) for file in delivery.files),
        "key_repeated": repeated,
    }
    return {code: count for code, count in found.items() if count}


def _complete(
    home: Home, delivery: Delivery, files: Mapping[str, FileAccount], refused: frozenset[str]
) -> None:
    told = {file.path: file.told for file in delivery.files}
    rows = completion(told, delivery.exports, files, refused)
    if rows:
        known = [(delivery.site, delivery.delivery_id, *row) for row in rows]
        _adopt_rows(home, COMPLETION, known, delivery)


def _commit(home: Home, delivery: Delivery, files: Mapping[str, FileAccount]) -> None:
    rows = [
        (
            delivery.delivery_id, delivery.site, delivery.kind, file.told.transaction_time,
            file.path, file.sha256, file.bytes, *files[file.path].numbers,
        )
        for file in delivery.files
    ]  # fmt: skip
    _adopt_rows(home, LOADS, rows, delivery)


def _adopt_rows(home: Home, spec: TableSpec, rows: Sequence[tuple[Any, ...]], delivery: Delivery) -> None:
    part = land_parts.write_rows(home, spec, rows, f"part-00000-{delivery.delivery_id}.zstd.parquet")
    delta.adopt(home, spec, [part], _transaction(spec, delivery))


def _append(home: Home, spec: TableSpec, rows: DataFrame, delivery: Delivery) -> None:
    delta.append(home, spec, rows, _transaction(spec, delivery))


def _transaction(spec: TableSpec, delivery: Delivery) -> Transaction:
    return Transaction(f"land:{delivery.delivery_id}:{spec.path.rpartition('/')[2]}")


def _empty(spark: SparkSession, home: Home, spec: TableSpec) -> None:
    delta.create(home.table(spec), spec)


def _tables(home: Home) -> tuple[TableRef, ...]:
    told = [spec for spec in (DELETIONS, UNCARRIED, COMPLETION) if delta.exists(home, spec)]
    there = (RESOURCES, QUARANTINE, LOADS, *told)
    return tuple(delta.ref(home.table(spec), spec) for spec in there)
