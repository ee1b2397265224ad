# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What belongs to a finding and was left beside it: ``Jr.``, a nickname in quotes, the rest of a number, a floor.

Layers find a name, an institution or a number by its middle and leave its ends, most where a line was broken or a
scanner put a blank. Each rule here needs the finding before it, so that it finds nothing by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from plummer.deid.recognizers._dates import MON, WEEKDAY
from plummer.deid.recognizers.words import STATES, is_eponym, is_plain, word_list
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.spans import Span

_JUNIOR: Final = re.compile(r"(?:,[ ]?|[ ]|[ ]?\n)(?:[JS]r|[JS]R|II|III|IV)\b\.?")
_IRISH: Final = re.compile(r"(?<=[^A-Za-z][OD])'[A-Z][A-Za-z]+")
_JOINED: Final = re.compile(r"-[ \t]?(?:\n[ \t]*)?([A-Za-z][a-z]{1,15}|[A-Z]{2,16})\b")
_QUOTED: Final = re.compile(r"[ ]?\(?\"([A-Za-z][A-Za-z'-]{1,14}(?:[ ][A-Z][a-z]{1,14})?)\"")
_SPLIT: Final = re.compile(r"[ ]([a-z]{1,4})\b")
#: A capital amid a sentence, in front of an institution or behind it.
_INNER: Final = re.compile(r"(?:[a-z]{2}|[a-z],|[(/])[ ]?((?:[A-Z][a-z']+[ ](?:(?:&|and|of)[ ])?){1,2})$")
_OUTER: Final = re.compile(r"[ ]([A-Z][a-z]+(?:'s)?)(?=[.,;)]|[ ][a-z]|\n)")
#: A part of a name beside a found one, in the same line.
_FORE: Final = re.compile(r"(?:^|[^A-Za-z'-])([A-Z][a-z]+(?:[ ][A-Z]\.)?)[ ]$")
_AFT: Final = re.compile(r"[ ]([A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)(?=[\s.,;:)]|'s|$)")
_CALLED: Final = re.compile(r"(?:^|[^A-Za-z])((?:Big|Little|Lil'?)[ ])$")
_LAST: Final = re.compile(r"[A-Za-z]+$")
_FIRM: Final = re.compile(
    r"(?:'s\b|,?[ ](?:LLP|LLC|PLLC|Inc|INC|Ltd|LTD|Corp|CORP|P\.C\.|Assoc(?:iates)?|ASSOC(?:IATES)?)\b\.?"
    r"|[ ]?[\n ](?:General|GENERAL|Labs?|LABS?|Laborator(?:y|ies)|Rehab(?:ilitation)?|REHAB|Services|SERVICES|Clinics?|CLINIC|Hospital|HOSPITAL|Hosp|HOSP|Medical[ ]Center|Hospice|HOSPICE|Home|HOME"
    r"|hospital|hospice|clinic|pharmacy|recovery|general|rehab|labs?|nursing[ ]home|home[ ]health|treatment[ ]center|medical[ ]center|suite|shelter|sheriff|police|school|church|Sheriff|Police|Lifeline|Recovery|Pharmacy|PHARMACY|Church|CHURCH|School|SCHOOL|Academy|Nursing|NURSING|Health|HEALTH|Center|CENTER|Centre)\b(?!:|[ ]?[a-z]{0,2}:)"
    r"|[ ]?(?:&|[ ]and)[ ][A-Z][a-z]{3,}(?:'s)?(?=[\s.,;)]))"
)
_OF: Final = re.compile(
    r"(?:^|[^A-Za-z])((?:VNA|YMCA|YWCA|Bank|Church|City|Town|Village|University|College|Diocese|Archdiocese|Sisters|Friends|Bureau|Department|Dept\.?|Board|House|Hospital|School|County|COUNTY|CITY)"
    r"[ ](?:of|OF)[ ](?:[Tt]he[ ]|THE[ ])?)$"
)
_MOUNT: Final = re.compile(r"(?:^|[^A-Za-z])((?:Mt|MT|Mount|MOUNT|St|ST|Ft|FT|Fort|FORT|Saint|SAINT)\.?[ ])$")
_GROUP: Final = re.compile(r"(?<=[0-9])(?:[ -]|-?\n)\d{1,5}(?:\n\d{2,5})?(?=[.,;)]|[ ]{2}|[ \t]*(?:\n|$))")
_CODE: Final = re.compile(r"(?:^|[\s(:#\"])([A-Z]{1,4}(?:-|[ ](?=$)|-?\n(?=$)))$")
_DAY: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{2,4})?\b")
_FLOOR: Final = re.compile(
    r"(?i),?[ ](?:(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|ground|top)[ ](?:floor|fl)\b\.?(?:[ ](?:rear|front|left|right))?"
    r"|(?:apt|unit|suite|ste|bldg|building|lot|trlr|space|spc|rm)\b\.?[ \n]#?[A-Za-z0-9-]{1,5}\b|\#[ ]?[A-Za-z0-9-]{1,5}\b)"
)
_HOUSE: Final = re.compile(r"(?:^|[\s,:;])(\d{1,6}[A-Za-z]?(?:-\d{1,3})?[ ](?:[NSEWnsew]\.?[ ])?)$")
_CUES: Final = frozenset([
    "MRN", "MR", "ID", "NO", "NUM", "DOB", "SSN", "LOT", "SN", "ACC", "CSN", "FIN", "HAR", "REF", "EXT", "FAX", "TEL", "PH", "CELL", "AGE",
    "RX", "NPI", "DEA", "LIC", "BED", "RM", "ROOM", "TO", "AT", "OF", "ON", "IN", "BY", "AND", "FOR", "THE", "IS", "PT", "DR", "MS", "PLT",
    "DL", "VIN", "TAG", "REG", "PIN", "BOX", "UNIT", "ICN", "GRP", "POL", "MBI", "CLM", "CASE", "FILE", "PO", "MSG", "HOME", "PGR", "CCN",
    "INC", "EXP", "APN", "TPA", "RN", "LPN", "ICD", "CPT", "HCPC", "NDC", "HER", "HIM", "X", "C", "H", "W", "O", "P",
])  # fmt: skip
_CALENDAR: Final = re.compile(rf"{WEEKDAY}|{MON}|dr|mr|mrs|ms|miss|md|rn|st|uncle|aunt|grandma|grandpa")
_TAILS: Final = frozenset([
    "type", "like", "related", "based", "guided", "assisted", "induced", "positive", "negative", "free", "born", "led", "run", "fed", "in",
    "on", "up", "to", "off", "out", "era", "approved", "specific", "sponsored", "owned", "trained", "affiliated", "made", "style", "area",
])  # fmt: skip
_OTHERS: Final = frozenset("aidepckwy")
_NAMES: Final = frozenset("123ghn")
_LETTERED: Final = frozenset({"MRN", "OTHER_ID", "ACCOUNT", "LICENSE", "HEALTH_PLAN", "DEVICE"})
_CODES: Final = frozenset({"MRN", "OTHER_ID", "ACCOUNT", "LICENSE", "HEALTH_PLAN", "DEVICE", "VEHICLE", "SSN", "PHONE", "FAX"})  # fmt: skip


def completed(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    r"""The spans with what belongs to them.

    Args:
        text: the shadow.
        spans: that no veto dropped.

    Example:
        >>> text = 'Leland Shell Sr. ("Bud"), tray 7022 8837 2261.'
        >>> found = [Span(0, 12, "NAME", 0.9, "x"), Span(31, 40, "OTHER_ID", 0.9, "x")]
        >>> [text[s.start : s.end] for s in completed(text, found)]
        ['Leland Shell Sr.', 'Bud', '7022 8837 2261']
    """
    for span in spans:
        whole = span if span.by.startswith(("known.", "site.")) else _WAYS.get(_sort(span), _same)(text, span)
        yield whole
        if (
            whole.type == "NAME"
            and '"' in text[whole.end : whole.end + 3]
            and (nick := _QUOTED.match(text, whole.end))
        ):
            yield replace(whole, start=nick.start(1), end=nick.end(1))


def _sort(span: Span) -> str:
    return "CODE" if span.type in _CODES else span.type


def _same(_: str, span: Span) -> Span:
    return span


def _name(text: str, span: Span) -> Span:
    end = span.end
    following = text[end : end + 1]
    if following == "'" and (more := _IRISH.match(text, end)):
        end = more.end()
    if following == "-" and (more := _JOINED.match(text, end)) and _is_part(more.group(1)):
        end = more.end()
    if (
        following == " "
        and (more := _SPLIT.match(text, end))
        and _is_split(text[span.start : end], more.group(1))
    ):
        end = more.end()
    while (more := _AFT.match(text, end)) and _is_named(more.group(1)):
        end = more.end()
    if text[end : end + 1] in {" ", ",", "\n"} and (more := _JUNIOR.match(text, end)):
        end = more.end()
    start = span.start
    if text[start - 1 : start] == " ":
        before = text[max(start - 24, 0) : start]
        if (more := _CALLED.search(before)) or ((more := _FORE.search(before)) and _is_named(more.group(1))):
            start -= len(before) - more.start(1)
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


@lru_cache(maxsize=16384)
def _is_named(word: str) -> bool:
    """Whether lists hold a word as a name of people and as nothing else."""
    flags = set(lexicon().get(word.split(maxsplit=1)[0].partition("-")[0].casefold(), ""))
    return (
        bool(flags & _NAMES)
        and not flags & _OTHERS
        and not is_eponym(word)
        and word.casefold() not in word_list("terms")
    )


def _is_part(tail: str) -> bool:
    return tail not in _TAILS and (tail[0].isupper() or len(tail) < 4 or "a" not in lexicon().get(tail, ""))


@lru_cache(maxsize=4096)
def _is_split(value: str, tail: str) -> bool:
    """Whether a blank stands within a name: lists hold the whole, and don't hold what is before the blank."""
    last = _LAST.search(value)
    if last is None or len(last.group()) < 3:
        return False
    head, known = last.group().casefold(), lexicon()
    return head not in known and not _NAMES.isdisjoint(known.get(head + tail, ""))


def _organization(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    for _ in range(3):
        if (more := _FIRM.match(text, end)) is None:
            break
        end = more.end()
    if (more := _OUTER.match(text, end)) and _is_called(more.group(1)):
        end = more.end()
    before = text[max(start - 36, 0) : start]
    lead = _MOUNT.search(before[-9:]) or _OF.search(before) or _led(before)
    return replace(span, start=start - len(lead.group(1)) if lead else start, end=end)


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


def _seated(text: str, span: Span) -> Span:
    """A town with the kind of an institution behind it is that institution (``Hamtramck General``)."""
    whole = _organization(text, span)
    return replace(whole, type="ORGANIZATION") if whole.end > span.end else span


def _code(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while more := _GROUP.match(text, end):
        end = more.end()
    before = _CODE.search(text[max(start - 8, 0) : start]) if span.type in _LETTERED else None
    if before and text[start].isdigit() and not _DAY.match(text, start) and _is_prefix(before.group(1)):
        start -= len(before.group(1))
    return replace(span, start=start, end=end)


def _is_prefix(before: str) -> bool:
    """Whether capitals before digits are part of the number: none that says what it is, no state, no word."""
    letters = before.strip(" -\n")
    word = letters in STATES or "a" in lexicon().get(letters.casefold(), "")
    return letters not in _CUES and ("-" in before or not word)


def _street(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    if more := _FLOOR.match(text, end):
        end = more.end()
    before = None if text[start].isdigit() else _HOUSE.search(text[max(start - 16, 0) : start])
    return replace(span, start=start - len(before.group(1)) if before else start, end=end)


_WAYS: Final[dict[str, Callable[[str, Span], Span]]] = {
    "NAME": _name,
    "ORGANIZATION": _organization,
    "CITY": _seated,
    "CODE": _code,
    "STREET": _street,
}
