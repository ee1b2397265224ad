"""The process that Spark forks its Python workers from; it imports once what every worker needs.

Presidio and spaCy take seconds to import, pandas and pyarrow one more. A worker that is forked from a process
that has them begins at once and shares their memory. Spark starts this module by its setting
``spark.python.daemon.module``; what it does otherwise is `pyspark.daemon`'s.
"""

import sys
from contextlib import redirect_stdout


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


if __name__ == "__main__":
    from pyspark.daemon import manager

    preload()
    manager()
