# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Places on roads without a house number, and houses whose number is said: ``Mile 135.5 Sterling Hwy``, ``eight eighty one dempsey road``.

45 CFR 164.514(b)(2)(i)(B). It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._spoken import DIGIT, TEN
from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule

_NUMBER: Final = rf"(?:{DIGIT}|{TEN})"
_WAY: Final = (
    r"(?:street|road|avenue|drive|lane|court|circle|boulevard|way|place|terrace|trail|parkway|highway)"
)
_ROAD: Final = r"(?:[Hh]ighway|HIGHWAY|[Hh]wy|HWY|[Rr]oute|ROUTE|Rte|RTE|Rt|RT|[Ee]xpressway|EXPRESSWAY|Interstate|INTERSTATE|[Cc]ounty\s(?:[Rr]oad|[Rr]d)|COUNTY\s(?:ROAD|RD)|State\sRoad|Farm\sRoad|FM|CR|SR)"
#: Behind these a route is a way of giving a drug.
_GIVEN: Final = re.compile(r"\b(?:oral|by|iv|im|via|same)\s$", re.IGNORECASE)
#: With one of these among them words say no address.
_IDLE: Final = frozenset(["of", "the", "a", "to", "in", "by", "and", "or", "times", "out", "this", "per"])
_MILE: Final = r"(?:[Mm]ile(?:\s?(?:[Mm]arker|[Pp]ost))?|MILE(?:\s?(?:MARKER|POST))?|MP|MM|mp)"


class LateStreetRecognizer(NoteRecognizer):
    """Mile posts, numbered highways, star routes, spoken house numbers."""

    NAME: ClassVar[str] = "late_street"
    ENTITY: ClassVar[str] = "STREET"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("mile", rf"\b({_MILE}\s\d{{1,4}}(?:\.\d{{1,2}})?,?\s(?:[A-Z][A-Za-z'-]+\s){{1,3}}(?:Hwy|Highway|HWY|HIGHWAY|Road|Rd|ROAD|RD))\b", 0.7, DIGITS),
        Rule("highway", rf"\b((?:(?:[A-Z][A-Za-z'-]+\s)?{_ROAD})\.?[ ]\d{{1,4}}[A-Z]?(?:[ ](?:[NSEW]\b|[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est))?(?:,?[ ]{_MILE}[ ]\d{{1,4}}(?:\.\d)?)?)\b", 0.6, DIGITS),
        Rule("star", r"\b((?i:star|rural|highway\scontract)\s(?i:route|rte?)\s#?\d{1,3}[A-Z]?)\b", 0.7, DIGITS),
        Rule("spoken", rf"(?i)\b({_NUMBER}(?:[ ]{_NUMBER}){{0,4}}[ ](?:(?:north|south|east|west)[ ])?[a-z]+(?:[ ][a-z]+)?[ ]{_WAY})\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse ways of giving a drug (``PO route 2 times``) and a way that nothing is built on (``one of the way``)."""
        words = text[start:end].casefold().split()
        if rule.name == "spoken":
            return (start, end) if _IDLE.isdisjoint(words) else None
        given = _GIVEN.search(text, max(start - 8, 0), start) or text.startswith((" time", " x "), end)
        return None if given or words[0] in {"iv", "po", "im", "oral", "same"} else (start, end)
