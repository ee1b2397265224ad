"""Times of HL7 v2 (DTM: ``YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]``) as R4 writes them.

A time of day without an offset is read in the zone that was declared for its site. Without one it stays at
the day, which is what the sender's own clock said: MSH-7's offset is of the moment of sending, and summer
time would move an evening to another day. With an offset it is kept to the fraction.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from plummer.pipelines.landing.dates import PATTERNS
from plummer.pipelines.landing.local_time import offset_of
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


def read_date(text: str, kind: str, zone: str = "") -> str:
    """A value of type DT, DTM or TS as an R4 date, dateTime or instant.

    Args:
        text: the value.
        kind: ``date``, ``dateTime`` or ``instant``; an instant is "" where the offset or the time is absent.
        zone: IANA zone of a time without an offset, "" where none is known. An hour that the clock skips or
            has twice stays at its day.

    Returns:
        What R4 writes, "" for zeros alone, by which many systems say that there is none.

    Raises:
        Refused: ``invalid_date``.

    Example:
        >>> read_date("202401020304-0500", "dateTime"), read_date("202401020304", "dateTime")
        ('2024-01-02T03:04:00-05:00', '2024-01-02')
        >>> read_date("202407020304", "dateTime", "America/New_York")
        '2024-07-02T03:04:00-04:00'
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
    made = "" if match is None else _written(match, kind, zone)
    if made is None:
        return ""
    if not _R4[kind].search(made):
        raise Refused("invalid_date")
    return made


def _written(match: re.Match[str], kind: str, zone: str) -> str | None:
    parts = match.groupdict()
    try:
        day = date(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1))
        if parts["hour"] is not None:
            datetime(2000, 1, 1, int(parts["hour"]), int(parts["minute"] or 0), tzinfo=UTC)
    except ValueError:
        return ""
    away = "" if kind == "date" or parts["minute"] is None else _offset(parts, zone)
    if kind == "instant" and not away:
        return None
    if not away:
        return day.isoformat()[: 10 if parts["day"] else 7 if parts["month"] else 4]
    fraction = f".{parts['fraction']}" if parts["fraction"] else ""
    return f"{day}T{parts['hour']}:{parts['minute']}:{parts['second'] or '00'}{fraction}{away}"


def _offset(parts: dict[str, str | None], zone: str) -> str:
    """The offset of a time of day: its own, else that of the zone at that time; "" where neither tells."""
    own = parts["zone"]
    if own is not None:
        return "Z" if own[1:] == "0000" else f"{own[:3]}:{own[3:]}"
    return offset_of(_moment(parts), zone) if zone else ""


def _moment(parts: dict[str, str | None]) -> datetime:
    """The wall clock's time; a leap second is the one before it."""
    year, month, day, hour, minute, second = (int(parts[name] or least) for name, least in _PARTS)
    return datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - zone comes next


def agrees(sent: str, zone: str) -> bool:
    """Whether MSH-7, where it has an offset, doesn't contradict a zone.

    HL7 makes it the default of the whole message, so one that the zone doesn't have at that time says that
    the sender's clock isn't the site's.

    Example:
        >>> agrees("202401021200-0500", "America/New_York"), agrees("202401021200", "America/New_York")
        (True, True)
        >>> agrees("202401021200+0000", "America/New_York")
        False
    """
    match = _DTM.fullmatch(sent.strip())
    if match is None or match["zone"] is None:
        return True
    try:
        own = _moment(match.groupdict()).replace(tzinfo=_zone(match["zone"]))
        return own.utcoffset() == own.astimezone(ZoneInfo(zone)).utcoffset()
    except (ValueError, OverflowError):
        return False


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


def version_of(text: str, zone: str = "") -> str:
    """A time as a number of 17 digits that orders versions, in UTC where it is told how; "" for none.

    Of an hour that the zone's clock has twice the first is meant.

    Example:
        >>> version_of("20240102030405.5-0500"), version_of("2024"), version_of("x")
        ('20240102080405500', '20240101000000000', '')
        >>> version_of("20240102030405.5", "America/New_York")
        '20240102080405500'
    """
    match = _DTM.fullmatch(text.strip())
    if match is None:
        return ""
    parts = match.groupdict()
    year, month, day, hour, minute, second = (int(parts[name] or least) for name, least in _PARTS)
    try:
        there: tzinfo = ZoneInfo(zone) if zone and parts["zone"] is None else _zone(parts["zone"])
        moment = datetime(year, month, day, hour, minute, second, tzinfo=there).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{moment:%Y%m%d%H%M%S}".rjust(14, "0") + (parts["fraction"] or "").ljust(3, "0")[:3]


_PARTS: Final = (("year", 0), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))


def _zone(text: str | None) -> timezone:
    if text is None:
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-away if text[0] == "-" else away)
