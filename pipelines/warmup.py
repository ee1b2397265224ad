"""Loads what takes seconds to import while Spark starts and lands: Great Expectations and Presidio."""

import importlib
import threading
from contextlib import suppress
from typing import Final

_SLOW: Final = (
    "great_expectations.expectations",
    "plummer.expectations.suites",
    "plummer.pipelines.scrubbing.settings",
)


def in_background() -> threading.Thread:
    """Start importing on a thread of its own; whoever needs a module sooner waits for it as usual."""
    thread = threading.Thread(target=_load, name="plummer-warmup", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    with suppress(Exception):  # whoever needs the module meets the same error where it can be told
        for name in _SLOW:
            importlib.import_module(name)
        from plummer.pipelines.scrubbing.settings import engine_version

        engine_version()
