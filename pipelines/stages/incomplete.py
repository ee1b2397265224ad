"""Encounters of exports that came in half: which they are, what belongs to them, how the timeline marks them.

An encounter's export is the one that brought its current version. Under the policy's
``incomplete_encounters: drop`` it is withheld with all that names it, as if it hadn't come yet; else its
events are marked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_log import rows_of
from plummer.pipelines.delta_replace import changed, difference
from plummer.pipelines.home import Home
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.landing.standing import half_loaded
from plummer.pipelines.stages.current import standing_versions
from plummer.schemas.mappings import load_mappings
from plummer.schemas.mappings.paths import Path, compile_path, walk
from plummer.schemas.references import normalise_reference
from plummer.schemas.tables import COMPLETION, CROSSWALK, INCOMPLETE

Half = list[tuple[str, str, str]]
"""Site, load and manifest of exports that came in half."""
_ID: Final = ("site", "resource_type", "resource_id")
_ELSEWHERE: Final = (compile_path("encounter"), compile_path("context.encounter"))
"""Where types that no event is made of name their encounter."""
_ENCOUNTER: Final = "Encounter/"
_NAMED_DDL: Final = "site string, resource_type string, resource_id string, encounter string"


@dataclass(frozen=True, slots=True)
class Marks:
    """Encounters by their pseudonyms (``encounter_id``).

    Attributes:
        standing: those whose events are marked; None where there are none.
        turned: those that are marked since, or no longer; None where none is.
    """

    standing: DataFrame | None = None
    turned: DataFrame | None = None


def half_of(home: Home) -> Half:
    """Exports of a home that came in half; a few rows, read without Spark."""
    return half_loaded(rows_of(home.table(COMPLETION)))


def find(
    spark: SparkSession, home: Home, half: Half, *, key: bytes, withhold: bool
) -> tuple[TableRef | None, dict[str, Any]]:
    """Write ``identified/incomplete`` where there is or was anything to write.

    Args:
        spark: the session.
        home: the home.
        half: from `half_of`.
        key: subkey of purpose ``lookup``.
        withhold: whether the policy keeps such encounters out.

    Returns:
        The table, None where there is none; and counts: ``encounters``, and by type what is ``withheld``.
    """
    if not half and not delta.exists(home, INCOMPLETE):
        return None, {}
    rows = _rows(spark, home, half, withhold=withhold) if half else delta.nothing(spark, INCOMPLETE.ddl)
    named = rows.select(*_ID, "withheld").mapInArrow(partial(_with_lookups, key), INCOMPLETE.ddl)
    ref = delta.overwrite(home, INCOMPLETE, named.coalesce(4))
    counted = delta.read(spark, home, INCOMPLETE).groupBy("resource_type").count().collect()
    found = {row["resource_type"]: int(row["count"]) for row in counted}
    withheld = dict(sorted(found.items())) if withhold else {}
    return ref, {"encounters": found.get("Encounter", 0), "withheld": withheld}


def _rows(spark: SparkSession, home: Home, half: Half, *, withhold: bool) -> DataFrame:
    versions = standing_versions(spark, home)
    encounters = _of_exports(spark, home, versions.where("resource_type = 'Encounter'"), half)
    rows = encounters
    if withhold:
        keys = encounters.select("site", f.col("resource_id").alias("encounter"))
        named = _naming(versions).join(keys, ["site", "encounter"], "left_semi")
        rows = encounters.unionByName(named.select(*_ID).distinct())
    return rows.withColumn("withheld", f.lit(withhold))


def _of_exports(spark: SparkSession, home: Home, encounters: DataFrame, half: Half) -> DataFrame:
    """Of some records those whose file the manifest of a half export speaks for: the nearest one above it."""
    told = {(row["site"], row["load_id"], row["file"]) for row in rows_of(home.table(COMPLETION))}
    manifests = [
        (site, load, _below(file), (site, load, file) in set(half)) for site, load, file in sorted(told)
    ]
    exports = spark.createDataFrame(manifests, "site string, load_id string, folder string, half boolean")
    near = encounters.join(f.broadcast(exports), ["site", "load_id"]).where("startswith(file, folder)")
    nearest = near.groupBy(*_ID).agg(f.max_by("half", f.length("folder")).alias("half"))
    return nearest.where("half").select(*_ID)


def _below(manifest: str) -> str:
    """What the paths of the files begin with that a manifest speaks for."""
    return manifest[: manifest.rfind("/") + 1]


def _naming(versions: DataFrame) -> DataFrame:
    """Records with the id of each encounter that they name."""
    paths = {kind: mapping.encounter for kind, mapping in load_mappings().types.items()}
    rows = versions.where("resource_type <> 'Encounter'").where(f.col("body").contains("Encounter"))
    return rows.select(*_ID, "body").mapInArrow(partial(_named, paths), _NAMED_DDL)


def encounters_named(resource: Mapping[str, Any], paths: Sequence[Path]) -> Iterator[str]:
    """Ids of the encounters that a resource names as its own.

    Example:
        >>> paths = [compile_path("encounter")]
        >>> list(encounters_named({"encounter": {"reference": "https://h.invalid/fhir/Encounter/7"}}, paths))
        ['7']
    """
    for path in paths:
        for node in walk(resource, path):
            literal = node.get("reference") if isinstance(node, dict) else None
            name = normalise_reference(literal) if isinstance(literal, str) else None
            if name is not None and name.startswith(_ENCOUNTER):
                yield name.removeprefix(_ENCOUNTER)


def _named(
    paths: Mapping[str, Sequence[Path]], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in (*_ID, "body"))
        found = [
            (site, kind, name, encounter)
            for site, kind, name, body in zip(*columns, strict=True)
            for encounter in encounters_named(msgspec.json.decode(body), paths.get(kind) or _ELSEWHERE)
        ]
        parts = zip(*found, strict=True) if found else ((),) * 4
        arrays = [pa.array(part, pa.string()) for part in parts]
        yield pa.RecordBatch.from_arrays(arrays, [*_ID, "encounter"])


def _with_lookups(key: bytes, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each record's lookup in the crosswalk beside its name."""
    of_site: dict[str, Lookups] = {}
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in _ID)
        found = [
            of_site.setdefault(site, Lookups(key, site)).of(f"{kind}/{name}")
            for site, kind, name in zip(*columns, strict=True)
        ]
        arrays = [
            *(batch.column(name) for name in _ID),
            pa.array(found, pa.binary()),
            batch.column("withheld"),
        ]
        yield pa.RecordBatch.from_arrays(arrays, list(INCOMPLETE.names))


def marks(spark: SparkSession, home: Home, base: Base | None, *, domain: str, epoch: int) -> Marks:
    """Whose events are marked, and of whom that has changed since a step's last run."""
    if not delta.exists(home, INCOMPLETE):
        return Marks()
    drawn = delta.read(spark, home, CROSSWALK).where("kind = 'resource'")
    drawn = drawn.where((f.col("domain") == domain) & (f.col("epoch") == epoch))

    def pseudonyms(rows: DataFrame) -> DataFrame:
        return drawn.join(rows, "lookup", "left_semi").select(f.col("pseudonym").alias("encounter_id"))

    some, kept = delta.row_count(home, INCOMPLETE), delta.read(spark, home, INCOMPLETE).where("not withheld")
    standing = pseudonyms(kept) if some else None
    if base is None or base.of(INCOMPLETE) == delta.current_version(home, INCOMPLETE):
        return Marks(standing)
    went, came = difference(spark, home, INCOMPLETE, base.of(INCOMPLETE))
    differ = changed(went.where("not withheld"), came.where("not withheld"), "lookup")
    return Marks(standing, pseudonyms(differ))
