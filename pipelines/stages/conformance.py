"""A second opinion on the conformance of what was landed: fhir.resources, counted only.

Nothing is quarantined here; `--conformance enforce` does that while landing. A sample is drawn by the hash of
the content, so that the same records are asked about whatever their order and however they are spread.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.landing.second_opinion import NOT_COVERED, VALID, second_opinion
from plummer.schemas.tables import RESOURCES

SAMPLE: Final = 1000
"""About how many resources are checked; fhir.resources does 5 to 7 thousand Observations a second."""
_HASHES: Final = 16**8
_DDL: Final = "resource_type string, path string, kind string, n bigint"


@dataclass(frozen=True, slots=True)
class Conformance:
    """What fhir.resources R4B says of a sample of the landed versions.

    Attributes:
        sampled: resources that were looked at.
        valid: those it has nothing against.
        not_covered: by type, those that R4B doesn't have.
        findings: by type, path and kind of error, the resources it was found in.
    """

    sampled: int
    valid: int
    not_covered: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[tuple[str, str, str, int], ...] = ()


def conformance(spark: SparkSession, home: Home, sample: int | None = SAMPLE) -> Conformance:
    """Check about ``sample`` of the landed versions, all where there are no more.

    Args:
        spark: the session.
        home: the home; `identified/resources` must exist.
        sample: resources to check; None for all.
    """
    rows = delta.row_count(home, RESOURCES)
    share = 1.0 if sample is None or rows <= sample else sample / rows
    drawn = f.conv(f.substring("content_sha256", 1, 8), 16, 10).cast("bigint") < int(share * _HASHES)
    bodies = delta.read(spark, home, RESOURCES).where(drawn).select("body")
    counted = (
        bodies.mapInArrow(_opinions, _DDL).groupBy("resource_type", "path", "kind").agg(f.sum("n").alias("n"))
    )
    return _add_up(sorted(tuple(row) for row in counted.collect()))


def _opinions(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Counts of one task: the body of a ``mapInArrow``."""
    found: Counter[tuple[str, str, str]] = Counter()
    for batch in batches:
        for body in batch.column("body").to_pylist():
            kind, findings = second_opinion(body)
            found.update((kind, path, error) for path, error in findings or (("", VALID),))
            found[kind, "", "sampled"] += 1
    rows = sorted(found.items())
    columns: list[Any] = [pa.array([key[at] for key, _ in rows], pa.string()) for at in range(3)]
    columns.append(pa.array([count for _, count in rows], pa.int64()))
    yield pa.RecordBatch.from_arrays(columns, ["resource_type", "path", "kind", "n"])


def _add_up(rows: list[tuple[Any, ...]]) -> Conformance:
    of = {"sampled": 0, VALID: 0}
    not_covered: dict[str, int] = {}
    findings: list[tuple[str, str, str, int]] = []
    for kind, path, error, count in rows:
        if error in of:
            of[error] += count
        elif error == NOT_COVERED:
            not_covered[kind] = count
        else:
            findings.append((kind, path, error, count))
    return Conformance(of["sampled"], of[VALID], not_covered, tuple(findings))
