"""The crosswalk under a new key: rows opened with the old one, sealed with the new; pseudonyms stay."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import SparkSession

from plummer.deid.keys import Purpose, RootKey
from plummer.deid.pseudonyms import lookup, seal, unseal
from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import CrosswalkKeys, name_of
from plummer.schemas.tables import CROSSWALK

_VACUUM: Final = {
    "spark.databricks.delta.retentionDurationCheck.enabled": "false",
    # one folder is listed, and Spark would make ten thousand tasks of it: minutes
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
}
Keyring = dict[int, tuple[bytes, bytes]]
"""By epoch: the subkeys that seal and that make lookups; never a root."""


def reseal(spark: SparkSession, home: Home, version: int, old: RootKey, new: RootKey) -> TableRef:
    """Write the crosswalk anew, in one commit, from a version that was verified.

    Args:
        spark: the session.
        home: the home.
        version: table version to read.
        old: the key that its rows open with.
        new: the key that they are sealed with from now on.

    Raises:
        PlummerError: ``crosswalk_tampered`` (exit 5) where a row doesn't open.
    """
    rows = delta.read(spark, home, CROSSWALK, version)
    epochs = [row["epoch"] for row in rows.select("epoch").distinct().collect()]
    turned = partial(_turn, old=_keyring(old, epochs), new=_keyring(new, epochs))
    return delta.overwrite(home, CROSSWALK, rows.mapInArrow(turned, CROSSWALK.row_ddl))


def forget_old_files(spark: SparkSession, home: Home) -> None:
    """Delete the files of older versions: they open with the key that was replaced."""
    from delta.tables import DeltaTable

    for name, value in _VACUUM.items():
        spark.conf.set(name, value)
    try:
        DeltaTable.forPath(spark, home.table(CROSSWALK)).vacuum(0.0)
    finally:
        for name in _VACUUM:
            spark.conf.unset(name)


def _keyring(key: RootKey, epochs: list[int]) -> Keyring:
    roots = {epoch: key.of_epoch(epoch) for epoch in epochs}
    return {e: (CrosswalkKeys.of(root).seal, root.subkey(Purpose.LOOKUP)) for e, root in roots.items()}


def _turn(batches: Iterator[pa.RecordBatch], *, old: Keyring, new: Keyring) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_pylist([_turned(row, old, new) for row in batch.to_pylist()], batch.schema)


def _turned(row: dict[str, Any], old: Keyring, new: Keyring) -> dict[str, Any]:
    kind, domain, epoch, pseudonym = row["kind"], row["domain"], row["epoch"], row["pseudonym"]
    source = unseal(old[epoch][0], kind, domain, epoch, row["lookup"], pseudonym, row["sealed"])
    at = lookup(new[epoch][1], *name_of(kind, source))
    return {**row, "lookup": at, "sealed": seal(new[epoch][0], kind, domain, epoch, at, pseudonym, source)}
