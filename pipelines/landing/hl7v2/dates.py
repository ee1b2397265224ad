"""Times of HL7 v2 (DTM: ``YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]``) as R4 writes them.

A time of day without an offset has no zone that anybody declared: MSH-7's is of the moment of sending, and
summer time would move an evening to another day. So it stays at the day, which is what the sender's own
clock said; with an offset it is kept to the fraction.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from plummer.pipelines.landing.dates import PATTERNS
from plummer.pipelines.landing.refusal import Refused

_DTM: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?:(?P<day>[0-9]{2})(?:(?P<hour>[0-9]{2})"
    r"(?:(?P<minute>[0-9]{2})(?:(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?)?)?)?"
    r"(?P<zone>[+-][0-9]{4})?"
)
_TM: Final = re.compile(r"([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(\.[0-9]{1,9})?)?([+-][0-9]{4})?")
_EMPTY: Final = re.compile(r"0{4,17}")
_PADDED: Final = re.compile(r"([0-9]{4})(?:([0-9]{2})00|0000)(?:0{2,6})?")
"""A day, or a month and a day, of zeros: how older systems say that they don't know it."""

_R4: Final = {kind: re.compile(PATTERNS[kind]) for kind in ("date", "dateTime", "instant")}


def read_date(text: str, kind: str) -> str:
    """A value of type DT, DTM or TS as an R4 date, dateTime or instant.

    Args:
        text: the value.
        kind: ``date``, ``dateTime`` or ``instant``; an instant is "" where the offset or the time is absent.

    Returns:
        What R4 writes, "" for zeros alone, by which many systems say that there is none.

    Raises:
        Refused: ``invalid_date``.

    Example:
        >>> read_date("202401020304-0500", "dateTime"), read_date("202401020304", "dateTime")
        ('2024-01-02T03:04:00-05:00', '2024-01-02')
        >>> read_date("197003", "date"), read_date("19700000", "date")
        ('1970-03', '1970')
        >>> read_date("20240230", "date")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: invalid_date
    """
    shown = text.strip()
    if not shown or _EMPTY.fullmatch(shown):
        return ""
    if padded := _PADDED.fullmatch(shown):
        shown = padded[1] + (padded[2] if padded[2] not in (None, "00") else "")
    match = _DTM.fullmatch(shown)
    made = "" if match is None else _written(match, kind)
    if made is None:
        return ""
    if not _R4[kind].search(made):
        raise Refused("invalid_date")
    return made


def _written(match: re.Match[str], kind: str) -> str | None:
    parts = match.groupdict()
    clock = parts["minute"] is not None and parts["zone"] is not None
    try:
        day = date(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1))
        if parts["hour"] is not None:
            datetime(2000, 1, 1, int(parts["hour"]), int(parts["minute"] or 0), tzinfo=UTC)
    except ValueError:
        return ""
    if kind == "instant" and not clock:
        return None
    if kind == "date" or not clock:
        return day.isoformat()[: 10 if parts["day"] else 7 if parts["month"] else 4]
    fraction = f".{parts['fraction']}" if parts["fraction"] else ""
    zone = "Z" if parts["zone"][1:] == "0000" else f"{parts['zone'][:3]}:{parts['zone'][3:]}"
    return f"{day}T{parts['hour']}:{parts['minute']}:{parts['second'] or '00'}{fraction}{zone}"


def read_time(text: str) -> str:
    """A value of type TM as an R4 time, "" where it is none.

    Example:
        >>> read_time("1130"), read_time("25")
        ('11:30:00', '')
    """
    match = _TM.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        return ""
    return f"{match[1]}:{match[2]}:{match[3] or '00'}{match[4] or ''}"


def version_of(text: str) -> str:
    """A time as a number of 17 digits that orders versions, in UTC where an offset says how; "" for none.

    Example:
        >>> version_of("20240102030405.5-0500"), version_of("2024"), version_of("x")
        ('20240102080405500', '20240101000000000', '')
    """
    match = _DTM.fullmatch(text.strip())
    if match is None:
        return ""
    parts = match.groupdict()
    year, month, day, hour, minute, second = (int(parts[name] or least) for name, least in _PARTS)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(parts["zone"])).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{moment:%Y%m%d%H%M%S}".rjust(14, "0") + (parts["fraction"] or "").ljust(3, "0")[:3]


_PARTS: Final = (("year", 0), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))


def _zone(text: str | None) -> timezone:
    if text is None:
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-away if text[0] == "-" else away)
