"""Dates in the forms that a mapping declares; nothing else is taken, and nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from plummer.pipelines.landing.dates import PATTERNS
from plummer.pipelines.landing.local_time import written
from plummer.pipelines.landing.refusal import Refused

ISO: Final = "iso"
"""A form for what is written as R4 writes dates already."""

OFFSET: Final = re.compile(r"Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PIECES: Final = {
    "YYYY": r"(?P<year>[0-9]{4})", "MON": r"(?P<name>[A-Za-z]{3})",
    "MM": r"(?P<month>[0-9]{2})", "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})", "D": r"(?P<day>[0-9]{1,2})",
    "HH": r"(?P<hour>[0-9]{2})", "H": r"(?P<hour>[0-9]{1,2})",
    "hh": r"(?P<twelve>[0-9]{2})", "h": r"(?P<twelve>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})", "ss": r"(?P<second>[0-9]{2})", "fff": r"(?P<fraction>[0-9]{1,9})",
    "A": r"(?P<half>[AaPp][Mm])", "Z": r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})", "T": "T",
}  # fmt: skip
_TOKEN: Final = re.compile("YYYY|MON|MM|M|DD|D|HH|H|hh|h|mm|ss|fff|A|Z|T|[^A-Za-z]|.")


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One declared form.

    Attributes:
        pattern: regular expression with a group for each part; empty for `ISO`.
        timed: whether it has a time of day.
        zoned: whether it has a zone.
    """

    pattern: str
    timed: bool
    zoned: bool


def compile_format(text: str) -> DateFormat | None:
    """A form of the letters YYYY MM M MON DD D HH H hh h mm ss fff A (AM, PM) T Z, None where it is none.

    Anything but letters stands for itself.

    Example:
        >>> compile_format("DD/MM/YYYY HH:mm").timed, compile_format("DD/MM/YY")
        (True, None)
    """
    if text == ISO:
        return DateFormat("", timed=True, zoned=True)
    tokens = _TOKEN.findall(text)
    if any(token not in _PIECES and token.isalpha() for token in tokens):
        return None
    pattern = "".join(_PIECES.get(token, re.escape(token)) for token in tokens)
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error:  # a part twice
        return None
    return (
        DateFormat(pattern, bool(groups & {"hour", "twelve"}), "zone" in groups) if _whole(groups) else None
    )


def _whole(groups: set[str]) -> bool:
    """Whether each part stands only with those that it is a part of."""
    ladder = [
        "year" in groups, bool(groups & {"month", "name"}), "day" in groups,
        bool(groups & {"hour", "twelve"}), "minute" in groups, "second" in groups, "fraction" in groups,
    ]  # fmt: skip
    both = {"month", "name"} <= groups or {"hour", "twelve"} <= groups
    halves = ("half" in groups) == ("twelve" in groups)
    minutes = ladder[3] == ladder[4]
    return ladder[0] and ladder == sorted(ladder, reverse=True) and halves and minutes and not both


def read_date(text: str, kind: str, formats: tuple[DateFormat, ...], zone: str) -> str:
    """A cell as R4 writes it.

    Args:
        text: the cell.
        kind: ``date``, ``dateTime`` or ``instant``.
        formats: the declared forms.
        zone: of a time without one: an offset or an IANA name. Of an hour that is there twice the first
            is meant; one that a clock skips is no time. An instant of a day alone is the day's first.

    Raises:
        Refused: ``invalid_date`` where no form fits, ``ambiguous_date`` where two give different dates.
            A form that leaves the time of day out (``YYYY-MM-DD 00:00:00``) goes before one that reads it.

    Example:
        >>> forms = (compile_format("DD/MM/YYYY HH:mm"),)
        >>> read_date("03/04/1970 09:30", "dateTime", forms, "America/New_York")
        '1970-04-03T09:30:00-05:00'
        >>> read_date("03/04/1970", "date", (compile_format("DD/MM/YYYY"), compile_format("MM/DD/YYYY")), "")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: ambiguous_date
    """
    found = {made for form in formats if (made := _read(text, kind, form, zone))}
    if not found:
        raise Refused("invalid_date")
    made = min(found, key=len)
    if any(other[:10] != made for other in found - {made}):
        raise Refused("ambiguous_date")
    if not _r4(kind).search(made):
        raise Refused("invalid_date")
    return made


@lru_cache
def _r4(kind: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[kind])


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _read(text: str, kind: str, form: DateFormat, zone: str) -> str:
    if not form.pattern:
        return text if _r4(kind).search(text) else ""
    match = _compiled(form.pattern).fullmatch(text)
    if match is None:
        return ""
    parts = {name: value for name, value in match.groupdict().items() if value}
    try:
        return _written(parts, kind, form, zone)
    except (ValueError, OverflowError, KeyError):
        return ""


def _written(parts: dict[str, str], kind: str, form: DateFormat, zone: str) -> str:
    month = _MONTHS.index(parts["name"].upper()) + 1 if "name" in parts else int(parts.get("month", 1))
    day = date(int(parts["year"]), month, int(parts.get("day", 1)))
    if kind == "instant" and "day" in parts and not form.timed:
        parts |= {"hour": "0", "minute": "0"}
    elif "day" not in parts:
        return f"{day:%Y}".zfill(4) + (f"-{month:02}" if {"month", "name"} & parts.keys() else "")
    if kind == "date" or "minute" not in parts:
        return day.isoformat()
    hour, minute, second = _hour(parts), int(parts["minute"]), int(parts.get("second", 0))
    moment = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - zone comes next
    fraction = f".{parts['fraction']}" if "fraction" in parts else ""
    return moment.isoformat() + fraction + _offset(moment, parts.get("zone", zone))


def _hour(parts: dict[str, str]) -> int:
    if "twelve" not in parts:
        return int(parts["hour"])
    hour = int(parts["twelve"])
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if parts["half"].upper() == "PM" else 0)


def _offset(moment: datetime, zone: str) -> str:
    if zone[:1] in {"Z", "+", "-"}:
        return zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    there = moment.replace(tzinfo=ZoneInfo(zone))
    if there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) != moment:
        raise ValueError  # skipped when the clock was put forward
    told = written(there.utcoffset() or timedelta())
    if not told:
        raise ValueError  # a local mean time; R4 has no seconds in a zone
    return told
