"""What a resource says beside its codes: times, what is odd about them, values, ranges, members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from plummer.pipelines.timeline.codes import coded_value, plain_codes
from plummer.pipelines.timeline.times import Moment, read_time
from plummer.pipelines.timeline.values import NOTHING, Value, read_range, read_value
from plummer.schemas.flags import END_BEFORE_START
from plummer.schemas.mappings import EventSpec, Mappings
from plummer.schemas.mappings.paths import Path, walk


@dataclass(frozen=True, slots=True)
class Frame:
    """One event's mapping with the times that its codes share."""

    spec: EventSpec
    moment: Moment | None = None
    end: datetime | None = None
    known: datetime | None = None
    flags: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What an item of a resource says beside its code."""

    value: Value = NOTHING
    interpretation: str | None = None
    low: float | None = None
    high: float | None = None


PLAIN: Final = Item()


def read_frame(resource: object, spec: EventSpec) -> Frame:
    """The times that all codes of an event share, and the members."""
    flags: set[str] = set()
    groups = (spec.time, spec.end_time, spec.available_time)
    moment, end, known = (read_time(resource, candidates, flags) for candidates in groups)
    if moment is not None and end is not None and _is_before(end, moment):
        flags.add(END_BEFORE_START)
    members = tuple(name for path in spec.members for node in walk(resource, path) if (name := _named(node)))
    ended, heard = (None if one is None else one.at for one in (end, known))
    return Frame(spec, moment, ended, heard, tuple(sorted(flags)), members)


def _is_before(end: Moment, start: Moment) -> bool:
    """By the released times, and where those are equal by the rank of the true ones."""
    if end.at != start.at or end.order is None or start.order is None:
        return end.at < start.at
    return end.order < start.order


def _named(reference: object) -> str | None:
    """The pseudonym at the end of a reference."""
    name = reference.get("reference") if isinstance(reference, dict) else None
    return name.partition("/")[2] or None if isinstance(name, str) and not name.startswith("#") else None


def first_code(resource: object, paths: tuple[Path, ...]) -> str | None:
    """The first bare code at the paths."""
    return next((code for path in paths for node in walk(resource, path) for code in plain_codes(node)), None)


def read_item(mappings: Mappings, spec: EventSpec, item: object) -> Item:
    """The value of an item, what it means, and what it is held against."""
    value = read_value(mappings, spec, item)
    low, high = read_range(item, spec.reference_range, value.unit)
    meant = None
    if spec.interpretation is not None:
        meant = next((coded_value(mappings, node) for node in walk(item, spec.interpretation)), None)
    return Item(value, meant, low, high)
