"""Scrubbed resources to the files of the timeline, inside a Spark worker: one subject after the other.

What a worker knows of a subject it writes: events that went back through the JVM to be ordered, counted and
written would be copied four times (decision 0022). Only what describes a subject goes back, with file names.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa

from plummer.deid.dates import TimeMode
from plummer.pipelines import storage
from plummer.pipelines.arrow_types import arrow_schema, batch_of
from plummer.pipelines.delta_write import GrowingFile, part_name, task_number
from plummer.pipelines.timeline.event import Event
from plummer.pipelines.timeline.rows import guarded, map_resource_row
from plummer.pipelines.timeline.story import CODE, Story, tell_story
from plummer.schemas.mappings import SiteFiles, load_mappings
from plummer.schemas.tables import EVENTS, TALLIES, TableSpec

TOLD: Final = (
    "path string, name string, rows bigint, bytes bigint, subject_id bigint, birth_year_band string, "
    "sex string, span_days bigint, events bigint, encounters bigint, notes bigint"
)
"""A row of a file has the first four columns, `path` being its table's; one of a subject has the others."""

_SCHEMA: Final = pa.schema(
    [(name, pa.string() if kind == "string" else pa.int64())
     for name, kind in (column.split() for column in TOLD.split(", "))]
)  # fmt: skip
_EVENTS: Final = arrow_schema(EVENTS)
_TALLIES: Final = arrow_schema(TALLIES)
_AT_ONCE: Final = 8_192
_PICKED: Final = itemgetter(*(Event._fields.index(name) for name in EVENTS.names if name != "seq"))
_SEQ: Final = EVENTS.names.index("seq")


@dataclass(slots=True)
class _Pages:
    """A table's file, and rows that wait for it."""

    file: GrowingFile
    schema: pa.Schema
    held: list[tuple[Any, ...]]

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.held.extend(rows)
        if len(self.held) >= _AT_ONCE:
            self.turn()

    def turn(self) -> None:
        if self.held:
            self.file.add(batch_of(self.held, self.schema))
            self.held.clear()


def tell(
    batches: Iterable[pa.RecordBatch],
    folders: Mapping[str, str],
    mode: TimeMode,
    site: SiteFiles | None = None,
) -> Iterator[pa.RecordBatch]:
    """Write events and tallies of whole subjects, and say what describes each: batches of `TOLD`.

    Args:
        batches: subject_id, resource_type, resource_id, body and joined (the code that stands in another
            resource), sorted by subject; a row without a body only says that the subject is there.
        folders: URIs of `timeline/events` and `timeline/tallies` by their paths.
        mode: how the policy treated the dates.
        site: the site's mapping files, as `load_mappings` takes them.

    Raises:
        PlummerError: ``timeline_failed`` (exit 70) with the pseudonym of a resource that can't be read.
    """
    run, name = partial(map_resource_row, load_mappings(site)), part_name(task_number())
    every = (row for batch in batches for row in batch.to_pylist())
    with ExitStack() as stack:
        events, tallies = (
            _Pages(GrowingFile(stack, f"{folders[spec.path]}/{name}"), schema, [])
            for spec, schema in ((EVENTS, _EVENTS), (TALLIES, _TALLIES))
        )
        for subject, rows in groupby(every, itemgetter("subject_id")):
            story = tell_story((guarded(row, run) for row in rows if row["body"] is not None), mode)
            events.add(_numbered(story.events))
            tallies.add(_tallied(subject, story))
            yield pa.RecordBatch.from_pylist([_about(subject, story)], schema=_SCHEMA)
        for pages in (events, tallies):
            pages.turn()
            pages.file.flush()
    parts = [_part(spec, pages.file, name) for spec, pages in ((EVENTS, events), (TALLIES, tallies))]
    yield pa.RecordBatch.from_pylist([part for part in parts if part["rows"]], schema=_SCHEMA)


def _numbered(events: Iterable[Event]) -> Iterator[tuple[Any, ...]]:
    for seq, event in enumerate(events):
        picked = _PICKED(event)
        yield (*picked[:_SEQ], seq, *picked[_SEQ:])


def _tallied(subject: int, story: Story) -> Iterator[tuple[Any, ...]]:
    counted = set[str]()
    for (kind, name, detail), n in story.tallies.items():
        first = kind == CODE and name not in counted
        if first:
            counted.add(name)
        yield subject, kind, name, detail, n, int(first)


def _about(subject: int, story: Story) -> dict[str, Any]:
    return {
        "subject_id": subject, "birth_year_band": story.birth_year_band, "sex": story.sex,
        "span_days": story.span_days, "events": len(story.events), "encounters": story.encounters,
        "notes": story.notes,
    }  # fmt: skip


def _part(spec: TableSpec, file: GrowingFile, name: str) -> dict[str, Any]:
    size = storage.size_of(file.uri) if file.rows else 0
    return {"path": spec.path, "name": name, "rows": file.rows, "bytes": size}
