"""A wall clock's time in a zone that somebody declared: its offset, where there is exactly one."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def offset_of(moment: datetime, zone: str) -> str:
    """The offset of a wall clock's time, as R4 writes it.

    Args:
        moment: the time, without a zone.
        zone: an IANA name.

    Returns:
        The offset; "" where it can't be told: of an hour that the clock skips, of one that it has twice, and
        of a local mean time with seconds, which R4 can't write.

    Example:
        >>> offset_of(datetime(2024, 7, 1, 12), "Europe/Oslo"), offset_of(datetime(2024, 1, 1, 12), "UTC")
        ('+02:00', '+00:00')
        >>> offset_of(datetime(2024, 3, 31, 2, 30), "Europe/Oslo")
        ''
        >>> offset_of(datetime(2024, 10, 27, 2, 30), "Europe/Oslo")
        ''
    """
    there = moment.replace(tzinfo=ZoneInfo(zone), fold=0)
    away = there.utcoffset()
    if away is None or away != there.replace(fold=1).utcoffset():
        return ""
    return written(away)


def written(away: timedelta) -> str:
    """An offset as R4 writes it; "" where it isn't of whole minutes.

    Example:
        >>> written(timedelta(hours=-5)), written(timedelta(seconds=-17762))
        ('-05:00', '')
    """
    minutes, odd = divmod(int(away.total_seconds()), 60)
    return "" if odd else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
