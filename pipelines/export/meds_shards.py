"""Events of a release to shards of whole subjects, in one pass and with flat memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plummer.pipelines.export.meds_format import DATA, SPLITS, parquet_writer, split_of
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import load_mappings

COLUMNS: Final = (
    "subject_id", "time", "code", "numeric_value", "text_value", "unit", "event_type", "encounter_id",
    "source_id", "end_time", "available_time", "seq", "flags",
)  # fmt: skip
"""Columns that a shard is made from."""

_GROUP_ROWS: Final = 65_536
_STATIC: Final = np.iinfo(np.int64).min

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Subjects:
    """Every subject of a release and its split, nine bytes a subject.

    Attributes:
        ids: subject_ids, ascending.
        splits: positions in `SPLITS`.
    """

    ids: Integers
    splits: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, ids: Iterable[Integers]) -> "Subjects":
        """Subjects from the ids of a release.

        Raises:
            PlummerError: ``release_subjects`` (exit 5) where an id stands twice or isn't positive.
        """
        found = np.sort(np.concatenate([np.empty(0, np.int64), *ids]))
        if len(found) and (found[0] < 1 or np.any(found[1:] == found[:-1])):
            raise _broken("release_subjects", "two subjects have one id, or an id isn't positive")
        splits = np.fromiter((split_of(int(one)) for one in found), np.uint8, len(found))
        return cls(found, splits)

    def splits_of(self, ids: Integers) -> npt.NDArray[np.uint8]:
        """The split of each id.

        Raises:
            PlummerError: ``release_subjects`` (exit 5) where an event's subject isn't one of the release.
        """
        at = np.searchsorted(self.ids, ids)
        if np.any(at == len(self.ids)) or np.any(self.ids[at] != ids):
            raise _broken("release_subjects", "an event's subject isn't among the release's subjects")
        return self.splits[at]


@dataclass(slots=True)
class Written:
    """What was written.

    Attributes:
        events: number of events.
        undated: events without a time that aren't static by nature; written, or left out.
        shards: number of files by split.
        codes: every code that stands in an event.
    """

    events: int = 0
    undated: int = 0
    shards: Mapping[str, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)


def write_shards(
    data: Path,
    batches: Iterable[pa.RecordBatch],
    subjects: Subjects,
    shard_events: int,
    *,
    drop_undated: bool = False,
) -> Written:
    """Write ``data/SPLIT/N.parquet``: a subject in one file, its events in order, static ones first.

    Args:
        data: the folder ``data``.
        batches: from `plummer.pipelines.export.meds_rows.Rows.of`, by subject and seq.
        subjects: the release's subjects.
        shard_events: a shard with so many events takes no further subject.
        drop_undated: leave out what has no time and isn't static.

    Raises:
        PlummerError: ``release_order`` or ``release_subjects`` (exit 5).
    """
    made = Written()
    order = _Order()
    shards = [_Shards(data / split, shard_events) for split in SPLITS]
    try:
        for batch in batches:
            order.check(batch)
            undated = _undated(batch)
            made.undated += pc.sum(undated).as_py() or 0
            _spread(batch.filter(pc.invert(undated)) if drop_undated else batch, subjects, shards, made)
    finally:
        for one in shards:
            one.close()
    made.shards = {split: one.count for split, one in zip(SPLITS, shards, strict=True)}
    return made


def _spread(batch: pa.RecordBatch, subjects: Subjects, shards: Sequence["_Shards"], made: Written) -> None:
    """Hand each split its rows."""
    ids = _integers(batch, "subject_id")
    of = subjects.splits_of(ids)
    made.codes.update(pc.unique(batch.column("code")).to_pylist())
    made.events += len(batch)
    rows = _as_meds(batch)
    for split in np.unique(of):
        chosen = of == split
        shards[split].add(rows.filter(pa.array(chosen)), ids[chosen])


def _undated(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Which events have no time though their kind has one: MEDS can't tell them from static ones."""
    static = pc.is_in(batch.column("event_type"), pa.array(static_types()))
    return pc.and_(pc.is_null(batch.column("time")), pc.invert(static))


@cache
def static_types() -> tuple[str, ...]:
    """Kinds of events that have no time by nature.

    Example:
        >>> static_types()
        ('birth', 'body_structure', 'demographic', 'device')
    """
    types = load_mappings().types.values()
    timeless = {spec.event_type for one in types for spec in one.events if spec.static}
    # a birth has no time where the age rule has made it AGE//90+
    return tuple(sorted(timeless | {"birth"}))


@dataclass(slots=True)
class _Order:
    """Checks that subjects are contiguous and each one's events in order, across batches."""

    last: tuple[int, int, int] | None = None

    def check(self, batch: pa.RecordBatch) -> None:
        """Refuse rows that don't follow those before."""
        before = self.last or (0, _STATIC, -1)
        names = ("subject_id", "time", "seq")
        ids, times, seqs = (
            np.concatenate([np.array([first], np.int64), _integers(batch, name)])
            for first, name in zip(before, names, strict=True)
        )
        same = ids[1:] == ids[:-1]
        in_order = (times[1:] >= times[:-1]) & (seqs[1:] > seqs[:-1])
        if np.any(ids[1:] < ids[:-1]) or not np.all(in_order[same]):
            raise _broken("release_order", "the released events aren't in order of subject, time and seq")
        self.last = (int(ids[-1]), int(times[-1]), int(seqs[-1]))


class _Shards:
    """The shards of one split, one open at a time."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.count = 0
        self._folder = folder
        self._limit = limit
        self._rows = 0
        self._last = 0
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: pa.Table, ids: Integers) -> None:
        """Add rows in order; `ids` are their subjects."""
        begin = 0
        starts = np.flatnonzero(ids != np.concatenate([[self._last], ids[:-1]]))
        self._last = int(ids[-1])
        for start in starts.tolist():
            if self._rows + start - begin >= self._limit:
                self._put(rows.slice(begin, start - begin))
                self.close()
                begin = start
        self._put(rows.slice(begin))

    def _put(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._rows += len(rows)
        if sum(map(len, self._waiting)) >= _GROUP_ROWS:
            self._write()

    def _write(self, *, whole: bool = False) -> None:
        """Write row groups of a fixed size, so that bytes don't depend on how the rows came."""
        rows = pa.concat_tables(self._waiting)
        if self._writer is None:
            self._writer = parquet_writer(self._folder / f"{self.count}.parquet", DATA)
            self.count += 1
        while len(rows) >= _GROUP_ROWS or (whole and len(rows)):
            self._writer.write_table(rows.slice(0, _GROUP_ROWS).combine_chunks())
            rows = rows.slice(_GROUP_ROWS)
        self._waiting = [rows]

    def close(self) -> None:
        """End the open shard."""
        if self._rows:
            self._write(whole=True)
        if self._writer is not None:
            self._writer.close()
        self._writer, self._rows, self._waiting = None, 0, []


def _as_meds(batch: pa.RecordBatch) -> pa.Table:
    rows = pa.Table.from_batches([batch]).drop_columns(["seq"])
    names = ["resource_id" if name == "source_id" else name for name in rows.column_names]
    return rows.rename_columns(names).cast(DATA)


def _integers(batch: pa.RecordBatch, name: str) -> Integers:
    """A column as 64-bit integers; a null, which a static event has for a time, comes first."""
    column = batch.column(name).cast(pa.int64())
    filled: Any = pc.fill_null(column, int(_STATIC))
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.int64)


def _broken(code: str, message: str) -> PlummerError:
    return PlummerError(code, message, ExitCode.INTEGRITY, "events")
