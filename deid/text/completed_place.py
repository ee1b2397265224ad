# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What belongs to an institution or a street that was found: its kind, what it is called by, its floor and number."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from plummer.deid.recognizers._dates import MON, WEEKDAY
from plummer.deid.recognizers.words import is_plain, word_list
from plummer.deid.text.spans import Span

#: A capital amid a sentence, in front of an institution or behind it.
_INNER: Final = re.compile(r"(?:[a-z]{2}|[a-z],|[(/])[ ]?((?:[A-Z][a-z']+[ ](?:(?:&|and|of)[ ])?){1,2})\Z")
_OUTER: Final = re.compile(r"[ ]([A-Z][a-z]+(?:'s)?)(?=[.,;)]|[ ][a-z]|\n)")
_FIRM: Final = re.compile(
    r"(?:'s\b|,?[ ](?:LLP|LLC|PLLC|Inc|INC|Ltd|LTD|Corp|CORP|P\.C\.|Assoc(?:iates)?|ASSOC(?:IATES)?)\b\.?"
    r"|[ ]?[\n ](?:General|GENERAL|Labs?|LABS?|Laborator(?:y|ies)|Rehab(?:ilitation)?|REHAB|Services|SERVICES|Clinics?|CLINIC|Hospital|HOSPITAL|Hosp|HOSP|Medical[ ]Center|Hospice|HOSPICE|Home|HOME"
    r"|hospital|hospice|clinic|pharmacy|recovery|general|rehab|labs?|nursing[ ]home|home[ ]health|treatment[ ]center|medical[ ]center|suite|shelter|sheriff|police|school|church|Sheriff|Police|Lifeline|Recovery|Pharmacy|PHARMACY|Church|CHURCH|School|SCHOOL|Academy|Nursing|NURSING|Health|HEALTH|Center|CENTER|Centre)\b(?!:|[ ]?[a-z]{0,2}:)"
    r"|[ ]?(?:&|[ ]and)[ ][A-Z][a-z]{3,}(?:'s)?(?=[\s.,;)]))"
)
_OF: Final = re.compile(
    r"(?:^|[^A-Za-z])((?:VNA|YMCA|YWCA|Bank|Church|City|Town|Village|University|College|Diocese|Archdiocese|Sisters|Friends|Bureau|Department|Dept\.?|Board|House|Hospital|School|County|COUNTY|CITY)"
    r"[ ](?:of|OF)[ ](?:[Tt]he[ ]|THE[ ])?)\Z"
)
#: What may stand between an institution and what it is called by.
_LINKS: Final = frozenset({"of", "the", "and"})
_MOUNT: Final = re.compile(
    r"(?:^|[^A-Za-z])((?:Mt|MT|Mount|MOUNT|St|ST|Ft|FT|Fort|FORT|Saint|SAINT)\.?[ ])\Z"
)
_FLOOR: Final = re.compile(
    r"(?i),?[ ](?:(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|ground|top)[ ](?:floor|fl)\b\.?(?:[ ](?:rear|front|left|right))?"
    r"|(?:apt|unit|suite|ste|bldg|building|lot|trlr|space|spc|rm)\b\.?[ \n]#?[A-Za-z0-9-]{1,5}\b|\#[ ]?[A-Za-z0-9-]{1,5}\b)"
)
_HOUSE: Final = re.compile(r"(?:^|[\s,:;])(\d{1,6}[A-Za-z]?(?:-\d{1,3})?[ ](?:[NSEWnsew]\.?[ ])?)\Z")
_CALENDAR: Final = re.compile(rf"{WEEKDAY}|{MON}|dr|mr|mrs|ms|miss|md|rn|st|uncle|aunt|grandma|grandpa")


def institution(text: str, span: Span) -> Span:
    """An institution with its kind, and the capitals amid a sentence that it is called by.

    Args:
        text: the shadow.
        span: of type ``ORGANIZATION``.

    Example:
        >>> found = institution("He left Mt. Ascutney Rehab Services", Span(12, 20, "ORGANIZATION", 0.9, "x"))
        >>> found.start, found.end
        (8, 35)
    """
    end = _kinds_end(text, span.end)
    if (more := _OUTER.match(text, end)) and _is_called(more.group(1)):
        end = more.end()
    before = text[max(span.start - 36, 0) : span.start]
    last = before.rstrip().rpartition(" ")[2]
    lead = None
    if before[-1:].isspace() and (last[-1:] in {".", "&"} or last[:1].isupper() or last.lower() in _LINKS):
        lead = _MOUNT.search(before[-9:]) or _OF.search(before) or _led(before)
    start = span.start - len(lead.group(1)) if lead else span.start
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def town(text: str, span: Span) -> Span:
    """A town with the kind of an institution behind it is that institution.

    Args:
        text: the shadow.
        span: of type ``CITY``.

    Example:
        >>> town("At Hamtramck General now", Span(3, 12, "CITY", 0.9, "x")).type
        'ORGANIZATION'
    """
    end = _kinds_end(text, span.end) if text[span.end : span.end + 1] in {" ", "\n"} else span.end
    return replace(span, end=end, type="ORGANIZATION") if end > span.end else span


def street(text: str, span: Span) -> Span:
    """A street with its number and floor.

    Args:
        text: the shadow.
        span: of type ``STREET``.

    Example:
        >>> found = street("At 31 Temple St, third floor rear.", Span(6, 15, "STREET", 0.9, "x"))
        >>> found.start, found.end
        (3, 33)
    """
    start, end = span.start, span.end
    if more := _FLOOR.match(text, end):
        end = more.end()
    before = None if text[start].isdigit() else _HOUSE.search(text[max(start - 16, 0) : start])
    return replace(span, start=start - len(before.group(1)) if before else start, end=end)


def _kinds_end(text: str, end: int) -> int:
    for _ in range(3):
        if (more := _FIRM.match(text, end)) is None:
            break
        end = more.end()
    return end


def _led(before: str) -> re.Match[str] | None:
    lead = _INNER.search(before)
    return lead if lead and all(map(_is_called, re.findall(r"[A-Z][a-z']+", lead.group(1)))) else None


@lru_cache(maxsize=16384)
def _is_called(word: str) -> bool:
    """Whether a capitalised word may be part of what an institution is called: no title, day, relation or heading."""
    folded = word.casefold().removesuffix("'s")
    return not (
        is_plain(folded)
        or folded in word_list("labels")
        or folded in word_list("after_people")
        or _CALENDAR.fullmatch(folded)
    )
