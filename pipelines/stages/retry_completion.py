"""Completeness after a retry: what an export held whole is told anew, from the accounts as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from plummer.pipelines import deliveries, delta
from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.delta_log import rows_of
from plummer.pipelines.home import Home
from plummer.pipelines.landing.account import FileAccount
from plummer.pipelines.landing.completion import completion
from plummer.pipelines.outcome import ACCOUNT
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import COMPLETION, LOADS

_PLACE = ("site", "kind", "file", "sha256")


def retell(spark: SparkSession, home: Home, touched: Iterable[str], sources: Mapping[str, Delivery]) -> None:
    """Set ``identified/completion`` right for loads of which units were tried again.

    And for those in which a type isn't whole for what was refused: it may have been refused by another load,
    of which the same file came before.

    Args:
        spark: the session.
        home: the home.
        touched: loads that were tried again.
        sources: deliveries as their sources are now, by load; others are taken as they were registered.
    """
    rows = rows_of(home.table(COMPLETION))
    refused = {row["load_id"] for row in rows if row["reason"] == "quarantined"}
    stale = {row["load_id"] for row in rows} & {*touched, *refused}
    told = {load: _told(spark, home, load, sources.get(load)) for load in sorted(stale)}
    known = [tuple(row[name] for name in COMPLETION.names) for row in rows if not told.get(row["load_id"])]
    new = [*known, *(row for made in told.values() for row in made)]
    if sorted(map(repr, new)) != sorted(repr(tuple(row[name] for name in COMPLETION.names)) for row in rows):
        delta.overwrite(home, COMPLETION, spark.createDataFrame(new, COMPLETION.ddl).coalesce(1))


def _told(spark: SparkSession, home: Home, load_id: str, now: Delivery | None) -> list[tuple[Any, ...]]:
    """Rows of one load; none where it is no longer registered."""
    try:
        delivery = deliveries.load(home, load_id)
    except PlummerError:
        return []
    loads = delta.read(spark, home, LOADS)
    files = _accounts(loads, load_id)
    exports = delivery.exports
    if now is not None and {path for one in now.exports for _, path in one.files} <= files.keys():
        exports = now.exports
    parts = (*delivery.files, *(now.files if now is not None else ()))
    # what is refused is in the accounts; why it once was is of no matter
    said = {file.path: replace(file.told, refusal="") for file in parts}
    rows = completion(said, exports, files, _refused_before(loads, load_id))
    return [(delivery.site, load_id, *row) for row in rows]


def _accounts(loads: DataFrame, load_id: str) -> dict[str, FileAccount]:
    mine = loads.where(sf.col("load_id") == load_id).select("file", *ACCOUNT).collect()
    return {row["file"]: FileAccount(*(row[name] for name in ACCOUNT)) for row in mine}


def _refused_before(loads: DataFrame, load_id: str) -> frozenset[str]:
    """Files of a load of which another load, that had them too, has something refused."""
    mine = loads.where(sf.col("load_id") == load_id).select(*_PLACE)
    others = loads.where((sf.col("load_id") != load_id) & (sf.col("quarantined") > 0)).select(*_PLACE)
    rows = mine.join(others, list(_PLACE), "left_semi").select("file").collect()
    return frozenset(row["file"] for row in rows)
