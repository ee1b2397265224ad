"""Stage identities: what is known of every person and place, for the text engine's first layer."""

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (Spark's own convention)

from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.stages.merges import merged_index
from plummer.schemas.tables import IDENTITIES

_LABELS: Final = ("names", "ids", "phones", "emails", "addresses", "dates")
_PLACES: Final = ("Organization", "Location", "HealthcareService")
_STAFF: Final = ("Practitioner", "PractitionerRole", "Person")


def identities(spark: SparkSession, home: Home) -> TableRef:
    """Rebuild ``identified/identities`` from ``identified/index``.

    A patient's row holds their own facts, those of relatives and contacts, and those of the
    practitioners and places that their resources refer to, directly or by a PractitionerRole.
    A place's name is among a patient's `addresses`: it is looked for as a whole phrase, never word
    by word. Relatives, staff and places have rows of their own too. Records that are one subject have
    one row, with the facts of all of them.
    """
    index = merged_index(spark, home)
    facts = index.where("kind = 'fact'").select("owner", "source", "label", "value")
    in_compartment = ~F.col("owner").startswith(SHARED)
    own = facts.where(in_compartment).select("owner", "label", "value")
    people = _gather(own.unionByName(_linked_facts(index, facts)), F.lit("patient"))
    others = facts.withColumn("kind", _kind_of(F.col("source"))).where("kind is not null")
    return delta.overwrite(
        home,
        IDENTITIES,
        people.unionByName(_gather(others.select(F.col("source").alias("owner"), "label", "value", "kind"))),
    )


def _linked_facts(index: DataFrame, facts: DataFrame) -> DataFrame:
    """Facts of the shared resources that a patient's compartment links to."""
    names = index.where(f"kind = 'name' and startswith(owner, '{SHARED}')").select(
        "lookup", F.col("source").alias("bearer")
    )
    links = index.where("kind = 'link'").select("owner", "source", "lookup").distinct()
    direct = (
        links.where(f"not startswith(owner, '{SHARED}')")
        .join(names, "lookup")
        .select("owner", "bearer")
        .distinct()
    )
    of_roles = links.where(f"startswith(owner, '{SHARED}')").join(names, "lookup").select("source", "bearer")
    by_role = direct.withColumnRenamed("bearer", "source").join(of_roles, "source").select("owner", "bearer")
    shared = facts.where(f"startswith(owner, '{SHARED}') and label <> 'dates'").select(
        F.col("source").alias("bearer"), "label", "value"
    )
    place_name = _type_of(F.col("bearer")).isin(*_PLACES) & (F.col("label") == "names")
    return (
        direct.unionByName(by_role)
        .distinct()
        .join(shared, "bearer")
        .select("owner", F.when(place_name, "addresses").otherwise(F.col("label")).alias("label"), "value")
    )


def _type_of(source: Column) -> Column:
    """Resource type in SITE/Type/id."""
    return F.split_part(source, F.lit("/"), F.lit(2))


def _kind_of(source: Column) -> Column:
    """Kind of a bearer that isn't a patient; null for patients and for resources of other types."""
    kind = _type_of(source)
    return (
        F.when(kind == "RelatedPerson", "relative")
        .when(kind.isin(*_STAFF), "staff")
        .when(kind.isin(*_PLACES), "organisation")
    )


def _gather(facts: DataFrame, kind: Column | None = None) -> DataFrame:
    """Facts (owner, label, value and, if not given, kind) to rows of the contract, sorted, distinct."""
    kinds = facts if kind is None else facts.withColumn("kind", kind)
    arrays = (
        F.sort_array(F.collect_set(F.when(F.col("label") == label, F.col("value")))).alias(label)
        for label in _LABELS
    )
    return kinds.groupBy(F.col("owner").alias("patient_key"), "kind").agg(*arrays)
