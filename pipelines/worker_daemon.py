"""The process that Spark forks its Python workers from; it imports once what every worker needs.

Presidio and spaCy take seconds to import, pandas and pyarrow one more. A worker that is forked from a process
that has them begins at once and shares their memory. Spark starts this module by its setting
``spark.python.daemon.module``; what it does otherwise is `pyspark.daemon`'s.
"""

import gc
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path


def without_archives(path: Iterable[str]) -> list[str]:
    """A search path without the archives that an installed pyspark holds: its own modules, py4j's, Java's.

    Before each task a worker has Python's importers look anew, and those of an archive read its whole
    directory, once for each package in it: four tenths of a second, whatever the task. What they hold of
    Python is installed beside them. A cluster's own Spark has its archives elsewhere, and keeps them.

    Example:
        >>> import pyspark
        >>> home = Path(pyspark.__file__).parent
        >>> without_archives([f"{home}/python/lib/pyspark.zip", "/opt/spark/python/lib/pyspark.zip"])
        ['/opt/spark/python/lib/pyspark.zip']
    """
    return [entry for entry in path if not _held(Path(entry))]


def _held(entry: Path) -> bool:
    """Whether an entry is an archive below a package pyspark that is installed, py4j beside it."""
    home = next((folder for folder in entry.parents if folder.name == "pyspark"), None)
    if home is None or not {".zip", ".jar"}.intersection(part.suffix for part in (entry, *entry.parents)):
        return False
    return all((home.parent / name / "__init__.py").is_file() for name in ("pyspark", "py4j"))


def preload() -> None:
    """Import what workers import; build the text engine once, for the caches of its rules, and R4's shapes.

    Nothing may be printed: Spark reads the daemon's port from standard output.

    Example:
        >>> preload()
        >>> "presidio_analyzer" in sys.modules
        True
    """
    with redirect_stdout(sys.stderr):
        import pandas  # noqa: F401
        import pyarrow.parquet  # noqa: F401

        import plummer.pipelines.delta_write
        import plummer.pipelines.stages.scrub  # noqa: F401
        from plummer.deid.text import TextEngine
        from plummer.pipelines.landing.shapes import read_typed

        TextEngine()
        read_typed(b'{"resourceType":"Basic"}')


def settle() -> None:
    """Leave what is loaded by now out of garbage collection, and collect what comes less often.

    A worker collects after each task, and would look through all that was imported. Rows, spans and tokens
    are many small objects without cycles: looking through the young ones at each 700 took a tenth of a step.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


if __name__ == "__main__":
    sys.path[:] = without_archives(sys.path)
    for archive in set(sys.path_importer_cache) - set(without_archives(sys.path_importer_cache)):
        del sys.path_importer_cache[archive]

    from pyspark.daemon import manager

    preload()
    settle()
    manager()
