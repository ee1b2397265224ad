"""What stands in a span's place: a typed tag, or a date as the profile wants it."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.text.dateforms import WrittenDate, read_date
from plummer.deid.text.spans import ScrubbedText, Span
from plummer.deid.text.surrogates import Writer


def replaced(text: str, spans: Iterable[Span], written: Callable[[Span, str], str]) -> ScrubbedText:
    """The text with each span replaced.

    Args:
        text: the input.
        spans: sorted and apart.
        written: what to write for a span and the text that it covers.

    Example:
        >>> replaced("Hi Jane", [Span(3, 7, "NAME", 1.0, "x")], lambda s, v: f"[{s.type}]").text
        'Hi [NAME]'
    """
    pieces: list[str] = []
    position = 0
    counts: Counter[str] = Counter()
    kept = tuple(spans)
    for span in kept:
        pieces += [text[position : span.start], written(span, text[span.start : span.end])]
        position = span.end
        counts[span.type] += 1
    return ScrubbedText("".join([*pieces, text[position:]]), kept, dict(sorted(counts.items())))


def tag(span: Span, value: str) -> str:
    """The typed tag; ages over 89 keep what the rule lets stand (164.514(b)(2)(i)(C)).

    Example:
        >>> tag(Span(0, 2, "AGE", 1.0, "x"), "93")
        '[AGE 90+]'
    """
    return "[AGE 90+]" if span.type == "AGE" else f"[{span.type}]"


def by_profile(
    known: KnownIdentifiers, dates: DateContext, surrogates: Writer | None = None
) -> Callable[[Span, str], str]:
    """Tags or surrogates, and dates in the profile's time mode.

    Args:
        known: its dates, and the birth date of ``dates``, never become a relative day or a year.
        dates: the subject's time.
        surrogates: what to write for everything but dates and ages; typed tags by default.
    """
    births = {dates.birth, *(_iso(day) for day in known.dates)} - {None}
    latest = dates.last.year if dates.last else 2030

    def written(span: Span, value: str) -> str:
        if span.type != "DATE":
            return (
                tag(span, value)
                if surrogates is None or span.type == "AGE"
                else surrogates.written(span, value)
            )
        if dates.mode is TimeMode.KEEP:
            return value
        found = read_date(value, latest)
        if (
            found.day is not None
            and found.day in births
            and (dates.mode is not TimeMode.SHIFT or dates.over_89)
        ):
            return "[DATE]"
        return _in_mode(found, dates) or "[DATE]"

    return written


def _iso(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _in_mode(found: WrittenDate, dates: DateContext) -> str | None:
    if dates.mode is TimeMode.RELATIVE:
        day = dates.relative_day(found.day) if found.day is not None else None
        return None if day is None else f"[DAY {day}]"
    if dates.mode is TimeMode.YEAR:
        return None if found.year is None or _tells_age(found.year, dates) else str(found.year)
    return found.moved(dates.shift_days)


def _tells_age(year: int, dates: DateContext) -> bool:
    """Whether a year says that the subject is over 89: it is near the birth or 90 years back."""
    return dates.over_89 and dates.last is not None and year <= dates.last.year - 89
