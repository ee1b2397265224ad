"""One writer per home."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from plummer.schemas.errors import ExitCode, PlummerError

_HELD: Final[dict[Path, IO[str]]] = {}
"""Locks of this process by home: the kernel takes a second one of the same process for another's."""
_KEPT: Final[set[Path]] = set()
"""Homes whose lock is held to the end of the process."""


@contextmanager
def writer(home: Path) -> Iterator[None]:
    """Hold the home's lock; the kernel frees a killed run's lock, so the next run takes it over.

    Raises:
        PlummerError: ``home_busy`` (exit 2) where another process holds it, or this one already.
    """
    place = home.resolve()
    if place in _KEPT:
        yield
        return
    taken = _taken(place)
    _HELD[place] = taken
    try:
        yield
    finally:
        _HELD.pop(place).close()


def hold(home: Path) -> None:
    """Hold the home's lock to the end of the process: for a run that Dagster's pages or a sensor started.

    Raises:
        PlummerError: ``home_busy`` (exit 2) where another process holds it.
    """
    place = home.resolve()
    if place not in _HELD:
        _HELD[place] = _taken(place)
        _KEPT.add(place)


def busy(home: Path) -> bool:
    """Whether somebody is writing to a home now."""
    try:
        _taken(home.resolve()).close()
    except FileNotFoundError:
        return False
    except PlummerError:
        return True
    return False


def _taken(home: Path) -> IO[str]:
    handle = (home / "lock").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        message = "another run is writing to this home; wait for it to end"
        raise PlummerError("home_busy", message, ExitCode.USAGE) from None
    return handle
