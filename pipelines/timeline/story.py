"""What is told of one subject: events in order, what describes them, what their resources add up to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plummer.deid.dates import TimeMode
from plummer.pipelines.timeline.event import BIRTH, Event, Outcome
from plummer.pipelines.timeline.order import flag_late, in_order

CODE, EXCLUDED, MAPPED, NO_TIME = "code", "excluded", "mapped", "no_time"
"""Kinds of rows of `timeline/tallies`."""
_GENDER: Final = "GENDER//"
_LONGEST_GENDER: Final = 64
_BAND_YEARS: Final = 3

Tally = tuple[str, str, str | None]
"""Kind, name and detail of a row of `timeline/tallies`."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A resource after the mapping.

    Attributes:
        kind: its type.
        outcome: its events, or why there are none.
        notes: how many notes are taken from it.
    """

    kind: str
    outcome: Outcome
    notes: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """One subject's.

    Attributes:
        events: in order; an event's place is its `seq`.
        sex: administrative gender.
        span_days: whole days from the first to the latest event but birth; None under years.
        birth_year_band: three years that hold the birth's, None under relative time.
        encounters: distinct encounters with an event.
        notes: notes taken from the subject's resources.
        tallies: what the subject adds to the codes and to the account.
    """

    events: Sequence[Event]
    sex: str | None
    span_days: int | None
    birth_year_band: str | None
    encounters: int
    notes: int
    tallies: Mapping[Tally, int]


def tell_story(resources: Iterable[Mapped], mode: TimeMode) -> Story:
    """The story of a subject from all their mapped resources, in any order.

    Args:
        resources: of one subject.
        mode: how the policy treated the dates.

    Example:
        >>> tell_story([Mapped("Basic", Outcome((), "no_code"))], TimeMode.SHIFT).tallies
        Counter({('excluded', 'Basic', 'no_code'): 1})
    """
    held = list(resources)
    found = [event for one in held for event in one.outcome.events]
    events = flag_late(in_order(found), mode)
    genders = [e.code.removeprefix(_GENDER) for e in events if e.code.startswith(_GENDER)]
    return Story(
        events,
        sex=max((gender[:_LONGEST_GENDER] for gender in genders), default=None),
        span_days=None if mode is TimeMode.YEAR else _span(events),
        birth_year_band=None if mode is TimeMode.RELATIVE else _birth_band(events),
        encounters=len({event.source_id for event in events if event.source_table == "Encounter"}),
        notes=sum(one.notes for one in held),
        tallies=_tallies(held, events),
    )


def _tallies(resources: Iterable[Mapped], events: Iterable[Event]) -> Counter[Tally]:
    found: Counter[Tally] = Counter()
    for one in resources:
        if one.outcome.reason is not None:
            found[EXCLUDED, one.kind, one.outcome.reason] += 1
    for event in events:
        found[CODE, event.code, event.display] += 1
        if event.position == 0:
            found[MAPPED, event.source_table, None] += 1
        if event.time is None and not event.static:
            found[NO_TIME, event.source_table, None] += 1
    return found


def _span(events: Iterable[Event]) -> int | None:
    happened = [event for event in events if event.code != BIRTH]
    starts = [event.time for event in happened if event.time is not None]
    ends = [end for event in happened for end in (event.time, event.end_time) if end is not None]
    return (max(ends).date() - min(starts).date()).days if starts else None


def _birth_band(events: Iterable[Event]) -> str | None:
    """Three years that hold a year, the same three for everyone (2011-2013)."""
    births = [event.time.year for event in events if event.code == BIRTH and event.time is not None]
    if not births:
        return None
    start = max(births) - (max(births) - 1) % _BAND_YEARS
    return f"{start}-{start + _BAND_YEARS - 1}"
