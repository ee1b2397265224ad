"""Rows of scrubbed resources, read one at a time inside a Spark worker: to what they say, and to notes."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final, TypeVar

import pyarrow as pa

from plummer.pipelines.arrow_types import arrow_schema, batch_of
from plummer.pipelines.timeline.interpret import interpret
from plummer.pipelines.timeline.notes import ATTACHMENTS, extract_notes
from plummer.pipelines.timeline.story import Mapped
from plummer.pipelines.timeline.tokens import decode
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import Mappings, SiteFiles, load_mappings
from plummer.schemas.tables import DEID_NOTES

_NOTES: Final = arrow_schema(DEID_NOTES)

Row = dict[str, Any]
Tuple = tuple[Any, ...]
Result = TypeVar("Result")


def map_notes(batches: Iterable[pa.RecordBatch], site: SiteFiles | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of resource_type, resource_id, subject_id, body, note_counts to rows of ``deid/notes``."""
    notes_of = partial(_note_rows, load_mappings(site))
    for batch in batches:
        rows = [note for row in batch.to_pylist() for note in guarded(row, notes_of)]
        yield batch_of(rows, _NOTES)


def guarded(row: Row, work: Callable[[Row], Result]) -> Result:
    """What some work makes of a row; a traceback through Spark would print values, so only its name goes out.

    Raises:
        PlummerError: ``timeline_failed`` (exit 70) with type and pseudonym of the resource.
    """
    try:
        return work(row)
    except Exception:
        reference = f"{row['resource_type']}/{row['resource_id']}"
    raise PlummerError(
        "timeline_failed", "a scrubbed resource could not be read", ExitCode.INTERNAL, reference
    ) from None


def map_resource_row(mappings: Mappings, row: Row) -> Mapped:
    """Map a row of resource_type, resource_id, subject_id, body and joined.

    Args:
        mappings: from `load_mappings`.
        row: the columns by name; body is the scrubbed resource's JSON, joined the code that stands in
            another resource, as JSON, or None.
    """
    resource = decode(row["body"])
    joined = None if row["joined"] is None else decode(row["joined"])
    outcome = interpret(mappings, resource, row["subject_id"], row["resource_id"], joined)
    notes = 0
    if row["resource_type"] in ATTACHMENTS:
        notes = sum(1 for _ in extract_notes(mappings, resource, row["subject_id"], row["resource_id"]))
    return Mapped(row["resource_type"], outcome, notes)


def _note_rows(mappings: Mappings, row: Row) -> list[Tuple]:
    counts = [dict(pairs or ()) for pairs in row["note_counts"] or ()]
    found = extract_notes(mappings, decode(row["body"]), row["subject_id"], row["resource_id"], counts)
    return [
        (n.note_id, n.subject_id, n.encounter_id, n.note_type, n.time, n.text, list(n.counts.items()))
        for n in found
    ]
