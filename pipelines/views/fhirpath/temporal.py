"""Dates, times and their partial forms: comparison, and the boundaries of what a partial one can mean."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(?:(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_TIME: Final = re.compile(r"(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, date and time, or time as written.

    Attributes:
        parts: year, month, day, hour, minute, second as far as they are written; of a time from the hour.
        zone: offset as written, or nothing.
        is_time: whether it has no date.
    """

    parts: tuple[Decimal, ...]
    zone: str = ""
    is_time: bool = False


def moment(written: object) -> Moment | None:
    """A moment from its text, or None where it isn't one.

    Example:
        >>> moment("2020-02").parts, moment("12:30").is_time, moment("soon")
        ((Decimal('2020'), Decimal('2')), True, None)
    """
    if not isinstance(written, str):
        return None
    if found := _DATE.fullmatch(written):
        *parts, zone = found.groups()
        return Moment(tuple(Decimal(p) for p in parts if p is not None), zone or "")
    found = _TIME.fullmatch(written)
    return Moment(tuple(Decimal(p) for p in found.groups() if p is not None), "", True) if found else None


def compare(left: Moment, right: Moment) -> int | None:
    """-1, 0 or 1; None where one is written less precisely than would be needed to tell.

    A clock time without an offset is taken as UTC; a date is compared with the other's date as written.

    Example:
        >>> compare(moment("2020"), moment("2021-05")), compare(moment("2020"), moment("2020-05"))
        (-1, None)
        >>> compare(moment("2020-01-01T12:00:00Z"), moment("2020-01-01T13:00:00+01:00"))
        0
    """
    if left.is_time != right.is_time:
        return None
    first, second = (left, right) if not (_clock(left) and _clock(right)) else (_utc(left), _utc(right))
    for one, other in zip(first.parts, second.parts, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(first.parts) == len(second.parts) else None


def _clock(one: Moment) -> bool:
    return not one.is_time and len(one.parts) > 3


def _utc(one: Moment) -> Moment:
    if one.zone in ("", "Z", "+00:00", "-00:00"):
        return one
    *whole, second = (*one.parts, Decimal(0)) if len(one.parts) < 6 else one.parts
    year, month, day, hour, minute = [*map(int, whole), *[0] * (5 - len(whole))]
    try:
        at = datetime(year, month, day, hour, minute, tzinfo=_zone(one.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return one
    parts = (*(Decimal(p) for p in (at.year, at.month, at.day, at.hour, at.minute)), second)
    return Moment(parts[: len(one.parts)], "Z")


def _zone(offset: str) -> timezone:
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset.startswith("-") else span)


def boundary(written: str, kind: str, *, high: bool, digits: int | None = None) -> str | None:
    """The earliest or latest moment that a partial one can mean (FHIRPath lowBoundary, highBoundary).

    Args:
        written: the moment.
        kind: ``date``, ``time``, or another temporal type.
        high: the latest instead of the earliest.
        digits: how many digits to give: 4, 6, 8 for a date, up to 17 for an instant, up to 9 for a time.

    Example:
        >>> boundary("1970-06", "date", high=True), boundary("12:34", "time", high=False)
        ('1970-06-30', '12:34:00.000')
        >>> boundary("2010-10-10", "dateTime", high=True)
        '2010-10-10T23:59:59.999-12:00'
    """
    found = moment(written)
    if found is None:
        return None
    if found.is_time:
        return _cut(_clock_text(found.parts, high), digits, 9)
    year, month, day = _day(found.parts, high)
    date = f"{year:04d}-{month:02d}-{day:02d}"
    if kind == "date":
        return _cut(date, digits, 8)
    zone = found.zone or ("-12:00" if high else "+14:00")
    text = f"{date}T{_clock_text(found.parts[3:], high)}"
    return text + zone if digits is None or digits >= 17 else _cut(text, digits, 17)


def _day(parts: tuple[Decimal, ...], high: bool) -> tuple[int, int, int]:
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else (12 if high else 1)
    last = calendar.monthrange(max(year, 1), month)[1] if 1 <= month <= 12 else 31
    return year, month, int(parts[2]) if len(parts) > 2 else (last if high else 1)


def _clock_text(parts: tuple[Decimal, ...], high: bool) -> str:
    hour = int(parts[0]) if parts else (23 if high else 0)
    minute = int(parts[1]) if len(parts) > 1 else (59 if high else 0)
    second = f"{parts[2]:f}" if len(parts) > 2 else ("59" if high else "00")
    whole, _, part = second.partition(".")
    return f"{hour:02d}:{minute:02d}:{whole:0>2}.{part.ljust(3, '9' if high else '0')}"


def _cut(text: str, digits: int | None, most: int) -> str | None:
    """The text up to a number of digits; None where it hasn't so many."""
    if digits is None:
        return text
    if digits > most:
        return None
    seen = 0
    for at, char in enumerate(text):
        seen += char.isdigit()
        if seen == digits:
            return text[: at + 1]
    return text
