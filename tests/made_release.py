"""A release made by hand, without Spark: rows are given, everything else is as a run leaves it."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from plummer.pipelines.manifest import write_manifest
from plummer.schemas.tables import CODES, DEID_NOTES, DEID_RESOURCES, EVENTS, SUBJECTS, Column, TableSpec

_COUNTS = pa.map_(pa.string(), pa.int32())
_TYPES = {
    "bigint": pa.int64(), "string": pa.string(), "float": pa.float32(), "timestamp_ntz": pa.timestamp("us"),
    "array<string>": pa.list_(pa.string()), "map<string,int>": _COUNTS,
    "array<map<string,int>>": pa.list_(_COUNTS),
}  # fmt: skip
_DELTA = {"bigint": "long", "string": "string", "float": "float", "timestamp_ntz": "timestamp_ntz"}
DAY = datetime(1970, 1, 1)  # noqa: DTZ001 (a time has no zone)
Row = Mapping[str, Any]


def day(number: float) -> datetime:
    """A time on the relative axis."""
    return DAY + timedelta(days=number)


def event(subject: int, time: datetime | None, code: str, **more: object) -> dict[str, Any]:
    """An event; `make_release` numbers it."""
    row = dict.fromkeys(EVENTS.names) | {
        "subject_id": subject, "time": time, "code": code, "event_type": "observation",
        "source_table": "Observation", "source_id": f"{subject}aaaaaaaaaaaaaaaaaaaaaaaaa"[:26],
        "members": [], "flags": [],
    }  # fmt: skip
    return row | more


def make_release(
    folder: Path,
    events: Iterable[Row],
    *,
    files: int = 1,
    subjects: Iterable[int] = (),
    codes: Iterable[str] | None = None,
    facts: Mapping[str, object] | None = None,
    people: Mapping[int, Row] | None = None,
    notes: Iterable[Row] | None = None,
    resources: Iterable[Row] | None = None,
) -> Path:
    """Write a release whose events stand in the order given, numbered by subject.

    Args:
        folder: the release's folder.
        events: from `event`.
        files: over how many files of the table the events are spread.
        subjects: further subjects, without events.
        codes: the table of codes; by default those of the events.
        facts: what the manifest says, beside what it always says.
        people: columns of a subject, by subject.
        notes: from `note`; without them the release has no such table.
        resources: from `resource`; the same.
    """
    rows = _numbered(events)
    ids = sorted({row["subject_id"] for row in rows} | set(subjects))
    known = sorted({row["code"] for row in rows}) if codes is None else codes
    write_table(folder / "events", EVENTS, rows, files)
    write_table(
        folder / "subjects", SUBJECTS, [_subject(one) | dict((people or {}).get(one, {})) for one in ids]
    )
    write_table(folder / "codes", CODES, [_code(one) for one in known])
    for name, spec, held in (("notes", DEID_NOTES, notes), ("resources", DEID_RESOURCES, resources)):
        if held is not None:
            write_table(folder / name, spec, [dict(row) for row in held])
    tables = {"events": {"rows": len(rows)}, "subjects": {"rows": len(ids)}}
    said = {
        "name": "made", "version": "1.0.0", "profile": "safe_harbor", "time_mode": "relative",
        "policy": {"sha256": "0" * 64, "version": "1.0.0"}, "tables": tables,
    }  # fmt: skip
    write_manifest(folder, {**said, **(facts or {})})
    return folder


def write_table(folder: Path, spec: TableSpec, rows: list[dict[str, Any]], files: int = 1) -> None:
    """A table at version 0; of several files each holds whole subjects, and their names tell no order."""
    fields = [pa.field(column.name, _TYPES[column.type], column.nullable) for column in spec.columns]
    key = spec.columns[0].name
    ids = sorted({row[key] for row in rows})
    log = folder / "_delta_log" / f"{0:020d}.json"
    log.parent.mkdir(parents=True)
    log.write_text("".join(json.dumps(action) + "\n" for action in _head(spec)))
    for number in range(files):
        of_file = set(ids[number * len(ids) // files : (number + 1) * len(ids) // files])
        name = f"part-{files - number:05d}.parquet"
        held = [row for row in rows if row[key] in of_file]
        pq.write_table(pa.Table.from_pylist(held, pa.schema(fields)), folder / name)
        with log.open("a") as out:
            out.write(json.dumps({"add": _added(folder / name, spec, held)}) + "\n")


def _head(spec: TableSpec) -> list[dict[str, Any]]:
    """What a Delta log says before the files: https://github.com/delta-io/delta/blob/master/PROTOCOL.md."""
    features = ["timestampNtz"]
    fields = [_field(column) for column in spec.columns]
    told = {"format": {"provider": "parquet", "options": {}}, "partitionColumns": [], "configuration": {}}
    schema = json.dumps({"type": "struct", "fields": fields})
    versions = {"minReaderVersion": 3, "minWriterVersion": 7}
    return [
        {"protocol": {**versions, "readerFeatures": features, "writerFeatures": features}},
        {"metaData": {"id": "00000000-0000-0000-0000-000000000000", "schemaString": schema, **told}},
    ]


def _field(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": _delta(column.type), "nullable": column.nullable, "metadata": {}}


def _delta(kind: str) -> object:
    if kind.startswith("array<"):
        return {"type": "array", "elementType": _delta(kind[6:-1]), "containsNull": True}
    if kind == "map<string,int>":
        return {"type": "map", "keyType": "string", "valueType": "integer", "valueContainsNull": True}
    return _DELTA[kind]


def _added(path: Path, spec: TableSpec, rows: list[dict[str, Any]]) -> dict[str, Any]:
    ids = [row["subject_id"] for row in rows if row.get("subject_id") is not None]
    told: dict[str, Any] = {"numRecords": len(rows)}
    if "subject_id" in spec.stats and ids:
        told |= {"minValues": {"subject_id": min(ids)}, "maxValues": {"subject_id": max(ids)}}
    place = {"path": path.name, "size": path.stat().st_size, "partitionValues": {}, "modificationTime": 0}
    return {**place, "dataChange": True, "stats": json.dumps(told)}


def _numbered(events: Iterable[Row]) -> list[dict[str, Any]]:
    count: dict[int, int] = {}
    rows = []
    for row in events:
        at = count.get(row["subject_id"], 0)
        rows.append({**row, "seq": at if row.get("seq") is None else row["seq"]})
        count[row["subject_id"]] = at + 1
    return rows


def _subject(subject: int) -> dict[str, Any]:
    return dict.fromkeys(SUBJECTS.names) | {"subject_id": subject, "events": 1, "encounters": 0, "notes": 0}


def note(subject: int, number: int, text: str, **more: object) -> dict[str, Any]:
    """A note of a subject."""
    told = {"note_id": f"{subject}n{number}", "subject_id": subject, "text": text, "counts": [("NAME", 1)]}
    return dict.fromkeys(DEID_NOTES.names) | told | more


def resource(subject: int, kind: str, **body: object) -> dict[str, Any]:
    """A resource of a subject."""
    return {
        "resource_type": kind, "resource_id": f"{subject}{kind}", "subject_id": subject,
        "body": json.dumps({"resourceType": kind, **body}), "policy_sha256": "0" * 64, "engine_version": "1",
        "actions": [("keep", 2)], "note_counts": [],
    }  # fmt: skip


def _code(code: str) -> dict[str, Any]:
    return {
        "code": code, "description": f"about {code}", "parents": [], "events": 1, "subjects": 1,
        "source": "records",
    }  # fmt: skip
