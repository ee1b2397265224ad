"""Commits that name Parquet files which are there already (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).

Spark writes a table's files and its log in one go; where workers have written the files themselves
(`plummer.pipelines.delta_write`) only the log is left to write. delta-rs could do it, but takes ``%`` in a
folder's name for an escape (1.6.6). The lock of the home sees to it that nobody else commits.
"""

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from plummer.pipelines import storage
from plummer.pipelines.delta_log import actions, latest_version
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import TableSpec

_NTZ: Final = "timestampNtz"
_NAMES: Final = {"bigint": "long", "int": "integer"}


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file in a table's folder.

    Attributes:
        name: its name below the folder.
        rows: rows in it.
        bytes: its size.
    """

    name: str
    rows: int
    bytes: int


def properties(spec: TableSpec) -> dict[str, str]:
    """What a table of ours is made with.

    Readers without Spark know neither deletion vectors nor v2 checkpoints. Rows are counted from the
    commits, so Delta must not clear old ones away.
    """
    stats = (
        {"delta.dataSkippingStatsColumns": ",".join(spec.stats)}
        if spec.stats
        else {"delta.dataSkippingNumIndexedCols": "0"}
    )
    return {
        "delta.checkpointPolicy": "classic",
        "delta.enableDeletionVectors": "false",
        "delta.enableExpiredLogCleanup": "false",
        **stats,
    }


def committed(uri: str, app: str, version: int = 1) -> bool:
    """Whether a transaction has been committed to a table.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where a commit is missing.
    """
    every = (action for at in range(latest_version(uri) + 1) for action in actions(uri, at))
    return any(
        action["txn"]["appId"] == app and action["txn"]["version"] >= version
        for action in every
        if "txn" in action
    )


def commit(  # noqa: PLR0913 (what comes, what goes, and once)
    uri: str,
    spec: TableSpec,
    parts: Sequence[Part],
    app: str = "",
    *,
    number: int = 1,
    gone: Sequence[Mapping[str, Any]] = (),
    back: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Add files to a table, and take files out of it; a table that isn't there is made.

    Args:
        uri: the table.
        spec: its contract; the files must hold its columns.
        parts: the files that come.
        app: the transaction's name, of what must happen once: one that was committed before changes nothing.
        number: the transaction's number; a smaller one of the same name counts as committed.
        gone: log entries (`delta_log.standing`) of the files that go.
        back: log entries of files that were taken out and stand again.

    Raises:
        PlummerError: ``table_moved`` (exit 5) where somebody else has committed meanwhile.
    """
    if app and committed(uri, app, number):
        return
    version = latest_version(uri) + 1
    now = int(time.time() * 1000)
    lines = [*_head(now, parts, len(gone)), *(_made(spec, now) if version == 0 else ())]
    if app:
        lines.append({"txn": {"appId": app, "version": number, "lastUpdated": now}})
    lines += [*(_remove(entry, now) for entry in gone), *(_add(part, now) for part in parts)]
    lines += [{"add": {**entry, "dataChange": True}} for entry in back]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    try:
        storage.put_new(f"{uri}/_delta_log/{version:020d}.json", text.encode())
    except FileExistsError:
        message = "another process has written to a table of this home; run again"
        raise PlummerError("table_moved", message, ExitCode.INTEGRITY, spec.path) from None


def _head(now: int, parts: Sequence[Part], gone: int) -> Iterator[dict[str, Any]]:
    metrics = {
        "numFiles": str(len(parts)),
        "numRemovedFiles": str(gone),
        "numOutputRows": str(sum(part.rows for part in parts)),
        "numOutputBytes": str(sum(part.bytes for part in parts)),
    }
    yield {
        "commitInfo": {
            "timestamp": now, "operation": "WRITE",
            "operationParameters": {"mode": "Overwrite" if gone else "Append", "partitionBy": "[]"},
            "isBlindAppend": not gone, "operationMetrics": metrics, "engineInfo": "plummer",
        }
    }  # fmt: skip


def _made(spec: TableSpec, now: int) -> Iterator[dict[str, Any]]:
    yield {"protocol": _protocol(spec)}
    yield {
        "metaData": {
            "id": str(uuid.uuid4()), "format": {"provider": "parquet", "options": {}},
            "schemaString": schema_string(spec), "partitionColumns": [],
            "configuration": properties(spec), "createdTime": now,
        }
    }  # fmt: skip


def _protocol(spec: TableSpec) -> dict[str, Any]:
    """What a reader must know: times without a zone are a feature of their own."""
    if all("timestamp_ntz" not in column.type for column in spec.columns):
        return {"minReaderVersion": 1, "minWriterVersion": 2}
    features = {"readerFeatures": [_NTZ], "writerFeatures": [_NTZ, "invariants", "appendOnly"]}
    return {"minReaderVersion": 3, "minWriterVersion": 7, **features}


def schema_string(spec: TableSpec) -> str:
    """A table's schema as its log holds it: every column may be null.

    Example:
        >>> from plummer.schemas.tables import Column
        >>> schema_string(TableSpec("a/b", (Column("n", "bigint", "", nullable=False),)))
        '{"type":"struct","fields":[{"name":"n","type":"long","nullable":true,"metadata":{}}]}'
    """
    fields: list[Mapping[str, Any]] = [
        {"name": c.name, "type": _type(c.type), "nullable": True, "metadata": {}} for c in spec.columns
    ]
    return json.dumps({"type": "struct", "fields": fields}, separators=(",", ":"))


def _type(sql: str) -> Any:  # noqa: ANN401 (JSON)
    """A type of SQL as the log writes it; Spark's own parser would want a session for it."""
    outer, _, inner = sql.removesuffix(">").partition("<")
    if outer == "array":
        return {"type": "array", "elementType": _type(inner), "containsNull": True}
    if outer == "map":
        key, _, value = inner.partition(",")
        names = {"keyType": _type(key), "valueType": _type(value)}
        return {"type": "map", **names, "valueContainsNull": True}
    return _NAMES.get(sql, sql)


def _add(part: Part, now: int) -> dict[str, Any]:
    stats = json.dumps({"numRecords": part.rows}, separators=(",", ":"))
    return {
        "add": {
            "path": quote(part.name), "partitionValues": {}, "size": part.bytes,
            "modificationTime": now, "dataChange": True, "stats": stats,
        }
    }  # fmt: skip


def _remove(entry: Mapping[str, Any], now: int) -> dict[str, Any]:
    return {
        "remove": {
            "path": entry["path"], "deletionTimestamp": now, "dataChange": True, "extendedFileMetadata": True,
            "partitionValues": {}, "size": entry["size"],
        }
    }  # fmt: skip
