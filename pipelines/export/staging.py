"""A folder that appears only when it is whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plummer.schemas.errors import ExitCode, PlummerError


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` that takes its name when the block ends well, else goes.

    What a killed process left in the hidden folder is cleared by the next one; while a process is at
    work there, another is refused.

    Args:
        out: absent, or an empty folder.

    Raises:
        PlummerError: ``out_not_empty``, ``out_busy`` or ``out_unwritable`` (exit 2).

    Example:
        >>> import tempfile
        >>> out = Path(tempfile.mkdtemp()) / "made"
        >>> with staged(out) as folder:
        ...     _ = (folder / "a.txt").write_text("whole")
        ...     out.exists()
        False
        >>> [path.name for path in out.iterdir()], [path.name for path in out.parent.iterdir()]
        (['a.txt'], ['made'])
    """
    target = Path(os.path.realpath(out))
    _require_empty(target)
    try:
        with _locked(target.with_name(f".{target.name}.partial")) as folder:
            _require_empty(target)
            try:
                yield folder
                _sync(folder)
                folder.replace(target)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        message = "--out can't be written: check the folder, its permissions and the space on the disk"
        raise PlummerError("out_unwritable", message, ExitCode.USAGE) from None


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """An empty folder that is ours as long as the block lasts; the kernel frees a killed process's lock."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _take(handle, folder)
        for left in list(folder.iterdir()):
            _remove(left)
        yield folder
    finally:
        os.close(handle)


def _take(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # whoever held the lock may have renamed the folder away since it was opened
        ours = os.path.samestat(os.fstat(handle), folder.stat())
    except OSError:
        ours = False
    if not ours:
        raise PlummerError("out_busy", "another export is writing there; wait for it to end", ExitCode.USAGE)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _require_empty(target: Path) -> None:
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise PlummerError("out_not_empty", "the output folder must be new or empty", ExitCode.USAGE)


def _sync(folder: Path) -> None:
    """Have every file on the disk before the name says that they are."""
    for root, _, names in os.walk(folder):
        for name in [*names, "."]:
            handle = os.open(Path(root) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
