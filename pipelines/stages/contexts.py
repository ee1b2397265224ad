"""Context rows for the compartments stream (docs/architecture.md), and the subjects' year bands."""

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (Spark's own convention)

from plummer.pipelines import delta
from plummer.pipelines.delta_replace import KEY
from plummer.pipelines.home import Home
from plummer.pipelines.index.context import CONTEXT_PART, REPLACED_BIRTH
from plummer.pipelines.index.crosswalk import IDENTIFIER, SECRET
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.stages.changed import among
from plummer.pipelines.stages.identifiers import context_rows
from plummer.pipelines.stages.merges import merged_index, patient_source
from plummer.schemas.tables import CROSSWALK, IDENTITIES

_FACTS: Final = ("names", "ids", "phones", "emails", "addresses", "dates")
_DAY: Final = "cast((micros - pmod(micros, 86400000000)) div 86400000000 as int)"
_OWN, _SHARED, _FOREIGN = 0, 1, 2


def contexts(  # noqa: PLR0913 (what a context is made of)
    spark: SparkSession,
    home: Home,
    *,
    domain: str,
    epoch: int,
    secrets: bool = False,
    identifiers: DataFrame | None = None,
    owners: DataFrame | None = None,
) -> DataFrame:
    """Context rows of every owner, with the columns of `plummer.pipelines.index.context.CONTEXT_DDL`.

    A reference is looked for in the referring compartment first and then among shared resources;
    one whose only target lies in another subject's compartment is ``foreign``. A name that several
    resources of one rank bear names none of them. Records that are one subject after merges have one
    context, under the key of the one in use.

    Args:
        spark: the session.
        home: the home, with index, identities and crosswalk.
        domain: domain of the pseudonyms.
        epoch: key generation of the pseudonyms.
        secrets: hand over the subjects' sealed secrets too.
        identifiers: those (owner, lookup, source) whose drawn pseudonyms are to be handed over.
        owners: whose rows are wanted (a column ``_key``), all without.
    """
    every = merged_index(spark, home)
    # of few owners all parts are made of one pass over the index
    index = every if owners is None else among(every, "owner", F.broadcast(owners)).persist()
    whole = _named(spark, home, _names(every, index), domain, epoch, secrets=secrets)
    if owners is not None:
        whole = whole.persist()  # three parts are made of it, and here it is small
    own = whole.where("lookup = target")
    mine = own if owners is None else among(own, "owner", F.broadcast(owners))
    named = whole.where(F.col("sealed").isNull())
    # the builder takes a row twice without harm, so nothing is shuffled only to be distinct
    parts = (
        _own(mine.where(F.col("sealed").isNull())),
        _references(index, named),
        _rows(index.where("kind = 'time'").select("owner", "micros"), "time"),
        _facts(spark, home, index, owners),
        _births(index),
        *((_secrets(mine),) if secrets else ()),
        *((_identifiers(spark, home, identifiers, domain, epoch),) if identifiers is not None else ()),
    )
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.unionByName(part)
    return whole


def _names(every: DataFrame, index: DataFrame) -> DataFrame:
    """The names that some owners' rows of the index need: their own, and those that they refer to."""
    names = every.where("kind = 'name'")
    if every is index:
        return names
    wanted = index.where("kind in ('ref', 'name')").select(F.col("lookup").alias(KEY)).distinct()
    return among(names, "lookup", wanted)


def bands(spark: SparkSession, home: Home, *, domain: str, epoch: int) -> DataFrame:
    """The three calendar years that hold each subject's true first event.

    Returns:
        subject_id bigint, anchor_year_band string, e.g. ``2011-2013``; no row for a subject
        without events.
    """
    index = merged_index(spark, home)
    named = _named(spark, home, index.where("kind = 'name' and label = 'Patient'"), domain, epoch)
    subjects = named.where("lookup = target and subject").select("owner", "pseudonym")
    times = index.where("kind = 'time'").join(_born(index), "owner", "left")
    # as the context has it: what is long before the birth isn't the first event, unless everything is
    lived = F.when(F.date_from_unix_date(F.expr(_DAY) + 1) >= F.col("birth"), F.col("micros"))
    first = times.groupBy("owner").agg(F.coalesce(F.min(lived), F.min("micros")).alias("micros"))
    year = F.year(F.date_from_unix_date(F.expr(_DAY)))
    start = F.floor((year - 1) / 3) * 3 + 1
    band = F.concat(start.cast("string"), F.lit("-"), (start + 2).cast("string"))
    return subjects.join(first, "owner").select(
        F.col("pseudonym").cast("bigint").alias("subject_id"), band.alias("anchor_year_band")
    )


def _named(  # noqa: PLR0913 (private)
    spark: SparkSession, home: Home, names: DataFrame, domain: str, epoch: int, *, secrets: bool = False
) -> DataFrame:
    """Every name with its bearer's owner and pseudonymised reference; secrets have ``sealed``."""
    kinds = ("subject", "resource", *((SECRET,) if secrets else ()))
    kind = F.col("kind")
    pseudonyms = (
        delta.read(spark, home, CROSSWALK)
        .where((F.col("domain") == domain) & (F.col("epoch") == epoch) & kind.isin(*kinds))
        .select(
            F.col("lookup").alias("target"),
            "pseudonym",
            (kind == "subject").alias("subject"),
            F.when(kind == SECRET, F.col("sealed")).alias("sealed"),
        )
    )
    return (
        names.select("owner", "lookup", "target", "label")
        .join(pseudonyms, "target")
        .withColumn("reference", F.concat_ws("/", F.col("label"), F.col("pseudonym")))
    )


def _own(named: DataFrame) -> DataFrame:
    """Each resource's own name, and of a Patient its subject_id too."""
    kinds = F.when(F.col("subject"), F.array(F.lit("ref"), F.lit("subject"))).otherwise(F.array(F.lit("ref")))
    own = named.where("lookup = target").withColumn("kind", F.explode(kinds))
    value = F.when(F.col("kind") == "subject", F.col("pseudonym")).otherwise(F.col("reference"))
    return _rows(own.withColumn("value", value).select("owner", "kind", "lookup", "value"))


def _secrets(named: DataFrame) -> DataFrame:
    """The subject's secret as the crosswalk has it: lookup, public name (label), what is sealed (value)."""
    own = named.where("lookup = target and sealed is not null")
    return _rows(
        own.select("owner", "lookup", F.col("pseudonym").alias("label"), F.base64("sealed").alias("value")),
        SECRET,
    )


def _identifiers(spark: SparkSession, home: Home, found: DataFrame, domain: str, epoch: int) -> DataFrame:
    return _rows(context_rows(spark, home, found, domain=domain, epoch=epoch), IDENTIFIER)


def _references(index: DataFrame, named: DataFrame) -> DataFrame:
    """What each owner's references name: a pseudonymised reference, or something foreign."""
    references = index.where("kind = 'ref'").select("owner", "lookup")
    bearers = named.select("lookup", "reference", F.col("owner").alias("bearer"))
    rank = (
        F.when(F.col("bearer") == F.col("owner"), _OWN)
        .when(F.col("bearer").startswith(SHARED), _SHARED)
        .otherwise(_FOREIGN)
    )
    both_shared = F.col("owner").startswith(SHARED) & F.col("bearer").startswith(SHARED)
    found = references.join(bearers, "lookup").withColumn(
        "rank", F.when(both_shared, _SHARED).otherwise(rank)
    )
    best = found.groupBy("owner", "lookup").agg(
        F.min(F.struct("rank", "reference")).alias("first"),
        F.max(F.struct((-F.col("rank")).alias("rank"), "reference")).alias("last"),
    )
    foreign = F.col("first.rank") == _FOREIGN
    same = F.col("first.reference") == F.col("last.reference")
    return _rows(
        best.where(foreign | same).select(
            "owner",
            "lookup",
            F.when(foreign, "foreign").otherwise("ref").alias("kind"),
            F.when(~foreign, F.col("first.reference")).alias("value"),
        )
    )


def _facts(spark: SparkSession, home: Home, index: DataFrame, owners: DataFrame | None) -> DataFrame:
    """Facts of patients from their identities; of shared owners from the index."""
    people = delta.read(spark, home, IDENTITIES).where("kind = 'patient'")
    if owners is not None:
        people = among(people, "patient_key", F.broadcast(owners))
    lists = F.create_map(*(part for label in _FACTS for part in (F.lit(label), F.col(label))))
    of_people = people.select(F.col("patient_key").alias("owner"), F.explode(lists).alias("label", "found"))
    exploded = of_people.select("owner", "label", F.explode("found").alias("value"))
    shared = index.where(f"kind = 'fact' and startswith(owner, '{SHARED}')").select("owner", "label", "value")
    return _rows(exploded.unionByName(shared), "fact")


def _births(index: DataFrame) -> DataFrame:
    """The patient's own birth date, told from relatives' by the resource that states it.

    Where the record in use states none, those of the records it replaces: their ages close too.
    """
    dates = index.where("kind = 'fact' and label = 'dates' and contains(source, '/Patient/')")
    label = F.when(F.col("source") != patient_source("owner"), F.lit(REPLACED_BIRTH))
    return _rows(dates.select("owner", label.alias("label"), "value"), "birth")


def _born(index: DataFrame) -> DataFrame:
    """Each subject's birth date, by the record in use, the earliest where it states several."""
    stated = (
        _births(index).groupBy("owner").agg(F.min(F.struct(F.col("label").isNotNull(), "value")).alias("b"))
    )
    # a birth of a year or month alone counts from its first day, as it is parsed
    return stated.select("owner", F.expr("try_cast(rpad(b.value, 10, '-01-01') AS date)").alias("birth"))


def _rows(rows: DataFrame, kind: str | None = None) -> DataFrame:
    """Fill in the columns of a context row that these lack."""
    if kind is not None:
        rows = rows.withColumn("kind", F.lit(kind))

    def column(name: str, of_type: str) -> Column:
        return (F.col(name) if name in rows.columns else F.lit(None)).cast(of_type).alias(name)

    return rows.select(
        "owner",
        F.lit(CONTEXT_PART).alias("part"),
        "kind",
        column("lookup", "binary"),
        column("label", "string"),
        column("value", "string"),
        column("micros", "bigint"),
    )
