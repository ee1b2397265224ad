"""Patients' records that are one subject: found once with the index, applied wherever an owner is read.

A home without links has no table ``identified/merges``, and nothing here costs it anything.
"""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.arrow_types import arrow_schema
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.index.merges import MERGED, Claim, Found, resolve
from plummer.pipelines.index.same import CONTRADICTION, SAME, Bearer, join
from plummer.pipelines.stages.current import subject_of_record
from plummer.schemas.tables import INDEX, MERGES

REPLACED: Final = "replaced"
LINK: Final = "link"
SAME_AS: Final = "same"
_RULES: Final = {
    (LINK, MERGED): f"patient_link.{MERGED}.join",
    (REPLACED, None): "patient_link.replaced_record.drop",
    (SAME_AS, SAME): f"link_identifiers.{SAME}.join",
    (SAME_AS, CONTRADICTION): f"link_identifiers.{CONTRADICTION}.keep_apart",
}
_ROWS: Final = arrow_schema(MERGES)


def merges(spark: SparkSession, home: Home, sites: Sequence[str] = ()) -> TableRef | None:
    """Rebuild ``identified/merges`` from links, Linkages and declared identifiers in ``identified/index``.

    Links are resolved site by site, since a name is looked for within its site only; one task holds the
    links of a site, about a kilobyte each. Who is one person by a declared identifier is found after
    that, in one task that holds those records who share one; those of a Linkage share it.

    Args:
        spark: the session.
        home: the home.
        sites: in the order in which a site's record stands for the person (the policy's).

    Returns:
        The table, None where there is neither and never was.
    """
    index = delta.read(spark, home, INDEX).where("kind in ('name', 'merge', 'same', 'linkage')")
    told = {row["kind"] for row in index.where("kind <> 'name'").select("kind").distinct().collect()}
    if not told:
        return delta.overwrite(home, MERGES, _nothing(spark)) if delta.exists(home, MERGES) else None
    rows = _nothing(spark)
    if "merge" in told:
        site = f.split_part("patient_key", f.lit("/"), f.lit(1)).alias("site")
        claims = index.where("kind = 'merge'")
        rows = _with_found(claims, index).groupBy(site).applyInArrow(_resolve, MERGES.row_ddl)
    if told & {"same", "linkage"}:
        same = index.where("kind = 'same'")
        same = same.unionByName(_linked(index)) if "linkage" in told else same
        rows = _joined(same, rows.persist(), tuple(sites))
    return delta.overwrite(home, MERGES, rows)


def _linked(index: DataFrame) -> DataFrame:
    """The Patients of each Linkage, as if they bore an identifier that nobody else has."""
    patients = index.where("kind = 'name' and label = 'Patient'").select(
        "lookup", f.col("owner").alias("_owner"), f.col("target").alias("_target")
    )
    linkages = index.where("kind = 'linkage'").join(patients, "lookup")
    taken = {
        "owner": f.col("_owner"),
        "kind": f.lit("same"),
        "lookup": f.col("target"),
        "target": f.col("_target"),
    }
    return linkages.withColumns(taken).select(*index.columns)


def _joined(same: DataFrame, rows: DataFrame, sites: tuple[str, ...]) -> DataFrame:
    """Rows of links, and those of persons joined beyond them.

    Who is replaced by a link brings their identifiers to the record in use; who replaces another may be
    joined in turn, and then both are part of the one that stands for the person.
    """
    bearers = same.select(
        f.col("owner").alias("patient_key"),
        "lookup",
        "target",
        f.col("label").alias("sex"),
        f.col("value").alias("born"),
    )
    shared = bearers.groupBy("lookup").agg(f.countDistinct("patient_key").alias("n")).where("n > 1")
    of_shared = bearers.join(shared, "lookup", "left_semi")
    some = of_shared.select("patient_key").distinct()
    told = bearers.join(some, "patient_key", "left_semi").withColumn("part", f.lit("bearer"))
    links = rows.select(
        f.lit("link").alias("part"), "kind", "patient_key", "survivor", "lookup", "target", "code"
    )
    together = told.unionByName(links, allowMissingColumns=True)

    def joined(table: pa.Table) -> pa.Table:  # a partial has no hints, by which Spark tells how to call it
        return _same(table, sites=sites)

    return together.groupBy(f.lit(1).alias("one")).applyInArrow(joined, MERGES.row_ddl)


def _same(table: pa.Table, *, sites: tuple[str, ...]) -> pa.Table:
    rows = table.to_pylist()
    links = [row for row in rows if row["part"] == "link"]
    bearers = [row for row in rows if row["part"] == "bearer"]
    into = {row["patient_key"]: (row["survivor"], row["target"]) for row in links if row["kind"] == REPLACED}
    lookups = {row["patient_key"]: row["target"] for row in bearers} | dict(into.values())
    lookups |= {row["patient_key"]: row["lookup"] for row in links if row["kind"] == REPLACED}
    made = join(
        [
            Bearer(
                into.get(row["patient_key"], (row["patient_key"],))[0],
                bytes(row["lookup"]), row["born"] or "", row["sex"] or "",
            )
            for row in bearers
        ],
        sites,
    )  # fmt: skip
    known = {old: new for old, (new, _) in into.items()} | dict(made.survivors)
    ends = {old: made.survivors.get(new, new) for old, new in known.items()}
    out: list[dict[str, Any]] = [
        {"kind": LINK, "patient_key": row["patient_key"], "code": row["code"]}
        for row in links if row["kind"] == LINK
    ]  # fmt: skip
    out += [{"kind": SAME_AS, "patient_key": key, "code": code} for key, code in made.codes.items()]
    out += [
        {"kind": REPLACED, "patient_key": a, "survivor": b, "lookup": lookups[a], "target": lookups[b]}
        for a, b in ends.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(out, schema=_ROWS)


def replaced(spark: SparkSession, home: Home) -> DataFrame | None:
    """Replaced records and those in use (patient_key, survivor, lookup, target); None without any link."""
    if not delta.exists(home, MERGES) or delta.row_count(home, MERGES) == 0:
        return None
    return delta.read(spark, home, MERGES).where(f.col("kind") == REPLACED).drop("kind", "code")


def survivors(spark: SparkSession, home: Home, version: int | None = None) -> DataFrame:
    """Replaced records and those in use (patient_key, survivor), at a version or now; -1 is no table."""
    if version == -1 or not delta.exists(home, MERGES):
        return delta.nothing(spark, "patient_key string, survivor string")
    rows = delta.read(spark, home, MERGES, version).where(f.col("kind") == REPLACED)
    return rows.select("patient_key", "survivor")


def decisions(spark: SparkSession, home: Home) -> dict[str, int]:
    """What became of links and of replaced Patients, in the form of the policy's rules: name to count."""
    if not delta.exists(home, MERGES):
        return {}
    rows = delta.read(spark, home, MERGES).groupBy("kind", "code").count().orderBy("kind", "code")
    counted = {(row["kind"], row["code"]): int(row["count"]) for row in rows.collect()}
    return {_RULES.get(what, f"patient_link.{what[1]}.keep_apart"): n for what, n in counted.items()}


def merged_index(spark: SparkSession, home: Home) -> DataFrame:
    """``identified/index`` with every row owned by the subject it belongs to after merges.

    The names of a replaced record name the one in use. What it says of a date is left out, since it has
    no event of its own.
    """
    index = delta.read(spark, home, INDEX)
    known = replaced(spark, home)
    if known is None:
        return index
    joined = index.join(_named(known), f.col("owner") == f.col("old_key"), "left")
    merged = f.col("new_key").isNotNull()
    dated = merged & (f.col("kind") == "time") & (f.col("source") == patient_source("owner"))
    target = f.when(f.col("target") == f.col("old_lookup"), f.col("new_lookup")).otherwise(f.col("target"))
    taken = {"owner": f.coalesce("new_key", "owner"), "target": target}
    return joined.where(~dated).withColumns(taken).select(*index.columns)


def patient_source(key: str) -> Column:
    """SITE/Patient/ID, as `source` has it, of the patient whose SITE/ID a column holds."""
    site = f.split_part(key, f.lit("/"), f.lit(1))
    return f.concat_ws("/", site, f.lit("Patient"), f.regexp_replace(key, "^[^/]*/", ""))


def merged_records(spark: SparkSession, home: Home, records: DataFrame) -> DataFrame:
    """Rows of ``identified/resources`` with ``patient_key`` after merges, without replaced Patients.

    A replaced Patient would be a second person in every count of patients: what it says of the person is
    said by the record in use, and its identifiers are looked for in the notes all the same.
    """
    known = replaced(spark, home)
    if known is None:
        return records
    joined = records.join(_named(known), subject_of_record() == f.col("old_key"), "left")
    gone = f.col("new_key").isNotNull() & (f.col("resource_type") == "Patient")
    key = f.coalesce("new_key", "patient_key")
    return joined.where(~gone).withColumn("patient_key", key).select(*records.columns)


def _named(known: DataFrame) -> DataFrame:
    names = {"patient_key": "old_key", "survivor": "new_key", "lookup": "old_lookup", "target": "new_lookup"}
    return known.withColumnsRenamed(names)


def _with_found(claims: DataFrame, index: DataFrame) -> DataFrame:
    """Links (patient_key, target, label) with the resources that bear the name they give (found)."""
    bearers = index.where("kind = 'name'").join(claims.select("lookup").distinct(), "lookup")
    # the source of a name is the resource itself; of a Patient, site and id are its key
    key = f.regexp_replace("source", "^([^/]*)/Patient/", "$1/").alias("key")
    bearer = f.struct(key, f.col("target"), (f.col("label") == "Patient").alias("is_patient"))
    found = bearers.groupBy("lookup").agg(f.collect_set(bearer).alias("found"))
    links = claims.select(f.col("owner").alias("patient_key"), "target", "label", "lookup")
    return links.join(found, "lookup", "left").select("patient_key", "target", "label", "found")


def _resolve(table: pa.Table) -> pa.Table:
    """The links of one site, resolved: rows of ``identified/merges``."""
    links = table.to_pylist()
    lookups: dict[str, bytes] = {link["patient_key"]: link["target"] for link in links}
    lookups |= {one["key"]: one["target"] for link in links for one in link["found"] or ()}
    claims = [_claim(link) for link in links]
    made = resolve(claims)
    rows: list[dict[str, Any]] = [
        {"kind": LINK, "patient_key": claim.key, "code": code}
        for claim, code in zip(claims, made.codes, strict=True)
    ]
    rows += [
        {
            "kind": REPLACED,
            "patient_key": old,
            "survivor": new,
            "lookup": lookups[old],
            "target": lookups[new],
        }
        for old, new in made.survivors.items()
    ]
    return pa.Table.from_pylist(rows, schema=_ROWS)


def _claim(link: dict[str, Any]) -> Claim:
    found = link["found"] or ()
    return Claim(link["patient_key"], link["label"], tuple(Found(o["key"], o["is_patient"]) for o in found))


def _nothing(spark: SparkSession) -> DataFrame:
    return delta.nothing(spark, MERGES.ddl)
