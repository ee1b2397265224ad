"""Stage crosswalk: a pseudonym for every target that has none yet, drawn once and only read after."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 (Spark's own convention)

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef, Transaction
from plummer.pipelines.delta_replace import difference
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import (
    SECRET,
    SUBJECT,
    CrosswalkKeys,
    Drawing,
    digest_batches,
    draw_batches,
    open_batches,
    seal_batches,
    sum_digests,
)
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.stages.identifiers import targets as identifier_targets
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import CROSSWALK, INDEX

_DRAWN_DDL: Final = "kind string, lookup binary, source string, pseudonym string"
_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class CrosswalkState:
    """What the ledger keeps of the crosswalk.

    Attributes:
        table: the table at the version that was checked or written.
        digest: keyed hash over its rows, whatever their order; 64 hex digits.
        added: rows that this run drew.
    """

    table: TableRef
    digest: str
    added: int = 0


def crosswalk(  # noqa: PLR0913 (what a crosswalk is made of)
    spark: SparkSession,
    home: Home,
    keys: CrosswalkKeys,
    *,
    random: bool,
    identifiers: DataFrame | None = None,
    verified: CrosswalkState | None = None,
    base: Base | None = None,
) -> CrosswalkState:
    """Give every resource of ``identified/index`` a pseudonym; those that have one keep it.

    Where ids are drawn, every subject gets a random secret too, from which whatever is invented for them
    is drawn (surrogates, noise): under 45 CFR 164.514(c)(1) it may not come from the person's own data.

    Nothing random happens in a task: ids are drawn by ordinal from one seed of this call, so that
    a task that Spark repeats draws the same. A run killed before the commit has drawn nothing; one
    killed after it finds its rows there.

    Args:
        spark: the session.
        home: the home.
        keys: subkeys of the domain and epoch.
        random: draw ids (safe_harbor), else compute them with the keys.
        identifiers: those (lookup, source) that get a drawn pseudonym too; keyed ones are computed.
        verified: the state that the table was just found in; then only what is added is digested.
        base: says since which version of the index names may be new; all are looked at without.

    Raises:
        PlummerError: ``pseudonym_collision`` (exit 70) if every draw collided.
    """
    delta.create(home.table(CROSSWALK), CROSSWALK)
    version = _latest(spark, home)
    known = _known(spark, home, keys)
    targets = _targets(spark, home, base)
    if identifiers is not None:
        targets = targets.unionByName(identifier_targets(identifiers))
    wanted = _with_secrets(targets) if random else targets
    new = _ordinals(_lacking(_apart(wanted), _apart(known), few=base is not None))
    drawn, added = _draw_unique(new, known, keys, random=random)
    if added:
        rows = drawn.mapInArrow(partial(seal_batches, keys=keys), CROSSWALK.row_ddl)
        # one more than the version that was read: a second writer from there is dropped, not doubled
        delta.append(home, CROSSWALK, rows, Transaction(f"crosswalk-{keys.domain}", version + 1))
    drawn.unpersist()
    now = state(spark, home, keys) if verified is None else _added_to(spark, home, keys, verified)
    return replace(now, added=added)


def _added_to(spark: SparkSession, home: Home, keys: CrosswalkKeys, known: CrosswalkState) -> CrosswalkState:
    """The state after rows were only added to a known one: the digest is a sum over rows."""
    _, came = difference(spark, home, CROSSWALK, known.table.version)
    rows, digest = _digest(came, keys)
    both = sum_digests(bytes.fromhex(part) for part in (known.digest, digest))
    return CrosswalkState(TableRef(CROSSWALK.path, _latest(spark, home), known.table.rows + rows), both)


def _digest(rows: DataFrame, keys: CrosswalkKeys) -> tuple[int, str]:
    parts = rows.mapInArrow(partial(digest_batches, key=keys.mac), "rows bigint, part binary").collect()
    return sum(part["rows"] for part in parts), sum_digests(bytes(part["part"]) for part in parts)


def state(spark: SparkSession, home: Home, keys: CrosswalkKeys, version: int | None = None) -> CrosswalkState:
    """Rows and digest of the crosswalk, all domains and epochs, at a version or the latest."""
    if version is None:
        version = _latest(spark, home)
    rows, digest = _digest(delta.read(spark, home, CROSSWALK, version), keys)
    return CrosswalkState(TableRef(CROSSWALK.path, version, rows), digest)


def verify(
    spark: SparkSession, home: Home, keys: CrosswalkKeys, recorded: CrosswalkState, version: int | None = None
) -> None:
    """Refuse a crosswalk whose rows aren't those that were recorded, before anything is written.

    Args:
        spark: the session.
        home: the home.
        keys: subkeys of the domain and epoch.
        recorded: what the ledger knows.
        version: the table version that was recorded, where a killed run may have added rows since:
            then the recorded rows must still stand, and each later one must open with the key.

    Raises:
        PlummerError: ``crosswalk_tampered`` (exit 5): a row was changed, swapped, added or removed,
            or the key isn't the one that wrote it.
    """
    intact = _is(state(spark, home, keys, version), recorded)
    if not intact or (version is not None and not _only_added(spark, home, keys, version)):
        raise _tampered()


def verify_at(spark: SparkSession, home: Home, keys: CrosswalkKeys, recorded: CrosswalkState) -> None:
    """Refuse a crosswalk that wasn't what was recorded at the recorded version, whatever came later.

    Raises:
        PlummerError: ``crosswalk_tampered`` (exit 5).
    """
    if not _is(state(spark, home, keys, recorded.table.version), recorded):
        raise _tampered()


def _is(found: CrosswalkState, recorded: CrosswalkState) -> bool:
    return (found.digest, found.table.rows) == (recorded.digest, recorded.table.rows)


def _tampered() -> PlummerError:
    message = "the crosswalk isn't what the ledger recorded, or the key is another; bring both back"
    return PlummerError("crosswalk_tampered", message, ExitCode.INTEGRITY, CROSSWALK.path)


def _only_added(spark: SparkSession, home: Home, keys: CrosswalkKeys, version: int) -> bool:
    """Whether the latest rows are those of `version` and more that this key has sealed."""
    old, new = delta.read(spark, home, CROSSWALK, version), delta.read(spark, home, CROSSWALK)
    if not old.exceptAll(new).isEmpty():
        return False
    added = new.exceptAll(old)
    opened = added.mapInArrow(partial(open_batches, keys=keys), "lookup binary, source string")
    try:
        opened.count()
    except PySparkException:
        return False
    return bool(added.groupBy("domain", "epoch", "kind", "lookup").count().where("count > 1").isEmpty())


def _latest(spark: SparkSession, home: Home) -> int:
    return delta.current_version(home, CROSSWALK)


def _targets(spark: SparkSession, home: Home, base: Base | None) -> DataFrame:
    """Every resource of the index, or of what came to it, once: lookup, kind, source."""
    rows = delta.read(spark, home, INDEX)
    if base is not None:
        _, rows = difference(spark, home, INDEX, base.of(INDEX))
    own_names = rows.where("kind = 'name' and lookup = target")
    subject = (F.col("label") == "Patient") & ~F.col("owner").startswith(SHARED)
    kinds = own_names.withColumn("kind", F.when(subject, "subject").otherwise("resource"))
    return kinds.groupBy("lookup").agg(F.max("kind").alias("kind"), F.min("source").alias("source"))


def _lacking(wanted: DataFrame, known: DataFrame, *, few: bool) -> DataFrame:
    """Targets without a pseudonym; of a few wanted ones the known are looked up, not shuffled."""
    name = ["lookup", "secret"]
    if not few:
        return wanted.join(known, name, "left_anti")
    there = known.join(F.broadcast(wanted.select(*name)), name, "left_semi").select(*name)
    return wanted.join(there, name, "left_anti")


def _with_secrets(targets: DataFrame) -> DataFrame:
    """Each subject twice: for the pseudonym and for the secret."""
    kind = F.col("kind")
    kinds = F.when(kind == SUBJECT, F.array(kind, F.lit(SECRET))).otherwise(F.array(kind))
    return targets.withColumn("kind", F.explode(kinds))


def _apart(rows: DataFrame) -> DataFrame:
    return rows.withColumn("secret", F.col("kind") == SECRET)


def _known(spark: SparkSession, home: Home, keys: CrosswalkKeys) -> DataFrame:
    return (
        delta.read(spark, home, CROSSWALK)
        .where((F.col("domain") == keys.domain) & (F.col("epoch") == keys.epoch))
        .select("kind", "lookup", "pseudonym")
    )


def _ordinals(rows: DataFrame) -> DataFrame:
    """Number rows by the order of their lookups, in 65,536 buckets so that no task sees them all.

    An ordinal says where a keyed hash sorts: nothing about the person or the order of ingest.
    """
    bucket = F.conv(F.hex(F.substring("lookup", 1, 2)), 16, 10).cast("bigint")
    place = F.row_number().over(Window.partitionBy("bucket").orderBy("lookup", "kind"))
    numbered = rows.withColumn("bucket", bucket).withColumn("ordinal", F.col("bucket") * 2**40 + place)
    return numbered.select("kind", "lookup", "source", "ordinal")


def _draw_unique(
    new: DataFrame, known: DataFrame, keys: CrosswalkKeys, *, random: bool
) -> tuple[DataFrame, int]:
    """The drawn rows, cached (Spark's local files are encrypted), and how many they are."""

    def attempt(drawing: Drawing) -> DataFrame:
        return new.mapInArrow(partial(draw_batches, keys=keys, drawing=drawing), _DRAWN_DDL).persist()

    drawn = draw_until_unique(attempt, known, random=random)
    return drawn, drawn.count()


def draw_until_unique(
    attempt: Callable[[Drawing], DataFrame], known: DataFrame, *, random: bool
) -> DataFrame:
    """Draw afresh (random) or count up what collided (keyed) until no pseudonym of a kind is double."""
    bumps: dict[bytes, int] = {}
    for _ in range(_ATTEMPTS):
        drawn = attempt(Drawing(os.urandom(32) if random else None, bumps))
        later = _collided(drawn, known)
        if not later:
            return drawn
        drawn.unpersist()
        bumps = {**bumps, **{lookup: bumps.get(lookup, 0) + 1 for lookup in later}}
    raise PlummerError("pseudonym_collision", "no draw of pseudonyms was unique", ExitCode.INTERNAL)


def _collided(drawn: DataFrame, known: DataFrame) -> list[bytes]:
    """Lookups of new rows whose pseudonym an older or earlier row has; a handful in a lifetime."""
    mine = drawn.select("kind", "lookup", "pseudonym", F.lit(1).alias("new"))
    same = known.join(mine.select("kind", "pseudonym"), ["kind", "pseudonym"], "left_semi")
    both = mine.unionByName(same.select("kind", "lookup", "pseudonym", F.lit(0).alias("new")))
    place = F.row_number().over(Window.partitionBy("kind", "pseudonym").orderBy("new", "lookup"))
    # a secret's row is found by its lookup alone
    late = both.where(F.col("kind") != SECRET).withColumn("place", place).where("place > 1 and new = 1")
    return [bytes(row["lookup"]) for row in late.select("lookup").limit(1000).collect()]
