"""Checks begun before they are asked for, two at a time; each is taken once."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Final

from plummer.expectations.results import SuiteResult

_BEGUN: Final[dict[tuple[str, str], Future[SuiteResult]]] = {}
_SEEN: Final[set[tuple[str, str]]] = set()


def begin(run_id: str, checks: Mapping[str, Callable[[], SuiteResult]]) -> None:
    """Begin every check of a run that was not begun before.

    Args:
        run_id: the run; a later run of the same process begins them anew.
        checks: by the suite's name.
    """
    for name, check in checks.items():
        key = (run_id, name)
        if key not in _SEEN:
            _SEEN.add(key)
            _BEGUN[key] = _pool().submit(check)


def take(run_id: str, name: str) -> SuiteResult | None:
    """Wait for a check that was begun, None where there is none to take.

    Raises:
        PlummerError: what the check raised.
    """
    found = _BEGUN.pop((run_id, name), None)
    if found is None:
        return None
    try:
        return found.result()
    except KeyboardInterrupt:
        give_up()
        raise


def give_up() -> None:
    """Drop what waits; what runs ends with its Spark job."""
    for waiting in _BEGUN.values():
        waiting.cancel()
    _BEGUN.clear()
    with suppress(Exception):
        from pyspark import SparkContext

        context = SparkContext._active_spark_context
        if context is not None:
            context.cancelAllJobs()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="plummer-check")
