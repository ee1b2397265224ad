"""What becomes of one FHIR date (45 CFR 164.514(b)(2)(i)(C); design.md, Profiles and time)."""

from bisect import bisect_left
from datetime import date, datetime, timedelta
from typing import Final

from plummer.deid.dates import DateContext, FhirInstant, TimeMode, parse_fhir_date
from plummer.deid.structure.state import MASK, MASKED, Json, Marked
from plummer.schemas.extensions import AGE_90_PLUS, AGE_AT_FIRST_EVENT, EVENT_ORDER, FLAG, RELATIVE_DAY
from plummer.schemas.flags import BEFORE_BIRTH, IMPOSSIBLE_DATE

LONGEST_TIMELINE_DAYS: Final = 32_507
"""89 years: a later day would itself tell an age over 89."""

PLACEHOLDERS: Final = frozenset(
    {
        "1900-01-01", "1900-12-31", "1901-01-01", "1904-01-01",  # the usual "unknown"; Excel's first days
        "1899-12-30", "1899-12-31", "1840-12-31", "1841-01-01", "1858-11-17",  # day 0 of OLE, MUMPS and VMS
        "1970-01-01", "1969-12-31", "1980-01-01",  # day 0 of Unix (also west of Greenwich) and of DOS
        "2078-12-31", "2079-06-06", "2099-12-31", "2100-01-01", "2100-12-31",  # the usual "for ever"
    }
)  # fmt: skip
"""Days that systems write where they know none. Moved by a subject's shift they would tell it."""

_PLAUSIBLE_YEARS: Final = range(1800, 2150)
"""No event of a living record lies outside: 0001, 1753, 2999 and 9999 are placeholders too."""

_IMPOSSIBLE: Final[Json] = {"url": FLAG, "valueCode": IMPOSSIBLE_DATE}
_BEFORE_BIRTH: Final[Json] = {"url": FLAG, "valueCode": BEFORE_BIRTH}
MASKED_IMPOSSIBLE: Final = Marked((MASK, _IMPOSSIBLE))
"""A date that stands for none: removed, and flagged."""

_AGE_90: Final[Json] = {"url": AGE_90_PLUS, "valueBoolean": True}


def is_placeholder(found: FhirInstant) -> bool:
    """Whether a date stands for "not known".

    Example:
        >>> is_placeholder(parse_fhir_date("9999-12-31")), is_placeholder(parse_fhir_date("2019-12-31"))
        (True, False)
    """
    if found.wall.year not in _PLAUSIBLE_YEARS:
        return True
    return found.precision in {"day", "time"} and found.wall.date().isoformat() in PLACEHOLDERS


def _order(found: FhirInstant, dates: DateContext) -> list[Json]:
    if not dates.instants:
        return []
    return [{"url": EVENT_ORDER, "valueInteger": bisect_left(dates.instants, found.micros)}]


def _relative(found: FhirInstant, dates: DateContext) -> Marked:
    day = dates.relative_day(found.wall.date())
    if found.precision not in {"day", "time"} or day is None or day > LONGEST_TIMELINE_DAYS:
        return MASKED
    return Marked((MASK, {"url": RELATIVE_DAY, "valueInteger": day}, *_order(found, dates)))


def _tells_age_over_89(found: FhirInstant, dates: DateContext) -> bool:
    """Whether a year before the first event, or 89 years before the last one, would tell the age."""
    if dates.last is None:
        return False
    before_first = dates.first is not None and found.wall.date() < dates.first.replace(month=1, day=1)
    return dates.last.year - found.wall.year >= 89 or (
        dates.mode is TimeMode.YEAR and dates.over_89 and before_first
    )


def _year(found: FhirInstant, dates: DateContext, kind: str) -> Marked:
    inside = dates.relative_day(found.wall.date()) is not None and found.precision in {"day", "time"}
    order = tuple(_order(found, dates)) if inside else ()
    if kind == "instant" or _tells_age_over_89(found, dates):
        return Marked((MASK, *order))
    return Marked(order, f"{found.wall.year:04d}")


def _fraction(text: str) -> int:
    _, dot, tail = text.partition(".")
    return len(tail[: len(tail) - len(tail.lstrip("0123456789"))]) if dot else 0


def _shift(found: FhirInstant, text: str, dates: DateContext, kind: str) -> Marked | str:
    """Whole days back; a partial date by the middle of its period, and never more precise than it was."""
    if not dates.shift_days or _tells_age_over_89(found, dates):
        return MASKED
    back = timedelta(days=dates.shift_days)
    try:
        if found.precision == "year":
            return f"{(found.wall.replace(month=7, day=1) - back).year:04d}"
        if found.precision == "month":
            return f"{found.wall.replace(day=15) - back:%Y-%m}"
        moved = found.wall - back
    except OverflowError:
        return MASKED
    if kind == "date" or found.precision == "day":
        return moved.date().isoformat()
    return _wall_clock(moved, min(_fraction(text), 6))


def _wall_clock(moved: datetime, digits: int) -> str:
    """A time as FHIR writes it. FHIR demands an offset; a constant Z says nothing about the true one."""
    fraction = f".{moved.microsecond:06d}"[: digits + 1] if digits else ""
    return f"{moved.isoformat(timespec='seconds')}{fraction}Z"


def treat_date(text: str, kind: str, dates: DateContext) -> Marked | str:
    """One date, dateTime or instant under the subject's time mode.

    Args:
        text: the value as received.
        kind: ``date``, ``dateTime`` or ``instant``.
        dates: how this subject's dates are treated.

    Example:
        >>> treat_date("2019-05-03T10:00:00-04:00", "dateTime", DateContext(TimeMode.SHIFT, shift_days=2))
        '2019-05-01T14:00:00Z'
        >>> treat_date("2019-05", "dateTime", DateContext(TimeMode.SHIFT, shift_days=40))
        '2019-04'
        >>> born = DateContext(TimeMode.SHIFT, shift_days=2, birth=date(2019, 6, 1))
        >>> treat_date("2019-05-03", "date", born).extensions[-1]["valueCode"]
        'before_birth'
        >>> treat_date("2019-05-03", "date", DateContext(TimeMode.YEAR)).value
        '2019'
    """
    found = parse_fhir_date(text, dates.zone)
    if found is None:
        return MASKED
    if is_placeholder(found):
        kept = dates.mode is TimeMode.KEEP and text.isascii() and _fraction(text) <= 9
        return Marked((_IMPOSSIBLE,), text) if kept else MASKED_IMPOSSIBLE
    treated = _treated(found, text, kind, dates)
    if dates.birth is None or not is_before_birth(found, dates.birth):
        return treated
    if isinstance(treated, str):
        return Marked((_BEFORE_BIRTH,), treated)
    return Marked((*treated.extensions, _BEFORE_BIRTH), treated.value)


def is_before_birth(found: FhirInstant, birth: date) -> bool:
    """Whether a date is before a birth, whatever its precision leaves open, and by more than a day.

    A day is let be: clocks of another zone than the site's put what happens at a birth on its eve.

    Example:
        >>> born = date(1950, 6, 2)
        >>> [is_before_birth(parse_fhir_date(text), born) for text in ("1950", "1950-06-01", "1950-05-31")]
        [False, False, True]
    """
    open_days = {"year": 365, "month": 30}.get(found.precision, 0)
    return found.wall.date() + timedelta(days=open_days + 1) < birth


def _treated(found: FhirInstant, text: str, kind: str, dates: DateContext) -> Marked | str:
    if dates.mode is TimeMode.KEEP:
        return text if text.isascii() and _fraction(text) <= 9 else MASKED
    if dates.mode is TimeMode.SHIFT:
        return _shift(found, text, dates, kind)
    return _relative(found, dates) if dates.mode is TimeMode.RELATIVE else _year(found, dates, kind)


def _long_timeline(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and (last - first).days > LONGEST_TIMELINE_DAYS


def treat_birth(text: str, dates: DateContext) -> Marked | str:
    """A patient's birth date: an age or a year, closed at 90 and over.

    Example:
        >>> old = DateContext(TimeMode.YEAR, last=date(2020, 1, 1), birth=date(1920, 1, 1))
        >>> [e["url"] for e in treat_birth("1920-01-01", old).extensions][1]
        'urn:plummer:age-90-plus'
    """
    if dates.mode is TimeMode.KEEP:
        return treat_date(text, "date", dates)
    if dates.over_89 or _long_timeline(dates.first, dates.last):
        return Marked((MASK, _AGE_90))
    found = parse_fhir_date(text, dates.zone)
    if found is None or is_placeholder(found):
        return MASKED
    if dates.mode is TimeMode.SHIFT:
        return _shift(found, text, dates, "date")
    if dates.mode is TimeMode.YEAR:
        return Marked((), f"{found.wall.year:04d}")
    age = dates.age_at(dates.first)
    return MASKED if age is None else Marked((MASK, {"url": AGE_AT_FIRST_EVENT, "valueInteger": age}))
