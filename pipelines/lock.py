"""One writer per home."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plummer.schemas.errors import ExitCode, PlummerError


@contextmanager
def writer(home: Path) -> Iterator[None]:
    """Hold the home's lock; the kernel frees a killed run's lock, so the next run takes it over.

    Raises:
        PlummerError: ``home_busy`` (exit 2) where another process holds it.
    """
    with (home / "lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = "another run is writing to this home; wait for it to end"
            raise PlummerError("home_busy", message, ExitCode.USAGE) from None
        yield
