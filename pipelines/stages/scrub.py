"""Scrub every current resource in one stream of compartments (docs/architecture.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.keys import Purpose, RootKey
from plummer.deid.policy import Policy
from plummer.pipelines import delta
from plummer.pipelines.base import FIRST, Base, Touched
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_log import files as files_of
from plummer.pipelines.delta_replace import KEY, changed, difference, replace, spread
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import audience
from plummer.pipelines.results import StepResult
from plummer.pipelines.scrubbing.settings import ScrubSettings, Vault, engine_version
from plummer.pipelines.scrubbing.stream import RefusedRows, ScrubbedRows, stream
from plummer.pipelines.stages.changed import among, records_of
from plummer.pipelines.stages.contexts import contexts
from plummer.pipelines.stages.current import current, owner_of_record
from plummer.pipelines.stages.identifiers import wanted
from plummer.pipelines.stages.merges import decisions, merged_records
from plummer.pipelines.stages.scope import Scope, scope_of
from plummer.schemas.tables import (
    CROSSWALK,
    DEID_RESOURCES,
    IDENTITIES,
    INDEX,
    POPULATION,
    QUARANTINE,
    REFUSED,
)

_REFUSED_DDL: Final = ", ".join(f"`{c.name}` {c.type}" for c in QUARANTINE.columns)
_RECORD: Final = (
    "site", "resource_type", "resource_id", "body", "load_id", "file", "line", "entry", "content_sha256",
)  # fmt: skip
_PLACE: Final = ["site", "load_id", "file", "line", "entry", "reason", "content_sha256"]
NOTE_ERROR: Final = "note_error"
_NOBODYS: Final = 64
"""Groups in which records that name no patient stand together."""


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What goes through the stream.

    Attributes:
        rows: context rows and records, in the order of the stream.
        total: records of the whole home.
        records: those that are scrubbed: owner and the columns of `_RECORD`.
    """

    rows: DataFrame
    total: int
    records: DataFrame
    settings: ScrubSettings


def scrub(  # noqa: PLR0913 (what decides)
    spark: SparkSession,
    home: Home,
    policy: Policy,
    key: RootKey,
    *,
    base: Base | None = None,
    why: str = FIRST,
) -> tuple[StepResult, Touched]:
    """Rebuild ``deid/resources``, or what a delivery changes of it.

    What can't be scrubbed safely goes to ``identified/quarantine``.

    Args:
        spark: the session.
        home: the home.
        policy: the policy in force.
        key: the domain's root key.
        base: what the last run left, where its other rows may be kept.
        why: code of the reason where there is no base.

    Returns:
        Tables and details, and whom it concerned. Details: ``actions`` (times each rule decided, all
        resources, and what became of the links between patients), ``refused`` (records and notes by reason).
    """
    records = merged_records(spark, home, current(spark, home))
    scope = scope_of(spark, home, records, policy, base=base, why=why)
    inputs = _inputs(spark, home, policy, key, records=records, scope=scope)
    rows = inputs.rows.mapInArrow(partial(stream, inputs.settings, ScrubbedRows), DEID_RESOURCES.row_ddl)
    if scope.base is None:
        ref = delta.overwrite(home, DEID_RESOURCES, rows)
        rules = _actions(delta.read(spark, home, DEID_RESOURCES))
    else:
        drawn = _drawn(spark, home, audience(key.domain, random=policy.profile == "safe_harbor"), key.epoch)
        ref = _replaced(spark, home, scope.base, scope, drawn, rows)
        rules = _actions_since(spark, home, scope.base)
    refused = _refused(spark, home, inputs, scope, complete=(ref.rows, rules))
    scope.close()
    details = {
        "actions": {**rules, **decisions(spark, home)},
        "rules": rules,
        "refused": refused,
        "resources": inputs.total,
    }
    return StepResult((ref,), details), scope.touched


def _drawn(spark: SparkSession, home: Home, domain: str, epoch: int) -> DataFrame:
    """Pseudonyms of records (lookup, pseudonym)."""
    rows = delta.read(spark, home, CROSSWALK).where((f.col("domain") == domain) & (f.col("epoch") == epoch))
    return rows.where(f.col("kind").isin("subject", "resource")).select("lookup", "pseudonym")


def _replaced(  # noqa: PLR0913, PLR0917 (private)
    spark: SparkSession, home: Home, base: Base, scope: Scope, drawn: DataFrame, rows: DataFrame
) -> TableRef:
    """The rows of some owners replaced, every record that is theirs now or was, and single ones of others."""
    owners, single = scope.some()
    went, came = difference(spark, home, INDEX, base.of(INDEX))
    own = "kind = 'name' and lookup = target"
    names = delta.read(spark, home, INDEX).where(own)
    standing = among(names, "owner", f.broadcast(records_of(spark, home, base, owners))).unionByName(
        among(names, "source", f.broadcast(single.select(f.col("source").alias(KEY))))
    )
    # a file that went holds others' rows too, which came again with the next one
    left = changed(went.where(own), came.where(own), "lookup")
    lookups = standing.select("lookup").unionByName(left).distinct()
    gone = drawn.join(f.broadcast(lookups), "lookup").select(f.col("pseudonym").alias(KEY)).distinct()
    ref = replace(
        spark,
        home,
        DEID_RESOURCES,
        base=base.of(DEID_RESOURCES),
        key=f.col("resource_id"),
        gone=gone.persist(),
        rows=rows,
        # by its own key a subject would be in every file, and the next delivery would touch them all
        by=f.coalesce("subject_id", f.crc32("resource_id") % _NOBODYS),
        order=("subject_id", "resource_type", "resource_id"),
    )
    gone.unpersist()
    return ref


def _inputs(  # noqa: PLR0913 (private)
    spark: SparkSession,
    home: Home,
    policy: Policy,
    key: RootKey,
    *,
    records: DataFrame,
    scope: Scope,
) -> _Inputs:
    owners, total = scope.owners, scope.records
    random = policy.profile == "safe_harbor"
    found = wanted(spark, home, policy, key.subkey(Purpose.LOOKUP), owner_of_record())
    domain = audience(key.domain, random=random)
    known = contexts(
        spark, home, domain=domain, epoch=key.epoch, secrets=random, identifiers=found,
        owners=scope.with_context(),
    )  # fmt: skip
    padded = known.select("*", *(f.lit(None).cast(records.schema[c].dataType).alias(c) for c in _RECORD))
    owned = records.select(owner_of_record().alias("owner"), *_RECORD)
    mine = scope.mine(owned)
    rows = mine.select(
        "owner",
        f.lit(1).alias("part"),
        *(
            f.lit(None).cast(known.schema[c].dataType).alias(c)
            for c in ("kind", "lookup", "label", "value", "micros")
        ),
        *_RECORD,
    )
    # of a large table each file holds few owners, so that a delivery concerns few files
    files = spread(total)
    whole = owners is None and files > 1
    together = padded.unionByName(rows)
    together = together.repartition(files, "owner") if whole else together.repartition("owner")
    ordered = together.sortWithinPartitions("owner", "part", "resource_type", "resource_id")
    settings = ScrubSettings(
        policy,
        key.subkey(Purpose.LOOKUP),
        key.subkey(Purpose.DATE_SHIFT),
        key.subkey(Purpose.SURROGATE),
        tuple(files_of(home.table(IDENTITIES))),
        tuple(files_of(home.table(POPULATION))),
        engine_version(),
        Vault(key.domain, key.epoch, key.subkey(Purpose.SEAL)) if random else None,
        key.subkey(Purpose.IDENTIFIER),
    )
    return _Inputs(ordered, total, mine, settings)


def _actions(rows: DataFrame) -> dict[str, int]:
    counted = rows.select(f.explode("actions").alias("rule", "n")).groupBy("rule").agg(f.sum("n").alias("n"))
    return {row["rule"]: int(row["n"]) for row in counted.orderBy("rule").collect()}


def _actions_since(spark: SparkSession, home: Home, base: Base) -> dict[str, int]:
    """The sums of the last run, less what went, more what came."""
    went, came = difference(spark, home, DEID_RESOURCES, base.of(DEID_RESOURCES))
    sums = dict(base.details["rules"])
    for rows, sign in ((went, -1), (came, 1)):
        for rule, n in _actions(rows).items():
            sums[rule] = sums.get(rule, 0) + sign * n
    return {rule: n for rule, n in sorted(sums.items()) if n}


def _refused(
    spark: SparkSession,
    home: Home,
    inputs: _Inputs,
    scope: Scope,
    *,
    complete: tuple[int, Mapping[str, int]],
) -> dict[str, int]:
    """What was refused, by reason; a second pass is paid for only where something was.

    Args:
        spark: the session.
        home: the home.
        inputs: what went through the stream.
        scope: whom it concerned.
        complete: rows of the table, and times that each rule decided.
    """
    made, rules = complete
    known = _of_others(spark, home, scope)
    noted = any(name.startswith(NOTE_ERROR) for name in rules)
    if made == inputs.total and not noted and (known is None or known.isEmpty()):
        if delta.exists(home, REFUSED) and delta.row_count(home, REFUSED):
            delta.overwrite(home, REFUSED, delta.nothing(spark, REFUSED.ddl))
        return {}
    found = inputs.rows.mapInArrow(partial(stream, inputs.settings, RefusedRows), _REFUSED_DDL)
    found = found.persist()
    _quarantine(spark, home, found)
    place = [name for name in _PLACE if name not in {"reason", "content_sha256"}]
    same = [f.col(f"found.{name}").eqNullSafe(f.col(f"record.{name}")) for name in place]
    source = f.concat_ws("/", "record.site", "record.resource_type", "record.resource_id").alias("source")
    mine = found.alias("found").join(inputs.records.alias("record"), same)
    rows = mine.groupBy("record.owner", source, "found.reason").agg(f.count("*").alias("n"))
    rows = rows.select("owner", "source", "reason", "n")
    delta.overwrite(home, REFUSED, (rows if known is None else rows.unionByName(known)).coalesce(1))
    found.unpersist()
    return _by_reason(delta.read(spark, home, REFUSED))


def _of_others(spark: SparkSession, home: Home, scope: Scope) -> DataFrame | None:
    """What was refused of records that aren't scrubbed now."""
    if scope.base is None or scope.base.of(REFUSED) < 0:
        return None
    owners, single = scope.some()
    rows = delta.read(spark, home, REFUSED, scope.base.of(REFUSED))
    rows = rows.join(owners, rows["owner"] == owners[KEY], "left_anti")
    return rows.join(single.select("source"), "source", "left_anti").select(*REFUSED.names)


def _by_reason(rows: DataFrame) -> dict[str, int]:
    counted = rows.groupBy("reason").agg(f.sum("n").alias("n")).orderBy("reason")
    return {row["reason"]: int(row["n"]) for row in counted.collect()}


def _quarantine(spark: SparkSession, home: Home, found: DataFrame) -> None:
    known = delta.read(spark, home, QUARANTINE).select(*_PLACE)
    same = [f.col(f"new.{name}").eqNullSafe(f.col(f"known.{name}")) for name in _PLACE]
    new = found.alias("new").join(known.alias("known"), same, "left_anti").select("new.*")
    version = delta.current_version(home, QUARANTINE)
    delta.append(home, QUARANTINE, new, delta.Transaction("scrub", version + 1))
