"""Released events on their way into MEDS: canonical units, known times, flags as text, what is left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plummer.pipelines.export.meds_shards import COLUMNS

RELEASED: Final = (*COLUMNS, "ucum_value", "ucum_unit")
"""Columns of the released events that a data set is made from; the last three are absent in old releases."""


@dataclass(slots=True)
class Rows:
    """How events are told, and how many were left out.

    Attributes:
        known: each event stands at the time at which it was known, if that is later than when it happened.
        canonical: numbers and units are those of ``ucum_value``, where there is one.
        drop_flagged: what carries a flag is left out.
        flagged: events left out for their flags.
    """

    known: bool = False
    canonical: bool = False
    drop_flagged: bool = False
    flagged: int = field(default=0, init=False)

    def of(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of `RELEASED` by subject and seq, to batches of `COLUMNS` with flags as text."""
        told = (self._told(batch) for batch in batches)
        return _by_known_time(told) if self.known else told

    def _told(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if "flags" not in batch.schema.names:
            return batch.append_column("flags", pa.nulls(len(batch), pa.string()))
        flags, value, unit = (batch.column(name) for name in ("flags", "ucum_value", "ucum_unit"))
        batch = batch.drop_columns(["flags", "ucum_value", "ucum_unit"])
        if self.canonical:
            there = pc.is_valid(value)
            batch = _with(batch, "numeric_value", pc.if_else(there, value, batch.column("numeric_value")))
            batch = _with(batch, "unit", pc.if_else(there, unit, batch.column("unit")))
        odd = pc.greater(pc.list_value_length(flags), 0)
        text = pc.if_else(odd, pc.binary_join(flags, ","), pa.scalar(None, pa.string()))
        batch = batch.append_column("flags", text)
        if not self.drop_flagged:
            return batch
        self.flagged += pc.sum(odd).as_py() or 0
        return batch.filter(pc.invert(odd))


def _by_known_time(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Whole subjects, each one's events in the order in which they were known."""
    held: list[pa.RecordBatch] = []
    place = 0
    for batch in batches:
        ids = np.asarray(batch.column("subject_id"))
        cut = int(np.searchsorted(ids, ids[-1], "left")) if len(ids) else 0
        if held and len(ids) and ids[0] != held[-1].column("subject_id")[-1].as_py():
            yield _sorted(held, place)
            place, held = place + sum(map(len, held)), []
        if cut:
            yield _sorted([*held, batch.slice(0, cut)], place)
            place, held = place + sum(map(len, held)) + cut, []
        if len(ids):
            held.append(batch.slice(cut))
    if held:
        yield _sorted(held, place)


def _sorted(batches: list[pa.RecordBatch], place: int) -> pa.RecordBatch:
    rows = pa.concat_batches(batches)
    rows = _with(rows, "time", pc.max_element_wise(rows.column("time"), rows.column("available_time")))
    # Arrow sorts nulls last: a static event's time is put before all others for the sort alone
    times: Any = pc.fill_null(rows.column("time").cast(pa.int64()), np.iinfo(np.int64).min)
    keys = [np.asarray(one) for one in (rows.column("seq"), times, rows.column("subject_id"))]
    rows = rows.take(pa.array(np.lexsort(keys)))
    return _with(rows, "seq", pa.array(np.arange(place, place + len(rows), dtype=np.int64)))


def _with(batch: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    at = batch.schema.get_field_index(name)
    return batch.set_column(at, name, column)
