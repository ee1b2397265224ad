"""Arrow batches of scrubbed resources to batches of events, inside a Spark worker.

A resource without events becomes one marker row with its reason, so that one pass both maps and
accounts for every resource.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

import pyarrow as pa

from plummer.pipelines.timeline.event import Event
from plummer.pipelines.timeline.interpret import interpret
from plummer.pipelines.timeline.notes import ATTACHMENTS, extract_notes
from plummer.pipelines.timeline.tokens import decode
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import Mappings, SiteFiles, load_mappings

EVENT_ROWS: Final = (
    "subject_id bigint, time timestamp_ntz, code string, numeric_value float, text_value string, "
    "numeric_text string, unit string, event_type string, encounter_id string, source_table string, "
    "source_id string, end_time timestamp_ntz, available_time timestamp_ntz, status string, "
    "verification string, interpretation string, range_low float, range_high float, ucum_value float, "
    "ucum_unit string, members array<string>, flags array<string>, event_order bigint, position int, "
    "display string, static boolean, reason string, notes int"
)
"""Columns of a mapped row; `code` is null in a marker row, `notes` counts on a resource's first row."""

NOTE_ROWS: Final = (
    "note_id string, subject_id bigint, encounter_id string, note_type string, time timestamp_ntz, "
    "text string, counts map<string,int>"
)

_TIME: Final = pa.timestamp("us")
_EVENT_SCHEMA: Final = pa.schema(
    [
        ("subject_id", pa.int64()), ("time", _TIME), ("code", pa.string()), ("numeric_value", pa.float32()),
        ("text_value", pa.string()), ("numeric_text", pa.string()), ("unit", pa.string()),
        ("event_type", pa.string()), ("encounter_id", pa.string()), ("source_table", pa.string()),
        ("source_id", pa.string()), ("end_time", _TIME), ("available_time", _TIME),
        ("status", pa.string()), ("verification", pa.string()), ("interpretation", pa.string()),
        ("range_low", pa.float32()), ("range_high", pa.float32()), ("ucum_value", pa.float32()),
        ("ucum_unit", pa.string()), ("members", pa.list_(pa.string())), ("flags", pa.list_(pa.string())),
        ("event_order", pa.int64()), ("position", pa.int32()), ("display", pa.string()),
        ("static", pa.bool_()), ("reason", pa.string()), ("notes", pa.int32()),
    ]
)  # fmt: skip
_NOTE_SCHEMA: Final = pa.schema(
    [
        ("note_id", pa.string()), ("subject_id", pa.int64()), ("encounter_id", pa.string()),
        ("note_type", pa.string()), ("time", _TIME), ("text", pa.string()),
        ("counts", pa.map_(pa.string(), pa.int32())),
    ]
)  # fmt: skip

Row = dict[str, Any]
Tuple = tuple[Any, ...]


def map_events(batches: Iterable[pa.RecordBatch], site: SiteFiles | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of resource_type, resource_id, subject_id, body, joined to batches of `EVENT_ROWS`.

    Args:
        batches: the scrubbed resources.
        site: the site's mapping files, as `load_mappings` takes them.
    """
    return _stream(batches, partial(_event_rows, load_mappings(site)), _EVENT_SCHEMA)


def map_notes(batches: Iterable[pa.RecordBatch], site: SiteFiles | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of resource_type, resource_id, subject_id, body, note_counts to batches of `NOTE_ROWS`."""
    return _stream(batches, partial(_note_rows, load_mappings(site)), _NOTE_SCHEMA)


def _stream(
    batches: Iterable[pa.RecordBatch], rows_of: Callable[[Row], Iterator[Tuple]], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        rows = [mapped for row in batch.to_pylist() for mapped in _guarded(row, rows_of)]
        columns = zip(*rows, strict=True) if rows else [()] * len(schema)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _guarded(row: Row, rows_of: Callable[[Row], Iterator[Tuple]]) -> list[Tuple]:
    """A traceback through Spark would print values; only the pseudonym of the resource goes out."""
    try:
        return list(rows_of(row))
    except Exception:
        reference = f"{row['resource_type']}/{row['resource_id']}"
    raise PlummerError(
        "timeline_failed", "a scrubbed resource could not be read", ExitCode.INTERNAL, reference
    ) from None


def _event_rows(mappings: Mappings, row: Row) -> Iterator[Tuple]:
    resource = decode(row["body"])
    joined = None if row["joined"] is None else decode(row["joined"])
    outcome = interpret(mappings, resource, row["subject_id"], row["resource_id"], joined)
    notes = 0
    if row["resource_type"] in ATTACHMENTS:
        notes = sum(1 for _ in extract_notes(mappings, resource, row["subject_id"], row["resource_id"]))
    if outcome.reason is not None:
        yield _marker(row, outcome.reason, notes)
    for event in outcome.events:
        yield _event_row(event, notes if event.position == 0 else 0)


def _event_row(event: Event, notes: int) -> Tuple:
    return (
        event.subject_id, event.time, event.code, event.numeric_value, event.text_value,
        event.numeric_text, event.unit, event.event_type, event.encounter_id, event.source_table,
        event.source_id, event.end_time, event.available_time, event.status, event.verification,
        event.interpretation, event.range_low, event.range_high, event.ucum_value, event.ucum_unit,
        event.members, event.flags, event.order, event.position, event.display, event.static, None, notes,
    )  # fmt: skip


def _marker(row: Row, reason: str, notes: int) -> Tuple:
    blank = [None] * len(_EVENT_SCHEMA)
    known = {
        "subject_id": row["subject_id"], "source_table": row["resource_type"],
        "source_id": row["resource_id"], "reason": reason, "notes": notes,
    }  # fmt: skip
    for name, value in known.items():
        blank[_EVENT_SCHEMA.get_field_index(name)] = value
    return tuple(blank)


def _note_rows(mappings: Mappings, row: Row) -> Iterator[Tuple]:
    counts = [dict(pairs or ()) for pairs in row["note_counts"] or ()]
    for note in extract_notes(mappings, decode(row["body"]), row["subject_id"], row["resource_id"], counts):
        yield (
            note.note_id, note.subject_id, note.encounter_id, note.note_type, note.time, note.text,
            list(note.counts.items()),
        )  # fmt: skip
