"""What scrubbing kept of the coded content, and whether it left every subject's time as it was.

Source and scrubbed records of whole subjects, drawn by a hash, pass one task subject by subject, and only
counts leave it: of content by resource type, and of violations of order, interval, length of stay and age
(D-16). Records that name no subject are drawn one by one and have no time to compare.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.dates import TimeMode
from plummer.deid.keys import RootKey
from plummer.deid.policy import Policy
from plummer.deid.structure.content import Part
from plummer.deid.structure.fidelity import Fidelity
from plummer.deid.structure.invariance import Violations
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import audience
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.index.sites import Sites
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.merges import merged_index
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import CROSSWALK, DEID_RESOURCES

SAMPLE: Final = 20_000
"""About how many records are compared; a core compares 8 to 12 thousand a second."""
_FEW: Final = 10
"""Times the sample that one subject may be larger."""
_SLOTS: Final = 2**30
_SOURCE, _SCRUBBED = 0, 1
_DDL: Final = "resource_type string, what string, side string, n bigint"
_RESOURCES: Final = "resources"
_TIME: Final = "timeline"


@dataclass(frozen=True, slots=True)
class Found:
    """Counts of the records that were compared.

    Attributes:
        records: records as received that were compared.
        of: records that could have been.
        subjects: subjects whose time was compared.
        failed: records that couldn't be read again; there should be none.
        resources: by type, records with coded clinical content.
        content: by type and kind of content, how much stood in the source and how much was kept.
        timeline: violations, and how many events were compared.
    """

    records: int
    of: int
    subjects: int
    failed: int = 0
    resources: Mapping[str, int] = field(default_factory=dict)
    content: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    timeline: Mapping[str, int] = field(default_factory=dict)


def fidelity(spark: SparkSession, home: Home, policy: Policy, key: RootKey, sample: int = SAMPLE) -> Found:
    """Compare about ``sample`` records, all where there are no more.

    Args:
        spark: the session.
        home: the home, scrubbed under ``policy``.
        policy: its time mode and time zone.
        key: says in which domain and epoch the pseudonyms are; nothing is derived from it.
        sample: records to compare.
    """
    total = delta.row_count(home, DEID_RESOURCES)
    domain = audience(key.domain, random=policy.profile == "safe_harbor")
    keys = _drawn(_keys(spark, home, domain, key.epoch), 1.0 if total <= sample else sample / total).persist()
    pairs = (
        _sides(spark, home, _small(keys)).repartition("owner").sortWithinPartitions("owner", "source", "side")
    )
    audit = partial(_audit, mode=policy.time_mode, sites=Sites.of(policy))
    counted = (
        pairs.mapInArrow(audit, _DDL).groupBy("resource_type", "what", "side").agg(f.sum("n").alias("n"))
    )
    found = {(row[0], row[1], row[2]): int(row[3]) for row in counted.collect()}
    keys.unpersist()
    return _add_up(found, total)


def _small(keys: DataFrame) -> DataFrame:
    """The keys, sent to every task where they are as few as they should be: no body is shuffled then."""
    return f.broadcast(keys) if keys.count() <= _FEW * SAMPLE else keys


def _keys(spark: SparkSession, home: Home, domain: str, epoch: int) -> DataFrame:
    """Owner, name and pseudonym of every current record that has one of its own: no replaced Patient's."""
    index = merged_index(spark, home).where("kind = 'name' and lookup = target")
    pseudonyms = delta.read(spark, home, CROSSWALK).where(
        (f.col("domain") == domain) & (f.col("epoch") == epoch) & f.col("kind").isin("subject", "resource")
    )
    names = index.select("owner", "source", "lookup", f.col("label").alias("resource_type"))
    return names.join(pseudonyms.select("lookup", "pseudonym"), "lookup").drop("lookup")


def _drawn(keys: DataFrame, share: float) -> DataFrame:
    """Whole subjects, and single records of nobody, by a hash; one subject at least."""
    if share >= 1:
        return keys
    shared = f.col("owner").startswith(SHARED)
    slot = f.pmod(f.xxhash64(f.when(shared, f.col("source")).otherwise(f.col("owner"))), f.lit(_SLOTS))
    hashed = keys.withColumn("slot", slot)
    first = hashed.where(~shared).agg(f.min("slot")).first()
    least = -1 if first is None or first[0] is None else int(first[0])
    return hashed.where(f.col("slot") <= max(int(share * _SLOTS), least)).drop("slot")


def _sides(spark: SparkSession, home: Home, keys: DataFrame) -> DataFrame:
    source = f.concat_ws("/", "site", "resource_type", "resource_id").alias("source")
    before = current(spark, home).select(source, "body")
    after = delta.read(spark, home, DEID_RESOURCES).select(
        "resource_type", f.col("resource_id").alias("pseudonym"), "body"
    )
    columns = ("owner", "source", "side", "body")
    return (
        before.join(keys, "source").withColumn("side", f.lit(_SOURCE)).select(*columns)
        .unionByName(
            after.join(keys, ["resource_type", "pseudonym"])
            .withColumn("side", f.lit(_SCRUBBED)).select(*columns)
        )
    )  # fmt: skip


def _audit(batches: Iterator[pa.RecordBatch], *, mode: TimeMode, sites: Sites) -> Iterator[pa.RecordBatch]:
    """Counts of one task: the body of a ``mapInArrow``."""
    counted, failed, owner = Fidelity(mode, sites.zone), 0, None
    for name, site, source, scrubbed in _pairs(batches):
        if name != owner:
            owner = name
            counted.enter(subject=not name.startswith(SHARED))
        try:
            counted.compare(source, scrubbed, sites.zone_of(site))
        except PlummerError:
            failed += 1
    counted.leave()
    rows = {(kind, _RESOURCES, ""): n for kind, n in counted.resources.items()}
    for (kind, part), share in counted.content.items():
        rows |= {(kind, part.value, "source"): share.source, (kind, part.value, "kept"): share.kept}
    rows |= {("", _TIME, name): n for name, n in asdict(counted.time).items()}
    rows |= {("", name, ""): n for name, n in (("subjects", counted.subjects), ("failed", failed))}
    rows["", "records", ""] = counted.records
    yield _to_arrow(rows)


def _pairs(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[str, str, str, str | None]]:
    """Owner, site, record as received, and what was released of it; rows come sorted."""
    open_row: dict[str, Any] | None = None
    for row in (row for batch in batches for row in batch.to_pylist()):
        if row["side"] == _SOURCE:
            if open_row is not None:
                yield open_row["owner"], _site(open_row), open_row["body"], None
            open_row = row
        elif open_row is not None and open_row["source"] == row["source"]:
            yield row["owner"], _site(row), open_row["body"], row["body"]
            open_row = None
    if open_row is not None:
        yield open_row["owner"], _site(open_row), open_row["body"], None


def _site(row: dict[str, Any]) -> str:
    return str(row["source"]).partition("/")[0]


def _to_arrow(rows: Mapping[tuple[str, str, str], int]) -> pa.RecordBatch:
    columns: list[Any] = [pa.array([key[at] for key in rows], pa.string()) for at in range(3)]
    columns.append(pa.array(list(rows.values()), pa.int64()))
    return pa.RecordBatch.from_arrays(columns, ["resource_type", "what", "side", "n"])


def _add_up(rows: Mapping[tuple[str, str, str], int], total: int) -> Found:
    kinds = sorted({kind for kind, _, _ in rows if kind})
    content = {
        kind: {
            part.value: (rows[kind, part.value, "source"], rows[kind, part.value, "kept"])
            for part in Part
            if (kind, part.value, "source") in rows
        }
        for kind in kinds
    }
    return Found(
        rows.get(("", "records", ""), 0),
        total,
        rows.get(("", "subjects", ""), 0),
        rows.get(("", "failed", ""), 0),
        {kind: rows[kind, _RESOURCES, ""] for kind in kinds},
        content,
        {name: rows.get(("", _TIME, name), 0) for name in Violations.__slots__},
    )
