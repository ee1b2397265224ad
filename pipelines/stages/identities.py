"""Stage identities: what is known of every person and place, for the text engine's first layer."""

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (Spark's own convention)

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_replace import KEY, changed, difference, replace
from plummer.pipelines.home import Home
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.stages.changed import among, moved, subjects_of, union
from plummer.pipelines.stages.merges import merged_index
from plummer.schemas.tables import IDENTITIES, INDEX

WHOLE_UNDER: Final = 100_000
"""Rows of the index under which gathering all costs less than finding out whom a delivery concerns."""
_LABELS: Final = ("names", "ids", "phones", "emails", "addresses", "dates")
_PLACES: Final = ("Organization", "Location", "HealthcareService")
_STAFF: Final = ("Practitioner", "PractitionerRole", "Person")


def identities(spark: SparkSession, home: Home, base: Base | None = None) -> tuple[TableRef, int]:
    """Rebuild ``identified/identities`` from ``identified/index``, or the rows that have changed only.

    A patient's row holds their own facts, those of relatives and contacts, and those of the
    practitioners and places that their resources refer to, directly or by a PractitionerRole.
    A place's name is among a patient's `addresses`: it is looked for as a whole phrase, never word
    by word. Relatives, staff and places have rows of their own too. Records that are one subject have
    one row, with the facts of all of them.

    Returns:
        The table, and how many rows were looked at anew; all of them without `base`.
    """
    index = merged_index(spark, home)
    if base is None:
        ref = delta.overwrite(home, IDENTITIES, _rows(index))
        return ref, ref.rows
    bearers = _changed_bearers(spark, home, base, index).persist()
    count = bearers.count()
    ref = replace(
        spark,
        home,
        IDENTITIES,
        base=base.of(IDENTITIES),
        key=F.col("patient_key"),
        gone=bearers,
        rows=_rows(index, bearers),
    )
    bearers.unpersist()
    return ref, count


def is_small(home: Home) -> bool:
    """Whether the index is so small that all are gathered anew; what is unchanged is found equal later."""
    return delta.row_count(home, INDEX) < WHOLE_UNDER


def _rows(index: DataFrame, bearers: DataFrame | None = None) -> DataFrame:
    """Rows of the table, of some patients, persons and places or of all."""

    def of(rows: DataFrame, column: str) -> DataFrame:
        return rows if bearers is None else among(rows, column, F.broadcast(bearers))

    facts = index.where("kind = 'fact'").select("owner", "source", "label", "value")
    own = of(facts.where(~F.col("owner").startswith(SHARED)).select("owner", "label", "value"), "owner")
    links = of(index.where(f"kind = 'link' and not startswith(owner, '{SHARED}')"), "owner")
    people = _gather(own.unionByName(_linked_facts(index, facts, links)), F.lit("patient"))
    others = of(facts.withColumn("kind", _kind_of(F.col("source"))).where("kind is not null"), "source")
    return people.unionByName(
        _gather(others.select(F.col("source").alias("owner"), "label", "value", "kind"))
    )


def _changed_bearers(spark: SparkSession, home: Home, base: Base, index: DataFrame) -> DataFrame:
    """Whose rows may differ: of whom the index says something else, and all who are linked to them."""
    went, came = difference(spark, home, INDEX, base.of(INDEX))
    told = changed(went, came, "owner", "kind", "source", "lookup", "target", "label", "value").persist()
    of_links = told.where("kind in ('fact', 'link', 'name')")
    owners = subjects_of(spark, home, base, union(_keys(of_links, "owner"), moved(spark, home, base)))
    persons = _keys(of_links.where(_kind_of(F.col("source")).isNotNull()), "source")
    shared = _keys(of_links.where(f"startswith(owner, '{SHARED}')"), "source")
    if shared.isEmpty():
        return union(owners, persons)
    return union(owners, persons, _linked_to(shared, index, went))


def _linked_to(shared: DataFrame, index: DataFrame, went: DataFrame) -> DataFrame:
    """Owners who are linked to staff or places, directly or by a PractitionerRole, as the index is or was."""
    names = index.where("kind = 'name'").unionByName(went.where("kind = 'name'"))
    links = index.where("kind = 'link'").select("owner", "source", "lookup")
    direct = among(names, "source", shared).select("lookup")
    roles = among(
        links.where(f"startswith(owner, '{SHARED}')"), "lookup", direct.withColumnRenamed("lookup", KEY)
    )
    by_role = among(names, "source", _keys(roles, "source")).select("lookup")
    linked = direct.unionByName(by_role).select(F.col("lookup").alias(KEY)).distinct()
    return _keys(among(links, "lookup", linked), "owner")


def _keys(rows: DataFrame, column: str) -> DataFrame:
    return rows.select(F.col(column).alias(KEY)).distinct()


def _linked_facts(index: DataFrame, facts: DataFrame, of_patients: DataFrame) -> DataFrame:
    """Facts of the shared resources that patients' compartments link to."""
    names = index.where(f"kind = 'name' and startswith(owner, '{SHARED}')").select(
        "lookup", F.col("source").alias("bearer")
    )
    links = index.where("kind = 'link'").select("owner", "source", "lookup").distinct()
    direct = of_patients.select("owner", "lookup").distinct().join(names, "lookup").select("owner", "bearer")
    direct = direct.distinct()
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
