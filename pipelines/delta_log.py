"""Checks of a table's log before it is read: stock readers lose a torn commit in silence.

A 0-byte last commit reads as an empty commit in Spark and in delta-rs, so the last batch vanishes
(trust.md finding 8); a missing commit in the middle, or a log behind the ledger, is a lost write.
"""

import re
from typing import Final

from plummer.pipelines.storage import list_files
from plummer.schemas.errors import ExitCode, PlummerError

_COMMIT: Final = re.compile(r"(\d{20})\.json$")


def require_whole(uri: str, version: int, *, exactly: bool = False) -> None:
    """Refuse a table whose log has a gap, an empty commit, or ends before a version.

    Args:
        uri: the table.
        version: the version the ledger knows.
        exactly: also refuse a table that has moved on.

    Raises:
        PlummerError: ``table_log_torn`` or ``table_behind`` (exit 5).
    """
    commits: dict[int, int] = {}
    for found in list_files(f"{uri}/_delta_log"):
        match = _COMMIT.search(found.path)
        if match is not None:
            commits[int(match[1])] = found.bytes
    table = "/".join(uri.split("/")[-2:])
    if not commits or max(commits) < version or (exactly and max(commits) != version):
        message = "a table's log does not hold the version the ledger knows; restore the table"
        raise PlummerError("table_behind", message, ExitCode.INTEGRITY, table)
    whole = range(min(commits), max(commits) + 1)
    if len(commits) != len(whole) or min(commits.values()) == 0:
        message = "a table's log is torn (a missing or empty commit); restore the table"
        raise PlummerError("table_log_torn", message, ExitCode.INTEGRITY, table)
