"""What `plummer scan` does, without the command line around it."""

from pathlib import Path

from plummer.expectations.scan.needles import read_needles
from plummer.expectations.scan.report import ScanReport
from plummer.expectations.scan.scanner import Progress, Scanner
from plummer.schemas.errors import ExitCode, PlummerError


def run_scan(
    paths: list[str], needles: Path, short: bool = False, *, progress: Progress | None = None
) -> ScanReport:
    """Scan `paths` for the needles of a file.

    Args:
        paths: files or folders.
        needles: file of needles.
        short: accept needles under 5 characters.
        progress: told after each file (done, in all).

    Raises:
        PlummerError: exit 2: ``path_missing``, ``paths_empty``, or what `read_needles` refuses.
    """
    if not paths:
        raise PlummerError("paths_empty", "name at least one file or folder", ExitCode.USAGE)
    for ordinal, path in enumerate(paths, 1):
        if not Path(path).exists():
            raise PlummerError("path_missing", "a path doesn't exist", ExitCode.USAGE, f"path {ordinal}")
    return Scanner(read_needles(needles, short=short)).scan([Path(path) for path in paths], progress=progress)
