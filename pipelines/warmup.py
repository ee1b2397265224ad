"""Does early, on threads of its own, what takes seconds: Spark's start and large imports."""

import importlib
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from plummer.pipelines.session import open_session
from plummer.pipelines.spark_settings import SparkSettings

_SLOW: Final = (
    "great_expectations.expectations",
    "plummer.expectations.suites",
    "plummer.pipelines.scrubbing.settings",
)


def session(scratch: Path, settings: SparkSettings) -> None:
    """Start Spark while Dagster gets ready, and the process its Python workers are forked from.

    The caller holds the home's lock, since scratch is wiped.
    """

    def start() -> None:
        with suppress(Exception):  # the first step that needs the session tells what is wrong
            open_session(scratch, settings).sparkContext.parallelize([0], 1).count()

    threading.Thread(target=start, name="plummer-session", daemon=True).start()


def in_background() -> threading.Thread:
    """Start importing on a thread of its own; whoever needs a module sooner waits for it as usual."""
    thread = threading.Thread(target=_load, name="plummer-warmup", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    with suppress(Exception):  # whoever needs the module meets the same error where it can be told
        for name in _SLOW:
            importlib.import_module(name)
