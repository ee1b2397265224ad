"""The order of a subject's events, and what stands in it long after their death."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from plummer.deid.dates import TimeMode
from plummer.pipelines.timeline.event import BIRTH, DEATH, Event
from plummer.schemas.flags import AFTER_DEATH, DAYS_AFTER_DEATH

LATE_IN_YEARS: Final = 366 + DAYS_AFTER_DEATH
"""Days between two first days of January, one of the death's year, that no 60 days can bridge."""
_RANK: Final = {BIRTH: 0, DEATH: 2}
_NEVER: Final = datetime.min  # noqa: DTZ901 (released times have no zone)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events of one subject in their order, which is total and doesn't depend on how they come.

    Released time (none first, static before unknown), the rank of the true instant, birth first and death
    last at the same instant, then the source: a resource's events have places of their own.

    Example:
        >>> in_order([])
        []
    """
    return sorted(events, key=_place)


def _place(event: Event) -> tuple[Any, ...]:
    time, order = event.time, event.order
    return (
        time is not None, time or _NEVER, not event.static, order is not None, order or 0,
        _RANK.get(event.code, 1), event.source_table, event.source_id, event.position, event.code,
    )  # fmt: skip


def flag_late(events: list[Event], mode: TimeMode) -> list[Event]:
    """Events with a flag on those long after the subject's death, told by days between released times.

    Under years only those of which no days of the two years could be near enough.

    Args:
        events: of one subject.
        mode: how the policy treated the dates.
    """
    died = max((e.time for e in events if e.code == DEATH and e.time is not None), default=None)
    if died is None:
        return events
    most = LATE_IN_YEARS if mode is TimeMode.YEAR else DAYS_AFTER_DEATH
    return [_flagged(event, died.date(), most) for event in events]


def _flagged(event: Event, died: date, most: int) -> Event:
    if event.time is None or (event.time.date() - died).days <= most:
        return event
    return event._replace(flags=(*event.flags, AFTER_DEATH))
