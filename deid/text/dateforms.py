"""Reading a written date, and writing another day in the same form."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plummer.deid.recognizers.words import MONTHS
from plummer.deid.text.shadow import fold

_MONTH_NAME: Final = r"(?P<mon>[A-Za-z]{3,9})"
_TH: Final = r"(?P<th>\s?(?:st|nd|rd|th))?"
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<y>\d{4})(?P<s1>[-/.])(?P<m>\d{1,2})(?P<s2>[-/.])(?P<d>\d{1,2})",
        r"(?P<m>\d{1,2})(?P<s1>[-/. ])(?P<d>\d{1,2})(?P<s2>[-/. ])(?P<y>\d{4}|\d{2})",
        r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)",
        rf"{_MONTH_NAME}(?P<s1>\.?[\s,-]{{0,3}}(?:the\s)?)(?P<d>\d{{1,2}})(?!\d){_TH}(?P<s2>,?\s{{0,2}}(?:of\s)?|[-,]\s?'?|\s')(?P<y>\d{{4}}|\d{{2}})",
        rf"(?P<d>\d{{1,2}})(?!\d){_TH}(?P<s1>(?:\s(?:day\s)?of\s|[-/\s])?){_MONTH_NAME}(?P<s2>\.?[\s,/-]{{0,3}}(?:of\s)?'?)(?P<y>\d{{4}}|\d{{2}})",
    )
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_CLOCK: Final = re.compile(r"(?:T|,?\s{1,2}(?:at\s|@\s?)?)\d{1,2}:\d{2}.*", re.IGNORECASE | re.DOTALL)
_WEEKDAY: Final = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)([a-z]{0,6})(\.?,?\s+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as it stands in a note.

    Attributes:
        day: the full day, None where the text is partial or can't be read.
        year: four digits, None where the text has none.
        lead: the weekday in front.
        tail: the clock time behind.
        match: the form that was read, for writing another day in it.
    """

    day: date | None
    year: int | None
    lead: str = ""
    tail: str = ""
    match: re.Match[str] | None = None

    def moved(self, days: int) -> str | None:
        """The text of the day ``days`` earlier in the same form; None where there is no full day.

        Example:
            >>> read_date("March 5, 2019").moved(10)
            'February 23, 2019'
            >>> read_date("03/05/19 10:30").moved(10)
            '02/23/19 10:30'
        """
        if self.day is None or self.match is None:
            return None
        try:
            day = self.day - timedelta(days=days)
        except OverflowError:
            return None
        return _weekday(self.lead, day) + _written(self.match, day) + self.tail


def read_date(text: str, latest: int = 2030) -> WrittenDate:
    """Read one date.

    Args:
        text: what a date span covers.
        latest: two-digit years are taken as the latest year that isn't after this one.

    Example:
        >>> read_date("12-MAY-80").day
        datetime.date(1980, 5, 12)
        >>> read_date("March 2019").year, read_date("March 2019").day
        (2019, None)
    """
    folded = fold(text)
    lead = _WEEKDAY.match(folded)
    begin = lead.end() if lead else 0
    year = _YEAR.search(folded)
    for form in _FORMS:
        match = form.match(folded, begin)
        day = _day(match, latest) if match else None
        if match is None or day is None:
            continue
        tail = folded[match.end() :]
        if tail and not _CLOCK.fullmatch(tail):
            return WrittenDate(None, day.year)
        return WrittenDate(day, day.year, folded[:begin], tail, match)
    return WrittenDate(None, int(year.group()) if year else None)


def _month(name: str) -> int:
    return next((i for i, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3])), 0)


def _day(match: re.Match[str], latest: int) -> date | None:
    parts = match.groupdict()
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if 2000 + year <= latest else 1900
    month, day = _month(parts["mon"]) if "mon" in parts else int(parts["m"]), int(parts["d"])
    if month > 12 >= day and "mon" not in parts:
        month, day = day, month
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(match: re.Match[str], day: date) -> str:
    parts = match.groupdict()
    padded = _padded(parts)
    swapped = "mon" not in parts and int(parts["m"]) > 12
    fresh = {"y": str(day.year)[-len(parts["y"]) :], "d": _like(parts["d"], day.day, padded)}
    if "mon" in parts:
        fresh["mon"] = _month_like(parts["mon"], day.month)
    else:
        fresh["m"] = _like(parts["m"], day.day if swapped else day.month, padded)
        fresh["d"] = _like(parts["d"], day.month if swapped else day.day, padded)
    if parts.get("th"):
        fresh["th"] = _ordinal(day.day)
    pieces, position = [], match.start()
    for name in sorted(fresh, key=match.start):
        pieces += [match.string[position : match.start(name)], fresh[name]]
        position = match.end(name)
    return "".join(pieces) + match.string[position : match.end()]


def _like(old: str, number: int, padded: bool) -> str:
    return str(number).zfill(2) if padded or old.startswith("0") else str(number)


def _padded(parts: dict[str, str | None]) -> bool:
    """Whether one-digit months and days have a leading zero here: never seen without one, in numbers."""
    numbers = [parts[name] or "" for name in ("m", "d") if name in parts]
    return all(len(number) == 2 for number in numbers) and ("mon" not in parts or not parts.get("s1"))


def _month_like(old: str, month: int) -> str:
    name = MONTHS[month - 1] if len(old) > 4 or old.lower() in {"june", "july"} else MONTHS[month - 1][:3]
    return name.upper() if old.isupper() else name.capitalize() if old[0].isupper() else name


def _ordinal(day: int) -> str:
    return "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _weekday(lead: str, day: date) -> str:
    match = _WEEKDAY.fullmatch(lead)
    if match is None:
        return lead
    name = _WEEKDAYS[day.weekday()]
    name = name if "day" in match.group(2).lower() else name[:3]
    return (name.upper() if match.group(1).isupper() else name.capitalize()) + match.group(3)
