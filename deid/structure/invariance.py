"""Whether scrubbing left a patient's time as it was: order, intervals, ages, lengths of stay.

In the identified zone, a patient's source events are laid beside the scrubbed ones by names that both know.
What comes back is counts; the gate of a release allows none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from plummer.deid.dates import TimeMode

_COARSE: Final = frozenset({TimeMode.RELATIVE, TimeMode.YEAR})


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event of one patient on one side.

    Attributes:
        name: what the event is called on both sides, e.g. a pseudonym with a field.
        time: naive wall-clock time of the site (source), or as released.
        end: end of a stay, where it has one.
        age: whole years as the side states it, where it does.
    """

    name: str
    time: datetime
    end: datetime | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Violations:
    """Counts of one or more patients; all but ``events`` and ``missing`` must be 0.

    Attributes:
        events: events that stand on both sides.
        missing: events of the source that the scrubbed side lacks (masked; no violation).
        added: events that only the scrubbed side has.
        order: neighbours in true order that are the other way round.
        intervals: neighbours whose distance changed, at the precision of the release.
        stays: stays whose length changed.
        ages: ages at an event that changed.
        unshifted: patients whose dates are the true ones though the mode moves them.
    """

    events: int = 0
    missing: int = 0
    added: int = 0
    order: int = 0
    intervals: int = 0
    stays: int = 0
    ages: int = 0
    unshifted: int = 0

    @property
    def total(self) -> int:
        """All that may not be."""
        return self.added + self.order + self.intervals + self.stays + self.ages + self.unshifted

    def __add__(self, other: "Violations") -> "Violations":
        return Violations(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Pair:
    before: TimedEvent
    after: TimedEvent


@dataclass(frozen=True, slots=True)
class Timeline:
    """One patient's events on both sides, and the birth date that ages are worked out from."""

    source: Iterable[TimedEvent]
    scrubbed: Iterable[TimedEvent]
    birth: date | None = field(default=None, repr=False)


def _days(later: datetime, earlier: datetime) -> int:
    return (later.date() - earlier.date()).days


def _distance(later: datetime, earlier: datetime, mode: TimeMode) -> timedelta | int:
    """What the release promises to keep: whole days, whole years, or everything."""
    if mode is TimeMode.YEAR:
        return later.year - earlier.year
    return _days(later, earlier) if mode is TimeMode.RELATIVE else later - earlier


def _age(birth: date, when: datetime) -> int:
    return when.year - birth.year - ((when.month, when.day) < (birth.month, birth.day))


def _neighbours(pairs: list[_Pair], mode: TimeMode) -> tuple[int, int]:
    """(out of order, at another distance)."""
    order = intervals = 0
    for first, second in pairwise(pairs):
        order += second.after.time < first.after.time
        before = _distance(second.before.time, first.before.time, mode)
        intervals += before != _distance(second.after.time, first.after.time, mode)
    return order, intervals


def _stay_changed(pair: _Pair, mode: TimeMode) -> bool:
    if pair.before.end is None or pair.after.end is None:
        return False
    before = _distance(pair.before.end, pair.before.time, mode)
    return before != _distance(pair.after.end, pair.after.time, mode)


def _age_changed(pair: _Pair, birth: date | None) -> bool:
    if birth is None or pair.after.age is None:
        return False
    true = _age(birth, pair.before.time)
    # 90 and over is one group (45 CFR 164.514(b)(2)(i)(C))
    # and the eve of a birth counts as it
    return pair.after.age != min(max(true, 0), 90)


def violations(timeline: Timeline, mode: TimeMode) -> Violations:
    """Compare one patient's two sides.

    Args:
        timeline: the events; a name that stands twice on a side is compared by its first event in time.
        mode: the policy's time mode, which says what must be equal: everything under ``shift`` and ``keep``,
            whole days under ``relative``, whole years under ``year``.

    Example:
        >>> day = datetime(2019, 5, 1, 10)
        >>> before = [TimedEvent("a", day), TimedEvent("b", day + timedelta(hours=30))]
        >>> moved = [TimedEvent(e.name, e.time - timedelta(days=40)) for e in before]
        >>> violations(Timeline(before, moved), TimeMode.SHIFT).total
        0
        >>> moved[1] = TimedEvent("b", moved[1].time - timedelta(hours=1))
        >>> violations(Timeline(before, moved), TimeMode.SHIFT).intervals
        1
    """
    source, scrubbed = _by_name(timeline.source), _by_name(timeline.scrubbed)
    pairs = [_Pair(event, scrubbed[name]) for name, event in source.items() if name in scrubbed]
    pairs.sort(key=lambda pair: (pair.before.time, pair.after.time, pair.before.name))
    order, intervals = _neighbours(pairs, mode)
    moves = mode is not TimeMode.KEEP and mode not in _COARSE
    return Violations(
        events=len(pairs),
        missing=len(source) - len(pairs),
        added=len(scrubbed) - len(pairs),
        order=order,
        intervals=intervals,
        stays=sum(_stay_changed(pair, mode) for pair in pairs),
        ages=sum(_age_changed(pair, timeline.birth) for pair in pairs),
        unshifted=int(moves and any(pair.before.time == pair.after.time for pair in pairs)),
    )


def _by_name(events: Iterable[TimedEvent]) -> Mapping[str, TimedEvent]:
    found: dict[str, TimedEvent] = {}
    for event in sorted(events, key=lambda event: (event.name, event.time)):
        found.setdefault(event.name, event)
    return found
