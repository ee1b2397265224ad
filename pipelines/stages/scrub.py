"""Scrub every current resource in one stream of compartments (docs/architecture.md)."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.keys import Purpose, RootKey
from plummer.deid.policy import Policy
from plummer.pipelines import delta
from plummer.pipelines.delta_log import files
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import audience
from plummer.pipelines.results import StepResult
from plummer.pipelines.scrubbing.settings import ScrubSettings, Vault, engine_version
from plummer.pipelines.scrubbing.stream import RefusedRows, ScrubbedRows, stream
from plummer.pipelines.stages.contexts import contexts
from plummer.pipelines.stages.current import current, subject_of_record
from plummer.pipelines.stages.identifiers import wanted
from plummer.pipelines.stages.merges import decisions, merged_records
from plummer.pipelines.stages.population import population
from plummer.schemas.tables import DEID_RESOURCES, IDENTITIES, POPULATION, QUARANTINE

_ROWS_DDL: Final = ", ".join(f"`{c.name}` {c.type}" for c in DEID_RESOURCES.columns)
_REFUSED_DDL: Final = ", ".join(f"`{c.name}` {c.type}" for c in QUARANTINE.columns)
_RECORD: Final = (
    "site", "resource_type", "resource_id", "body", "load_id", "file", "line", "entry", "content_sha256",
)  # fmt: skip
_PLACE: Final = ["site", "load_id", "file", "line", "entry", "reason", "content_sha256"]
NOTE_ERROR: Final = "note_error"


@dataclass(frozen=True, slots=True)
class _Inputs:
    rows: DataFrame
    count: int
    settings: ScrubSettings


def scrub(spark: SparkSession, home: Home, policy: Policy, key: RootKey) -> StepResult:
    """Rebuild ``deid/resources``; what can't be scrubbed safely goes to ``identified/quarantine``.

    Returns:
        Tables, and details: ``actions`` (times each rule decided, all resources, and what became of the
        links between patients), ``refused`` (records and notes by reason).
    """
    inputs = _inputs(spark, home, policy, key)
    rows = inputs.rows.mapInArrow(partial(stream, inputs.settings, ScrubbedRows), _ROWS_DDL)
    ref = delta.overwrite(home, DEID_RESOURCES, rows)
    actions = {**_actions(delta.read(spark, home, DEID_RESOURCES)), **decisions(spark, home)}
    refused: dict[str, int] = {}
    # a second pass is paid for only where something was refused
    if ref.rows != inputs.count or any(name.startswith(NOTE_ERROR) for name in actions):
        refused = _quarantine(spark, home, inputs)
    return StepResult((ref,), {"actions": actions, "refused": refused, "resources": inputs.count})


def _inputs(spark: SparkSession, home: Home, policy: Policy, key: RootKey) -> _Inputs:
    records = merged_records(spark, home, current(spark, home))
    population(home, records, policy)
    random = policy.profile == "safe_harbor"
    found = wanted(spark, home, policy, key.subkey(Purpose.LOOKUP), owner_of_record())
    domain = audience(key.domain, random=random)
    known = contexts(spark, home, domain=domain, epoch=key.epoch, secrets=random, identifiers=found)
    padded = known.select("*", *(f.lit(None).cast(records.schema[c].dataType).alias(c) for c in _RECORD))
    rows = records.select(
        owner_of_record().alias("owner"),
        f.lit(1).alias("part"),
        *(
            f.lit(None).cast(known.schema[c].dataType).alias(c)
            for c in ("kind", "lookup", "label", "value", "micros")
        ),
        *_RECORD,
    )
    together = padded.unionByName(rows).repartition("owner")
    ordered = together.sortWithinPartitions("owner", "part", "resource_type", "resource_id")
    settings = ScrubSettings(
        policy,
        key.subkey(Purpose.LOOKUP),
        key.subkey(Purpose.DATE_SHIFT),
        key.subkey(Purpose.SURROGATE),
        tuple(files(home.table(IDENTITIES))),
        tuple(files(home.table(POPULATION))),
        engine_version(),
        Vault(key.domain, key.epoch, key.subkey(Purpose.SEAL)) if random else None,
        key.subkey(Purpose.IDENTIFIER),
    )
    return _Inputs(ordered, records.count(), settings)


def owner_of_record() -> f.Column:
    """The owner of a row of ``identified/resources``, as `plummer.pipelines.index.rows` has it."""
    shared = f.crc32(f.concat_ws("/", "site", "resource_type", "resource_id")) % 64
    return f.coalesce(subject_of_record(), f.concat(f.lit("shared:"), f.lpad(shared.cast("string"), 2, "0")))


def _actions(rows: DataFrame) -> dict[str, int]:
    counted = rows.select(f.explode("actions").alias("rule", "n")).groupBy("rule").agg(f.sum("n").alias("n"))
    return {row["rule"]: int(row["n"]) for row in counted.orderBy("rule").collect()}


def _quarantine(spark: SparkSession, home: Home, inputs: _Inputs) -> dict[str, int]:
    found = inputs.rows.mapInArrow(partial(stream, inputs.settings, RefusedRows), _REFUSED_DDL)
    known = delta.read(spark, home, QUARANTINE).select(*_PLACE)
    same = [f.col(f"new.{name}").eqNullSafe(f.col(f"known.{name}")) for name in _PLACE]
    new = found.alias("new").join(known.alias("known"), same, "left_anti").select("new.*")
    version = delta.current_version(home, QUARANTINE)
    delta.append(home, QUARANTINE, new, delta.Transaction("scrub", version + 1))
    counts = found.groupBy("reason").count().orderBy("reason")
    return {row["reason"]: int(row["count"]) for row in counts.collect()}
