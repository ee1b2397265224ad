"""Checks of a table's log before it is read: stock readers lose a torn commit in silence.

A 0-byte last commit reads as an empty commit in Spark and in delta-rs, so the last batch vanishes
(trust.md finding 8); a missing commit in the middle, or a log behind the ledger, is a lost write.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from plummer.pipelines.storage import is_local, local_path, open_binary, remote
from plummer.schemas.errors import ExitCode, PlummerError

_COMMIT: Final = re.compile(r"(\d{20})\.json")


def require_whole(uri: str, version: int, *, exactly: bool = False, log: str = "") -> None:
    """Refuse a table whose log has a gap, an empty or edited commit, or ends before a version.

    Args:
        uri: the table.
        version: the version the ledger knows.
        exactly: also refuse a table that has moved on.
        log: what `log_sha256` was at that version; empty where it isn't known.

    Raises:
        PlummerError: ``table_log_torn`` or ``table_behind`` (exit 5).
    """
    commits = _commits(uri)
    table = "/".join(uri.split("/")[-2:])
    if not commits or max(commits) < version or (exactly and max(commits) != version):
        message = "a table's log does not hold the version the ledger knows; restore the table"
        raise PlummerError("table_behind", message, ExitCode.INTEGRITY, table)
    whole = range(min(commits), max(commits) + 1)
    if len(commits) != len(whole) or min(commits.values()) == 0:
        message = "a table's log is torn (a missing or empty commit); restore the table"
        raise PlummerError("table_log_torn", message, ExitCode.INTEGRITY, table)
    if log and log != log_sha256(uri, version):
        message = "a table's log is not the one that was written (an edited commit); restore the table"
        raise PlummerError("table_log_torn", message, ExitCode.INTEGRITY, table)


def log_sha256(uri: str, version: int) -> str:
    """Hash over the bytes of a table's commits up to a version: stock readers take an edited one for true."""
    found = hashlib.sha256()
    for commit in range(version + 1):
        found.update(hashlib.sha256(_commit(uri, commit)).digest())
    return found.hexdigest()


def latest_version(uri: str) -> int:
    """The latest version in a table's log, -1 where there is none."""
    return max(_commits(uri), default=-1)


def version_and_rows(uri: str) -> tuple[int, int]:
    """Latest version and number of rows, from the commits' own record counts.

    Reads the commits, not the checkpoints: a home's tables are written once or twice a delivery, and
    their properties keep Delta from clearing old commits away.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where a commit doesn't say how many rows it added.
    """
    latest = latest_version(uri)
    adds = standing(uri, latest).values()
    return latest, sum(int(json.loads(add["stats"])["numRecords"]) for add in adds)


def files(uri: str, version: int | None = None) -> list[str]:
    """URIs of the files that hold a table at a version, or at the latest, in the order they were added.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where the table has no such version.
    """
    at = max(latest_version(uri), 0) if version is None else version
    return [f"{uri}/{path}" for path in standing(uri, at)]


def file_rows(uri: str, version: int | None = None) -> dict[str, int]:
    """Rows of each file that holds a table at a version, or at the latest, by its URI.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where the table has no such version.
    """
    at = max(latest_version(uri), 0) if version is None else version
    adds = standing(uri, at).items()
    return {f"{uri}/{path}": int(json.loads(add["stats"])["numRecords"]) for path, add in adds}


def rows_of(uri: str) -> list[dict[str, Any]]:
    """The rows of a small table, without Spark; none where it isn't there."""
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    for file in files(uri) if latest_version(uri) >= 0 else ():
        with open_binary(file) as stream:
            rows += pq.read_table(stream).to_pylist()
    return rows


def standing(uri: str, version: int) -> dict[str, dict[str, Any]]:
    """Log entries of the files of a version, by path: what commits up to it have added and not removed."""
    found: dict[str, dict[str, Any]] = {}
    for commit in range(version + 1):
        for action in actions(uri, commit):
            if "remove" in action:
                found.pop(action["remove"]["path"], None)
            elif "add" in action:
                found[action["add"]["path"]] = action["add"]
    return found


def actions(uri: str, version: int) -> list[dict[str, Any]]:
    """The actions of one commit.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where there is no such commit.
    """
    return [json.loads(line) for line in _commit(uri, version).decode().splitlines()]


def _commit(uri: str, version: int) -> bytes:
    try:
        with open_binary(f"{uri}/_delta_log/{version:020d}.json") as stream:
            return stream.read()
    except (OSError, PlummerError):
        message = "a table's log is torn (a missing or empty commit); restore the table"
        raise PlummerError("table_log_torn", message, ExitCode.INTEGRITY) from None


def _commits(uri: str) -> dict[int, int]:
    """Sizes of the commits in a table's log, by version."""
    commits: dict[int, int] = {}
    for name, size in folder_sizes(f"{uri}/_delta_log"):
        match = _COMMIT.fullmatch(name)
        if match is not None:
            commits[int(match[1])] = size
    return commits


def folder_sizes(uri: str) -> Iterator[tuple[str, int]]:
    """Names and sizes of the files of one folder; nothing where it isn't there."""
    if is_local(uri):
        folder = Path(local_path(uri))
        if folder.is_dir():
            yield from ((entry.name, entry.stat().st_size) for entry in os.scandir(folder) if entry.is_file())
        return
    from pyarrow.fs import FileSelector, FileType

    filesystem, path = remote(uri)
    for found in filesystem.get_file_info(FileSelector(path, allow_not_found=True)):
        if found.type == FileType.File:
            yield found.base_name, int(found.size)
