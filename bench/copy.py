"""The yardstick: a plain Spark copy of the same text files into a Delta table.

A job that reads every line and writes it once can't be faster than this, so every stage is shown
beside it. The files are decompressed first: gzip would hold the copy, not the job, to one core.
"""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from pyspark.sql import SparkSession


@dataclass(frozen=True, slots=True)
class Text:
    """Decompressed input.

    Attributes:
        folder: where the files are.
        bytes: their size.
    """

    folder: Path
    bytes: int


def decompress(source: Path, target: Path) -> Text:
    """Every NDJSON or JSON file below a source, decompressed into one flat folder."""
    target.mkdir(parents=True)
    for number, path in enumerate(_files(source)):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rb") as stream, (target / f"{number:05d}.txt").open("wb") as out:
            shutil.copyfileobj(stream, out, 4 * 1024**2)
    return Text(target, sum(path.stat().st_size for path in target.iterdir()))


def packed(source: Path) -> list[str]:
    """The files of a source as they lie there, as URIs."""
    return [path.as_uri() for path in _files(source)]


def _files(source: Path) -> list[Path]:
    names = (p for p in sorted(source.rglob("*")) if p.is_file() and "gold" not in p.parts)
    return [path for path in names if path.name.removesuffix(".gz").endswith((".ndjson", ".json"))]


def copy(spark: SparkSession, files: Text | list[str], target: Path) -> float:
    """Copy text into a new Delta table; wall seconds. The table is removed again.

    Args:
        spark: the session.
        files: decompressed text, or the URIs of files as they are; Spark reads each packed one in one task.
        target: the table's folder.
    """
    began = perf_counter()
    paths = files.folder.as_uri() if isinstance(files, Text) else files
    spark.read.text(paths).write.format("delta").save(target.as_uri())
    seconds = perf_counter() - began
    shutil.rmtree(target)
    return seconds
