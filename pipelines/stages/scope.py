"""Whose records must be scrubbed again: by a delivery of their own, or since something global has changed.

What a subject's scrubbed records depend on beside themselves: their merges, what is known of them and of the
staff and places that they are linked to (``identities``), what their references name, the labels and days
that many subjects share (``population``), and the names of the home. Each is compared with what it was when
the table was last written.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.policy import Policy
from plummer.deid.text.surrogates import Replacement
from plummer.pipelines import delta
from plummer.pipelines.base import MOST, MOSTLY, REWRITTEN, Base, Touched, grown, mostly
from plummer.pipelines.delta_replace import KEY, changed, difference
from plummer.pipelines.home import Home
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.scrubbing.identifiers import asks
from plummer.pipelines.stages.changed import among, moved, owners_of_records, subjects_of, union
from plummer.pipelines.stages.current import owner_of_record, source_of_record
from plummer.pipelines.stages.merges import merged_index
from plummer.pipelines.stages.population import newly_common, owners_that_tell, population, records_that_tell
from plummer.pipelines.stages.sweep import changed_words, records_with
from plummer.schemas.tables import CROSSWALK, IDENTITIES, INDEX, RESOURCES

IDENTIFIERS: Final = "identifiers_asked"
SURROGATES: Final = "surrogates"
WORDS: Final = "many_names"
_SINGLE_DDL: Final = "owner string, source string, fact string"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a run of the scrub stage concerns.

    Attributes:
        base: what the last run left; None where all is made anew.
        owners: all whose records are scrubbed (`KEY`, distinct, persisted); None for everybody.
        single: records of others that are scrubbed too (owner, source: SITE/Type/id, fact; persisted).
        touched: the same in numbers.
        records: how many there are in the whole home.
    """

    base: Base | None
    owners: DataFrame | None
    single: DataFrame | None
    touched: Touched
    records: int

    def some(self) -> tuple[DataFrame, DataFrame]:
        """The owners, and the records of others, where there is a base.

        Raises:
            ValueError: everybody's records are scrubbed.
        """
        if self.owners is None or self.single is None:
            raise ValueError("everybody")
        return self.owners, self.single

    def with_context(self) -> DataFrame | None:
        """Owners (`KEY`) of whom a record is scrubbed; None for everybody."""
        if self.owners is None:
            return None
        owners, single = self.some()
        return union(owners, single.select(f.col("owner").alias(KEY)))

    def mine(self, records: DataFrame) -> DataFrame:
        """Those of some records (with ``owner``) that are scrubbed, in one pass over them."""
        if self.owners is None:
            return records
        owners, single = self.some()
        whole = owners.select(f.col(KEY).alias("_whole"))
        alone = single.select(f.col("source").alias("_alone")).distinct()
        named = records.join(f.broadcast(whole), f.col("owner") == f.col("_whole"), "left")
        found = named.join(f.broadcast(alone), source_of_record() == f.col("_alone"), "left")
        return found.where("_whole is not null or _alone is not null").drop("_whole", "_alone")

    def close(self) -> None:
        """Let go of what was kept for the run."""
        for kept in (self.owners, self.single):
            if kept is not None:
                kept.unpersist()


def scope_of(  # noqa: PLR0913 (what decides)
    spark: SparkSession, home: Home, records: DataFrame, policy: Policy, *, base: Base | None, why: str
) -> Scope:
    """Find whom a run concerns, and bring ``identified/population`` up to date.

    Args:
        spark: the session.
        home: the home.
        records: current records after merges.
        policy: the policy in force.
        base: what the last run left.
        why: code of the reason where there is none.
    """
    sizes = _sizes(records)
    if base is None or (why := _impossible(home, policy, base)):
        return _whole(spark, home, records, policy, why=why, sizes=sizes)
    first = _concerned(spark, home, base).persist()
    n, most = mostly(first, sizes.owners)
    words = None if most else changed_words(spark, home, base)
    if most or words is None or (_invents(policy) and _others_known(spark, home, base)):
        why = MOSTLY if most else WORDS if words is None else SURROGATES
        return _whole(spark, home, records, policy, why=why, sizes=sizes)
    population(spark, home, records, policy, base=base, owners=first, subjects=sizes.subjects)
    single, counts = _single(spark, home, records, policy, base=base, whole=first, words=words)
    if sum(counts.values()) > MOST * sizes.records:
        return Scope(None, None, None, Touched(True, MOSTLY, sizes.owners, sizes.owners), sizes.records)
    n += single.select("owner").distinct().count()
    return Scope(base, first, single, Touched(False, "", n, sizes.owners, counts), sizes.records)


def _single(  # noqa: PLR0913 (private)
    spark: SparkSession,
    home: Home,
    records: DataFrame,
    policy: Policy,
    *,
    base: Base,
    whole: DataFrame,
    words: frozenset[str],
) -> tuple[DataFrame, dict[str, int]]:
    """Records of others than those who are scrubbed as a whole, for one fact that they tell.

    What a record says of itself is all that a common label or a name of the home concerns: the others of the
    same subject read as before.

    Returns:
        Owner, source and fact, persisted; and how many records each fact concerns.
    """
    owned = records.select(
        owner_of_record().alias("owner"), source_of_record().alias("source"), "site", "body"
    )
    others = owned.join(f.broadcast(whole), f.col("owner") == f.col(KEY), "left_anti")
    facts = newly_common(spark, home, base).persist()
    found = []
    if not facts.isEmpty():
        theirs = among(others, "owner", f.broadcast(owners_that_tell(spark, home, facts)))
        found.append(records_that_tell(theirs, policy, facts).withColumn("fact", f.lit("common_labels")))
    if words:
        found.append(records_with(others, words).withColumn("fact", f.lit("names")))
    single = reduce(DataFrame.unionByName, found, delta.nothing(spark, _SINGLE_DDL)).persist()
    counted = {row["fact"]: int(row["count"]) for row in single.groupBy("fact").count().collect()}
    facts.unpersist()
    return single, {"common_labels": counted.get("common_labels", 0), "names": counted.get("names", 0)}


@dataclass(frozen=True, slots=True)
class _Sizes:
    records: int
    owners: int
    subjects: int


def _sizes(records: DataFrame) -> _Sizes:
    """Records, owners, and those of them who are somebody, in one pass over the keys."""
    owners = records.select(owner_of_record().alias(KEY)).groupBy(KEY).count()
    somebody = ~f.col(KEY).startswith(SHARED)
    row = owners.agg(f.sum("count"), f.count("*"), f.count_if(somebody)).collect()[0]
    return _Sizes(int(row[0] or 0), int(row[1]), int(row[2]))


def _whole(  # noqa: PLR0913 (private)
    spark: SparkSession, home: Home, records: DataFrame, policy: Policy, *, why: str, sizes: _Sizes
) -> Scope:
    population(spark, home, records, policy, subjects=sizes.subjects)
    return Scope(None, None, None, Touched(True, why, sizes.owners, sizes.owners), sizes.records)


def _impossible(home: Home, policy: Policy, base: Base) -> str:
    """Why all must be made anew whatever was delivered, "" where it needn't."""
    if policy.profile == "safe_harbor" and asks(policy):
        return IDENTIFIERS
    return "" if grown(home, base, RESOURCES, CROSSWALK) else REWRITTEN


def _invents(policy: Policy) -> bool:
    """Whether names are invented: none may be the name of anybody in the home."""
    return policy.text != Replacement.TAGS


def _others_known(spark: SparkSession, home: Home, base: Base) -> bool:
    """Whether anything is known of anybody that wasn't, or the other way round."""
    before, now = difference(spark, home, IDENTITIES, base.of(IDENTITIES))
    return not changed(before, now, *IDENTITIES.names).isEmpty()


def _concerned(spark: SparkSession, home: Home, base: Base) -> DataFrame:
    """Owners of what came and of changed merges, whose references name others, of whom more is known."""
    apart = moved(spark, home, base)
    own = subjects_of(spark, home, base, union(owners_of_records(spark, home, base), apart))
    went, came = difference(spark, home, INDEX, base.of(INDEX))
    names = changed(went, came, "kind", "owner", "lookup", "target", "label").where("kind = 'name'")
    index = delta.read(spark, home, INDEX)
    borne = names.select("lookup").unionByName(
        among(index.where("kind = 'name'"), "owner", apart).select("lookup")
    )
    references = merged_index(spark, home).where("kind = 'ref'").select("owner", "lookup")
    naming = among(references, "lookup", f.broadcast(borne.select(f.col("lookup").alias(KEY)).distinct()))
    before, now = difference(spark, home, IDENTITIES, base.of(IDENTITIES))
    facts = changed(before, now, *IDENTITIES.names).where("kind = 'patient'")
    return union(own, naming.select(f.col("owner").alias(KEY)), facts.select(f.col("patient_key").alias(KEY)))
