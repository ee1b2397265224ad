"""FHIR dates as wall-clock time of the site, and what each profile makes of them.

FHIR R4 date, dateTime and instant (https://hl7.org/fhir/R4/datatypes.html): ``YYYY``, ``YYYY-MM``,
``YYYY-MM-DD`` or a full time with an offset. A partial date never gains precision.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_FHIR_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?"
)
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 (TIMESTAMP_NTZ: wall-clock time has no zone)


class TimeMode(StrEnum):
    """What becomes of a subject's dates; one per release (design.md, Profiles and time)."""

    RELATIVE = "relative"
    YEAR = "year"
    SHIFT = "shift"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class FhirInstant:
    """A parsed FHIR date.

    Attributes:
        wall: naive wall-clock time in the site's zone, at the start of the stated precision.
        precision: ``year``, ``month``, ``day`` or ``time``.
    """

    wall: datetime
    precision: str

    @property
    def micros(self) -> int:
        """Microseconds of the wall-clock time since 1970-01-01, for ordering and storage."""
        return (self.wall - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=65_536)
def parse_fhir_date(text: str, zone: str = "UTC") -> FhirInstant | None:
    """Parse a FHIR date, dateTime or instant; None where it isn't one.

    A time with an offset is moved to ``zone`` and the offset dropped; one without is taken as wall
    clock. A leap second counts as the 59th.

    Example:
        >>> parse_fhir_date("2019-05").precision
        'month'
        >>> parse_fhir_date("2019-05-01T23:30:00-05:00").wall.isoformat()
        '2019-05-02T04:30:00'
        >>> parse_fhir_date("2021-02-30") is None
        True
    """
    match = _FHIR_DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    # not through a float, which would lose a microsecond here and there
    micros = int((fraction or ".")[1:7].ljust(6, "0"))
    try:
        if hour is None:
            wall = datetime(int(year), int(month or 1), int(day or 1))  # noqa: DTZ001
            return FhirInstant(wall, "day" if day else "month" if month else "year")
        wall = datetime(  # noqa: DTZ001
            int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59), micros
        )
        if offset is not None:
            aware = datetime.fromisoformat(wall.isoformat() + offset.replace("Z", "+00:00"))
            wall = aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return FhirInstant(wall, "time")


@dataclass(frozen=True, slots=True)
class DateContext:
    """What is needed to treat any date of one subject.

    Attributes:
        mode: the policy's time mode.
        zone: IANA name of the site's time zone.
        first: wall-clock date of the subject's first event, None if there is none.
        last: wall-clock date of the subject's latest event.
        shift_days: days taken off under ``shift`` (1 to 365).
        instants: the subject's event instants in microseconds, sorted, distinct (for EVENT_ORDER).
        birth: the subject's birth date if known (identified; never released).
    """

    mode: TimeMode
    zone: str = "UTC"
    first: date | None = None
    last: date | None = None
    shift_days: int = 0
    instants: tuple[int, ...] = field(default=(), repr=False)
    birth: date | None = field(default=None, repr=False)

    def relative_day(self, day: date) -> int | None:
        """Whole days since the first event; None outside the subject's first to latest event.

        A day before the first event is masked, since the birth date as a relative day would give
        the true dates back to whoever knows the birth date.
        """
        if self.first is None or self.last is None or not self.first <= day <= self.last:
            return None
        return (day - self.first).days

    def age_at(self, day: date | None) -> int | None:
        """Whole years from birth to ``day``; None where either is unknown, or the day long before the birth.

        The eve of the birth counts as it: a clock of another zone than the site's may put it there.
        """
        if day is None or self.birth is None or day + timedelta(days=1) < self.birth:
            return None
        if day < self.birth:
            return 0
        before_birthday = (day.month, day.day) < (self.birth.month, self.birth.day)
        return day.year - self.birth.year - before_birthday

    @property
    def over_89(self) -> bool:
        """Whether the subject is 90 or more at the latest event (164.514(b)(2)(i)(C))."""
        age = self.age_at(self.last)
        return age is not None and age >= 90
