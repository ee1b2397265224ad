# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Dates: every element but the year (45 CFR 164.514(b)(2)(i)(C)).

Numeric (US order), ISO 8601 (https://www.iso.org/iso-8601-date-and-time-format.html), written, partial,
compact, spoken, ranges, holidays, seasons with a year, weekdays. A bare year is none. A month and a day
as ``5/10`` could be a score, so they need a cue.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._dates import (
    CLOCK,
    DAY,
    HOLIDAY,
    MON,
    MONTH,
    ORDINAL,
    SHORT_YEAR,
    SPOKEN_DAY,
    SPOKEN_YEAR,
    YEAR,
)  # fmt: skip
from plummer.deid.recognizers.base import NoteRecognizer, Rule

_D: Final = b"0123456789"
_CUE: Final = (
    r"(?i:\b(?:on|since|from|until|till|through|thru|by|dated?|dos|dob|due|f/u|seen|visit|eff(?:ective)?|exp(?:ires)?"
    r"|admit(?:ted)?|adm|discharged?|d/c(?:'?d)?|lmp|edd|before|after|between|starting|started|scheduled|appt|surgery"
    r"|printed|signed|drawn|collected|last\sseen|titration|refill(?:ed)?|reassess|recheck(?:ed)?|follow[- ]?up|last|next|updated|of|the))[\s:]{1,3}"
)
_NOT_DATE: Final = re.compile(
    r"\s*(?:pain|strength|murmur|tab|mg|ml|cc|cm|mm|in\b|inch|%|scale|systolic|power|reflex|bilat|throughout|points?"
    r"|pts?\b|out of|of the|stars?|weeks?|days?|hours?|lbs?\b|oz|cup|dose|x\b|per\b)",
    re.IGNORECASE,
)
_WEEKDAY_BEFORE: Final = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?,?\s+$", re.IGNORECASE)


class DateRecognizer(NoteRecognizer):
    """Dates of any form; the clock time and the weekday that belong to a date go with it."""

    NAME: ClassVar[str] = "date"
    ENTITY: ClassVar[str] = "DATE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("iso", rf"\b{YEAR}[-/.]{MONTH}[-/.]{DAY}\b{CLOCK}", 0.95, _D),
        Rule("iso_month", rf"\b{YEAR}-(?:0[1-9]|1[0-2])\b", 0.8, _D),
        Rule("numeric", rf"\b\d{{1,2}}(?:/\d{{1,2}}/|-\d{{1,2}}-){SHORT_YEAR}\b{CLOCK}", 0.9, b"/-"),
        Rule("dotted", rf"\b\d{{1,2}}\.\d{{1,2}}\.{YEAR}\b{CLOCK}", 0.85, b"."),
        Rule("month_year", rf"\b{MONTH}[/-]{YEAR}\b", 0.85, _D),
        Rule("range", rf"\b{MONTH}/{DAY}\s?(?:-|to|through)\s?{MONTH}/{DAY}(?:/{SHORT_YEAR})?\b", 0.8, b"/"),
        Rule("month_day", rf"{_CUE}({MONTH}[/-]{DAY})\b", 0.7, b"/-"),
        Rule("and_day", rf"\b(?:{MONTH}/{DAY}/{SHORT_YEAR}(?:,|\sand|\s&|\sor)\s)({MONTH}/{DAY})\b", 0.7, b"/"),
        Rule("cued", r"(?i:\b(?:dob|dos|doa|dod|born|birth\s?date|date|admitted|eff|exp))\W{0,4}(\d{8}|\d{6}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4})\b", 0.9, _D),
        Rule("compact", r"\b(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:\d{4}(?:\d{2})?)?\b", 0.8, _D),
        Rule("month_first", rf"\b{MON}\.?[\s,-]{{0,2}}(?:the\s)?(?:{ORDINAL}|{DAY})(?:\s?(?:-|to|and|through|&)\s?(?:{ORDINAL}|{DAY}))?\b(?:,?\s{{0,2}}(?:of\s)?{YEAR}\b|[-,]\s?'?\d{{2}}\b|\s'\d{{2}}\b)?{CLOCK}", 0.9, _D),
        Rule("day_first", rf"\b(?:the\s)?(?:{ORDINAL}|{DAY})(?:\s?(?:-|to|and)\s?(?:{ORDINAL}|{DAY}))?(?:\s|-|/|\sday\sof\s|\sof\s)?{MON}\.?(?:[\s,/-]{{0,3}}(?:of\s)?{YEAR}|[-/ ]?'?\d{{2}})?\b{CLOCK}", 0.9, _D),
        Rule("military", r"\b\d{1,2}(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:\d{2}|\d{4})\b", 0.9, _D),
        Rule("month_of", rf"\b{MON}\.?,?\s{{1,2}}(?:of\s)?{YEAR}\b", 0.9, _D),
        Rule("month_apostrophe", rf"\b{MON}\.?\s?'\d{{2}}\b", 0.85, b"'"),
        Rule("month_short_year", rf"\b{MON}[-/]\d{{2}}\b", 0.8, b"-/"),
        Rule("spoken", rf"\b{MON}\s+(?:the\s+)?{SPOKEN_DAY}\b(?:,?\s+(?:of\s)?(?:{SPOKEN_YEAR}|{YEAR})\b)?", 0.9),
        Rule("spoken_month", rf"\b{MON}\s+(?:of\s+)?{SPOKEN_YEAR}\b", 0.85),
        Rule("spoken_day", rf"\b(?:the\s)?{SPOKEN_DAY}\s+(?:day\s)?of\s+{MON}\b(?:,?\s+(?:{SPOKEN_YEAR}|{YEAR})\b)?", 0.9),
        Rule("month", r"(?i:\b(?:in|since|last|this|next|until|by|early|late|mid|of|during|through|around|before|after|between|and|for|every|each|from|till)[\s-](?:early\s|late\s|mid[\s-])?)((?i:January|February|April|June|July|August|September|October|November|December)|March|May|MARCH)\b", 0.7),
        Rule("holiday", rf"\b{HOLIDAY}\b(?:,?\s(?:of\s)?{YEAR}\b)?", 0.8),
        Rule("season", rf"(?i:\b(?:spring|summer|fall|autumn|winter),?\s(?:of\s)?){YEAR}\b", 0.8, _D),
        Rule("quarter", rf"\b(?:Q[1-4],?\s?{YEAR}|{YEAR}\s?Q[1-4])\b", 0.8, b"Q"),
        Rule("weekday", r"\b(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY|SUNDAY)s?\b", 0.6, b"d D"),
        Rule("birth_year", r"(?i:\b(?:born|birth\s?year|yob)\b(?:\s(?:in|was))?[\s:]{1,3})((?:18\d|19[0-3])\d)\b", 0.85, _D),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse scores and parts of longer numbers; take the weekday in front along."""
        before, after = text[max(start - 2, 0) : start], text[end : end + 12]
        if before[-1:].isdigit() or (before[-1:] in {".", "/", "-", "$"} and before[:1].isdigit()):
            return None
        if after[:1] in {"/", "-"} and after[1:2].isdigit() and rule.name != "iso_month":
            return None
        if rule.name in {"month_day", "numeric", "cued"} and not _plausible(text[start:end]):
            return None
        if rule.name == "month_day" and _NOT_DATE.match(after):
            return None
        if rule.name in {"month_first", "day_first"} and _doubtful_may(text, start, end):
            return None
        lead = _WEEKDAY_BEFORE.search(text, max(start - 14, 0), start) if rule.name != "weekday" else None
        return (lead.start() if lead else start), end


def _plausible(value: str) -> bool:
    """Whether the first two numbers can be a month and a day in either order."""
    numbers = [int(part) for part in re.findall(r"\d+", value)]
    if len(numbers) < 2:
        return len(value) in {6, 8}
    low, high = sorted(numbers[:2])
    return 1 <= low <= 12 and 1 <= high <= 31


def _doubtful_may(text: str, start: int, end: int) -> bool:
    """``may`` and ``march`` are verbs, ``mar`` and ``dec`` abbreviations: ``may 5 mg``, ``10 MAY``."""
    value = text[start:end]
    lower_verb = re.search(r"\b(?:may|march|mar)\b", value) is not None
    shouted = "MAY" in value and re.search(r"(?i)\d(?:st|nd|rd|th)|\d{4}|\d-|-\d|,", value) is None
    return (lower_verb and re.search(r"\d{4}|\d(?:st|nd|rd|th)", value) is None) or (
        shouted and _NOT_DATE.match(text[end : end + 12]) is not None
    )
