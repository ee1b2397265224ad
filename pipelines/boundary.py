"""The error boundary of every stage: what leaves it carries codes and places, never values."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from plummer.schemas.errors import ExitCode, PlummerError

_DISK_FULL: Final = ("No space left on device", "Disk quota exceeded", "database or disk is full")


@contextmanager
def boundary(stage: str) -> Iterator[None]:
    """Turn whatever a stage raises into a `PlummerError` that names the stage and the kind of error.

    Spark's, Python's and Delta's messages quote the value that failed, so only the class name of the
    exception is kept (trust.md surfaces 9 and 10).

    Example:
        >>> try:
        ...     with boundary("scrub"):
        ...         int("MRN-SECRET")
        ... except PlummerError as error:
        ...     print(error)
        stage_failed: the stage ended with an unexpected error [scrub:ValueError]
    """
    try:
        yield
    except PlummerError:
        raise
    except Exception as error:
        raise _safe(stage, error) from None


def _safe(stage: str, error: Exception) -> PlummerError:
    outside = surroundings(stage, error)
    if outside is not None:
        return outside
    inner = _plummer_code(str(error))
    if inner is not None:
        return PlummerError(inner, "a worker stopped the stage", ExitCode.INTERNAL, stage)
    kind = type(error).__name__
    return PlummerError(
        "stage_failed", "the stage ended with an unexpected error", ExitCode.INTERNAL, f"{stage}:{kind}"
    )


def surroundings(stage: str, error: Exception) -> PlummerError | None:
    """The error for a full disk or a folder that can't be used; None where the cause is another one.

    Example:
        >>> print(surroundings("land", OSError(28, "No space left on device")))
        disk_full: the disk is full; free space and run again, nothing half-written is read as whole [land]
    """
    text = str(error)
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or any(m in text for m in _DISK_FULL):
        message = "the disk is full; free space and run again, nothing half-written is read as whole"
        return PlummerError("disk_full", message, ExitCode.INTERNAL, stage)
    if isinstance(error, PermissionError) or "Permission denied" in text:
        message = "a folder of the home can't be written or read; check its owner and mode"
        return PlummerError("permission_denied", message, ExitCode.INTERNAL, stage)
    return None


def _plummer_code(text: str) -> str | None:
    """The code of a `PlummerError` that a Spark worker raised, from the text of its traceback."""
    marker = "PlummerError: "
    start = text.rfind(marker)
    if start < 0:
        return None
    code = text[start + len(marker) :].split(":", 1)[0]
    return code if code.isidentifier() and code.islower() else None
