"""Codes that stand in another resource, such as a MedicationRequest's in a Medication: who names whom."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.schemas.mappings import CodeSource
from plummer.schemas.mappings.paths import Path


def reference_to(sources: Mapping[str, CodeSource]) -> Column:
    """The reference to the resource that holds the code, by type of the referring resource."""
    found = F.lit(None).cast("string")
    for name, source in sorted(sources.items()):
        path = json_path(source.reference, "reference")
        found = F.when(F.col("resource_type") == name, F.get_json_object("body", path)).otherwise(found)
    return found


def targets_of(sources: set[CodeSource], resources: DataFrame) -> DataFrame:
    """Target (``Type/id``) and joined (its code as JSON) of every resource that may be named."""
    found = [
        resources.where(F.col("resource_type") == source.target).select(
            F.concat_ws("/", "resource_type", "resource_id").alias("target"),
            F.get_json_object("body", json_path(source.path)).alias("joined"),
        )
        for source in sorted(sources, key=lambda s: s.target or "")
    ]
    return reduce(DataFrame.unionByName, found).dropDuplicates(["target"])


def json_path(path: Path | None, *more: str) -> str:
    """A path of the mapping as Spark's JSON functions take it."""
    return ".".join(["$", *(name for name, _ in path or ()), *more])
