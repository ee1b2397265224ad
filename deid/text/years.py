"""Bare years in the notes of a release whose time is relative.

A bare year is no identifier under 164.514(b)(2)(i)(C), and `detect` leaves it. Beside relative days it gives
the calendar back, though, so where a subject's dates become ``[DAY n]`` the years of their notes go too.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from plummer.deid.text.spans import Span

_YEAR: Final = re.compile(
    r"(?:\b(?:in|since|from|until|till|by|during|around|circa|year|of|before|after|early|late|mid|and|to|through|than"
    r"|approximately|about)[\s-]{1,2}|[(\[/,;:~-]\s?|^\s*)((?:19|20)\d{2})(?![\d.,/%-]*\d|\s?(?:mg|ml|mcg|units?|cc|kcal|cal|iu|g|k)\b)",
    re.IGNORECASE | re.MULTILINE,
)


def bare_years(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Years outside the spans that stand where a year would, not a dose or a count.

    Example:
        >>> [(s.start, s.end) for s in bare_years("Smoker since 1999, 2000 mg daily", ())]
        [(13, 17)]
    """
    taken = {offset for span in spans for offset in range(span.start, span.end)} if spans else set()
    for match in _YEAR.finditer(text):
        start, end = match.span(1)
        if start not in taken and text[end : end + 1] != "]":
            yield Span(start, end, "DATE", 0.6, "date.bare_year")
