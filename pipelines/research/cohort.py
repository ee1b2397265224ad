"""Who is in a cohort: a task carried out on a release, with the count that is left after each criterion."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from plummer.pipelines.research.task import ANY_EVENT, Point, Predicate, Task, Window
from plummer.schemas.errors import ExitCode, PlummerError

COLUMNS: Final = ("subject_id", "time", "code", "numeric_value")
SCHEMA: Final = pa.schema(
    {"subject_id": pa.int64(), "prediction_time": pa.timestamp("us"), "label": pa.bool_()}
)
Row = tuple[int, datetime | None, str, float | None]
_BEFORE_ALL: Final = datetime.min  # noqa: DTZ901 (released times have no zone)


@dataclass(frozen=True, slots=True)
class Step:
    """What is left after a criterion: index events, and the subjects who have them."""

    criterion: str
    indexes: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """The index events of a task, and how they came about.

    Attributes:
        rows: subject_id, prediction_time and label, by subject and time; null where the task has none.
        flow: what was left after each criterion, in their order; exact counts.
        k: the smallest count of subjects that `text` shows.
    """

    rows: pa.Table
    flow: tuple[Step, ...]
    k: int

    def __len__(self) -> int:
        """The number of index events."""
        return len(self.rows)

    def __str__(self) -> str:
        """The same as `text`."""
        return self.text()

    def text(self) -> str:
        """The flow as a CONSORT diagram has it, with subjects, for showing to others.

        A count under k is withheld, and so is one that lies within k of the last that was shown: the two
        would tell how few were left out.
        """
        lines, shown = [], None
        for step in self.flow:
            close = shown is not None and 0 < shown - step.subjects < self.k
            hidden = close or 0 < step.subjects < self.k
            shown = shown if hidden else step.subjects
            lines.append(f"{'withheld' if hidden else step.subjects:>9}  {step.criterion}")
        return "\n".join(lines)


class _Story:
    """One subject's times, in order, and how many events of each predicate fall on each."""

    def __init__(self, task: Task, rows: Iterable[tuple[datetime, Sequence[str]]]) -> None:
        self.times: list[datetime] = []
        self.at: list[dict[str, int]] = []
        for time, names in rows:
            if not self.times or time != self.times[-1]:
                self.times.append(time)
                self.at.append({ANY_EVENT: 1})
            for name in names:
                self.at[-1][name] = self.at[-1].get(name, 0) + 1
        for held in self.at:
            _mix(task.predicates, held)

    def count(self, name: str, start: datetime, end: datetime, window: Window) -> int:
        """Events of a predicate between two times, which belong to it as the window says."""
        low = (bisect_left if window.start_inclusive else bisect_right)(self.times, start)
        high = (bisect_right if window.end_inclusive else bisect_left)(self.times, end)
        return sum(self.at[place].get(name, 0) for place in range(low, high))

    def seek(self, name: str, start: datetime, step: int, *, here: bool) -> datetime | None:
        """The next time of a predicate (``step`` 1), or the last (-1); ``here`` lets it be the same."""
        if step > 0:
            places: Iterable[int] = range(
                (bisect_left if here else bisect_right)(self.times, start), len(self.times)
            )
        else:
            places = range((bisect_right if here else bisect_left)(self.times, start) - 1, -1, -1)
        return next((self.times[place] for place in places if self.at[place].get(name)), None)


def find_cohort(task: Task, batches: Iterable[pa.RecordBatch | pa.Table], k: int) -> Cohort:
    """Carry a task out.

    Args:
        task: from `read_task`.
        batches: events with `COLUMNS`, each subject's together and in order of time.
        k: the smallest count that the flow's text shows.

    Raises:
        PlummerError: ``task_malformed`` (exit 2) where windows refer to each other in a circle.
    """
    criteria = list(_criteria(task))
    passed = [[0, 0] for _ in criteria]
    rows: list[tuple[int, datetime | None, bool | None]] = []
    for subject, story in _stories(task, batches):
        reached = [0] * len(criteria)
        for time in (
            time for time, held in zip(story.times, story.at, strict=True) if held.get(task.trigger)
        ):
            depth, row = _judge(task, story, time)
            for place in range(depth):
                reached[place] += 1
            rows += [] if row is None else [(subject, *row)]
        for place, count in enumerate(reached):
            passed[place][0] += count
            passed[place][1] += bool(count)
    # a window may be placed so that its index times don't follow the triggers
    rows.sort(key=lambda row: (row[0], row[1] or _BEFORE_ALL))
    made = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
    return Cohort(made, tuple(Step(name, *counts) for name, counts in zip(criteria, passed, strict=True)), k)


def _criteria(task: Task) -> Iterator[str]:
    yield f"trigger: {task.trigger}"
    for window in task.windows:
        if window.may_fail:
            yield f"{window.name}: begins and ends"
        for name, low, high in window.has:
            yield f"{window.name}: {_bounds(low, high)} of {name}"


def _bounds(low: int | None, high: int | None) -> str:
    if high is None:
        return f"at least {low or 0}"
    return f"at most {high}" if not low else f"{low} to {high}"


def _judge(
    task: Task, story: _Story, trigger: datetime
) -> tuple[int, tuple[datetime | None, bool | None] | None]:
    """How many criteria an index event meets before it fails one; its row where it fails none."""
    depth, found = 1, {"trigger": trigger}
    index: datetime | None = None
    label: bool | None = None
    for window in task.windows:
        ends = [_place(task, story, f"{window.name}.{side}", found, ()) for side in ("start", "end")]
        start, end = ends
        if start is None or end is None:
            return depth, None
        depth += window.may_fail
        for name, low, high in window.has:
            count = story.count(name, start, end, window)
            if count < (low or 0) or (high is not None and count > high):
                return depth, None
            depth += 1
        label = story.count(window.label, start, end, window) > 0 if window.label else label
        index = {"start": start, "end": end}.get(window.index, index)
    return depth, (index, label)


def _place(
    task: Task, story: _Story, name: str, found: dict[str, datetime], within: tuple[str, ...]
) -> datetime | None:
    """A point's time; None where the event that would bound it isn't there."""
    if name in found:
        return found[name]
    if name in within:
        raise PlummerError("task_malformed", "windows refer to each other in a circle", ExitCode.USAGE, name)
    window = next(one for one in task.windows if one.name == name.partition(".")[0])
    point: Point = window.end if name.endswith(".end") else window.start
    if not point.base:
        base = _place(task, story, window.other(name), found, (*within, name))
        time = base and _record_bound(story, base, window, last=name.endswith(".end"))
    else:
        base = _place(task, story, point.base, found, (*within, name))
        # the event that bounds may be at the very time, if the window takes its own bound in
        here = window.end_inclusive if point.seek > 0 else window.start_inclusive
        time = base and _from(story, base, point, here=here)
    if time is not None:
        found[name] = time
    return time


def _record_bound(story: _Story, base: datetime, window: Window, *, last: bool) -> datetime | None:
    """The record's own last or first time, which as in ACES must lie behind the window's other end."""
    time = story.times[-1 if last else 0]
    if base == time:
        return time if (window.end_inclusive if last else window.start_inclusive) else None
    return time if (base < time) == last else None


def _from(story: _Story, base: datetime, point: Point, *, here: bool) -> datetime | None:
    if point.seek:
        return story.seek(point.predicate, base, point.seek, here=here)
    return base + point.offset


def _stories(task: Task, batches: Iterable[pa.RecordBatch | pa.Table]) -> Iterator[tuple[int, _Story]]:
    known: dict[str, tuple[str, ...]] = {}
    plain = {name: one for name, one in task.predicates.items() if not one.mix}
    current: int | None = None
    rows: list[tuple[datetime, Sequence[str]]] = []
    for subject, time, code, value in _rows(batches):
        if subject != current:
            if current is not None:
                yield current, _Story(task, rows)
            current, rows = subject, []
        if time is not None:
            if code not in known:
                known[code] = tuple(name for name, one in plain.items() if one.takes_code(code))
            rows.append((time, [name for name in known[code] if plain[name].takes_value(value)]))
    if current is not None:
        yield current, _Story(task, rows)


def _rows(batches: Iterable[pa.RecordBatch | pa.Table]) -> Iterator[Row]:
    for batch in batches:
        columns: Sequence[list[Any]] = [batch.column(name).to_pylist() for name in COLUMNS]
        yield from zip(*columns, strict=True)


def _mix(predicates: Mapping[str, Predicate], held: dict[str, int]) -> None:
    """Add what is made of other predicates: it holds once of a time at which its parts hold, as in ACES."""
    names = [name for name, one in predicates.items() if one.mix]
    for _ in names:  # one may be made of another, in any order
        for name in names:
            one = predicates[name]
            if (any if one.mix == "or" else all)(held.get(part) for part in one.of):
                held[name] = 1
