"""The leak scan as a stage: every file outside the identified zone, decoded and searched.

Needles go from the identified zone to the workers through the storage root, never through the driver.
A needle under five characters, or one that also stands in a kept code's display or in our own static
text, can't be told from what belongs there; such a *reduced* needle is looked for only at the path it
came from. What is found nevertheless is looked at once more, for words (`leak_words`).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyarrow import parquet
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.expectations.scan import Needle, Scanner
from plummer.expectations.scan.reduce import split_needles
from plummer.pipelines import delta
from plummer.pipelines.delta_log import files
from plummer.pipelines.home import Home
from plummer.pipelines.needles import PERSON_TYPES, needles_of, values_at
from plummer.pipelines.stages.current import current
from plummer.pipelines.static_text import static_text
from plummer.pipelines.storage import open_binary
from plummer.pipelines.surfaces import files_below
from plummer.schemas.tables import CODES, DEID_NOTES, DEID_RESOURCES, NEEDLES

_SCAN_DDL: Final = "report string"
_TABLE_ZONES: Final = frozenset({"deid", "timeline", "released"})


@dataclass(frozen=True, slots=True)
class Leaks:
    """What the scan found, without values.

    Attributes:
        files, bytes: what was read.
        full, reduced: needles looked for everywhere, and only at their own path.
        planted, found: positive controls.
        hits: places where a needle stands.
        unopened: containers that could not be opened.
        containers: files by kind of container.
        findings: needle, path below the home, place and variant of the first hits.
    """

    files: int
    bytes: int
    full: int
    reduced: int
    planted: int
    found: int
    hits: int
    unopened: int
    containers: Mapping[str, int]
    findings: tuple[Mapping[str, str], ...]

    @property
    def clean(self) -> bool:
        """No hit, nothing unopened, every control found."""
        return self.hits == 0 and self.unopened == 0 and self.planted == self.found and self.planted > 0


def write_needles(spark: SparkSession, home: Home) -> delta.TableRef:
    """Take the needles from the current resources of persons."""
    persons = current(spark, home).where(f.col("resource_type").isin(*PERSON_TYPES)).select("body")
    rows = persons.mapInArrow(_needle_rows, "value string, path string").distinct()
    # Findings carry the id out of the identified zone: a number, for a hash of the value could be looked up.
    numbered = rows.select(f.concat(f.lit("n"), f.monotonically_increasing_id()).alias("id"), "value", "path")
    return delta.overwrite(home, NEEDLES, numbered)


def _needle_rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        rows = [
            pair
            for body in batch.column("body").to_pylist()
            for pair in needles_of(msgspec.json.decode(body))
        ]
        values, paths = [value for value, _ in rows], [path for _, path in rows]
        yield pa.RecordBatch.from_arrays(
            [pa.array(values, pa.string()), pa.array(paths, pa.string())], ["value", "path"]
        )


def scan(
    spark: SparkSession,
    home: Home,
    folders: Sequence[Path],
    known: Callable[[], frozenset[str]] = frozenset,
) -> Leaks:
    """Search every file below the folders, and the needles' own paths in ``deid/resources``.

    Args:
        spark: the session.
        home: the home.
        folders: what is searched.
        known: gives the sha256 of cells of a database that are ours to the last byte; asked only where
            something was found.
    """
    sources = _Sources(
        tuple(files(home.table(NEEDLES))),
        tuple(files(home.table(CODES))),
    )
    found = _search(spark, sources, folders)
    if any(report["hits"] for report in found):
        words, ours = (
            replace(sources, excused=_excused(spark, home, sources)),
            replace(sources, known=known()),
        )
        if words.excused or ours.known:
            found = _search_again(spark, words, ours, files_below(tuple(folders)))
    return _add_up(home.root, found, _at_own_paths(spark, home, sources))


def _search(spark: SparkSession, sources: "_Sources", folders: Sequence[Path]) -> list[dict[str, Any]]:
    groups = _groups(folders, spark.sparkContext.defaultParallelism)
    rows = spark.createDataFrame(groups, "split int, path string")
    # a partial has no hints to read, and pyspark 4.1 then fails to choose how to call it
    reports = rows.groupBy("split").applyInArrow(lambda table: _scan_files(sources, table), _SCAN_DDL)
    return [json.loads(row["report"]) for row in reports.collect()]


def _search_again(
    spark: SparkSession, words: "_Sources", ours: "_Sources", files: Iterator[Path]
) -> list[dict[str, Any]]:
    """A word is no leak in a table; in a log, a database or a report no name has any business."""
    tables: list[Path] = []
    others: list[Path] = []
    for path in files:
        (tables if _TABLE_ZONES & set(path.parts) else others).append(path)
    return [*_search(spark, words, tables), *(_search(spark, ours, others) if others else [])]


def _excused(spark: SparkSession, home: Home, sources: "_Sources") -> frozenset[str]:
    """Needles that turn out to be words; at most two rows of ids for each comes to the driver."""
    bodies = delta.read(spark, home, DEID_RESOURCES).select("body")
    if delta.exists(home, DEID_NOTES):
        # in a body a note is base64; here it is text
        notes = delta.read(spark, home, DEID_NOTES)
        bodies = bodies.union(notes.select(f.to_json(f.struct("text")).alias("body")))
    # brings the text engine's word lists, which take seconds to import and are rarely needed here
    from plummer.pipelines.stages.leak_words import EXCUSES_DDL, excuse_rows, excused

    rows = bodies.mapInArrow(lambda batches: excuse_rows(_loaded(sources)[0], batches), EXCUSES_DDL)
    return excused([(row["id"], row["kind"]) for row in rows.distinct().collect()])


@dataclass(frozen=True, slots=True)
class _Sources:
    needles: tuple[str, ...]
    codes: tuple[str, ...]
    excused: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()


def _groups(folders: Sequence[Path], splits: int) -> list[tuple[int, str]]:
    sized = [(path.lstat().st_size, str(path)) for path in files_below(tuple(folders))]
    ordered = sorted(sized, reverse=True)
    return [(number % splits, path) for number, (_, path) in enumerate(ordered)]


@cache
def _loaded(sources: _Sources) -> tuple[tuple[Needle, ...], tuple[Needle, ...]]:
    rows = [row for uri in sources.needles for row in _read(uri, ["id", "value", "path"])]
    needles = [Needle(row["id"], row["value"], (row["path"],)) for row in rows]
    kept = {
        text for uri in sources.codes for row in _read(uri, ["code", "description"]) for text in row.values()
    }
    full, reduced = split_needles(needles, static_text() | {text for text in kept if text})
    words = tuple(needle for needle in full if needle.id in sources.excused)
    return tuple(needle for needle in full if needle.id not in sources.excused), (*reduced, *words)


def _read(uri: str, columns: list[str]) -> list[dict[str, Any]]:
    with open_binary(uri) as stream:
        rows: list[dict[str, Any]] = parquet.read_table(stream, columns=columns).to_pylist()
    return rows


@cache
def _scanner(sources: _Sources) -> Scanner:
    return Scanner(_loaded(sources)[0], known=sources.known)


def _scan_files(sources: _Sources, table: pa.Table) -> pa.Table:
    paths = [Path(path) for path in table.column("path").to_pylist()]
    report = _scanner(sources).scan(paths)
    told = {**report.to_json(), "unopened": len(report.unopened), "reduced": len(_loaded(sources)[1])}
    return pa.table({"report": [json.dumps(told)]})


def _at_own_paths(spark: SparkSession, home: Home, sources: _Sources) -> int:
    bodies = delta.read(spark, home, DEID_RESOURCES).where(f.col("resource_type").isin(*PERSON_TYPES))
    counted: DataFrame = bodies.select("body").mapInArrow(partial(_count_at_paths, sources), "hits bigint")
    total = counted.agg(f.sum("hits")).first()
    return int(total[0] or 0) if total is not None else 0


def _count_at_paths(sources: _Sources, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    by_path: dict[str, set[str]] = {}
    for needle in _loaded(sources)[1]:
        for path in needle.paths:
            by_path.setdefault(path, set()).add(needle.value.casefold())
    for batch in batches:
        hits = 0
        for body in batch.column("body").to_pylist():
            resource = msgspec.json.decode(body)
            for path, values in by_path.items():
                if path.startswith(f"{resource['resourceType']}."):
                    hits += sum(value.casefold() in values for value in values_at(resource, path))
        yield pa.RecordBatch.from_arrays([pa.array([hits], pa.int64())], ["hits"])


def _add_up(root: Path, reports: Sequence[Mapping[str, Any]], reduced_hits: int) -> Leaks:
    containers: dict[str, int] = {}
    for report in reports:
        for kind, count in report["containers"].items():
            containers[kind] = containers.get(kind, 0) + count
    findings = [
        {**finding, "path": _below(root, finding["path"])}
        for report in reports
        for finding in report["findings"]
    ]
    return Leaks(
        files=sum(report["files"] for report in reports),
        bytes=sum(report["bytes"] for report in reports),
        full=max((report["needles"] for report in reports), default=0),
        reduced=max((report["reduced"] for report in reports), default=0),
        planted=sum(report["controls"]["planted"] for report in reports),
        found=sum(report["controls"]["found"] for report in reports),
        hits=sum(report["hits"] for report in reports) + reduced_hits,
        unopened=sum(report["unopened"] for report in reports),
        containers=dict(sorted(containers.items())),
        findings=tuple(findings[:100]),
    )


def _below(root: Path, path: str) -> str:
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else path
