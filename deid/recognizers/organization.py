# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Organisations by the word that ends or begins their name; employers behind a cue.

The rule's identifiers are those of the individual and of relatives, employers and household members
(45 CFR 164.514(b)(2)(i)); a named hospital or clinic is also a place smaller than a state.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import plain_lead

_KIND: Final = (
    r"(?:(?:Regional\s|Community\s|General\s|Memorial\s|Children's\s|Veterans\s|University\s|County\s|Cancer\s|Heart\s"
    r"|Eye\s|Surgical\s|Surgery\s|Rehab\s|Rehabilitation\s|Nursing\s|Family\s|Medical\s|Health\s|Urgent\s|Primary\s)*"
    r"(?:Hospital|Hospitals|Medical\sCent(?:er|re)|Health\sCent(?:er|re)|Health\sSystem|Healthcare|Health\sCare|Health"
    r"|Clinics?|Infirmary|Sanatorium|Hospice|Urgent\s+Care|Nursing\sHome|Rehab(?:ilitation)?(?:\s(?:&|and)\sNursing|\sCenter)?"
    r"|Institute|Pavilion|Cent(?:er|re)|Family\s(?:Practice|Medicine)|Medical\sGroup|Associates|Pharmacy|Laborator(?:y|ies)"
    r"|Memorial|VAMC|ED|University|College|School|High\sSchool|Elementary(?:\sSchool)?|Middle\sSchool|Academy|Daycare|Church"
    r"|Temple|Mosque|Synagogue|LLC|Inc\b\.?|Corp(?:oration)?\b\.?|Company|Ltd\b\.?|Roofing|Poultry|Transit|Casino|Plant"
    r"|Apartments|Manor|Village|Assisted\sLiving|Office))"
)
_WORD: Final = r"(?:(?:St|Mt)\.?\s)?[A-Z][A-Za-z'.&-]*"
_UPPER: Final = r"(?:(?:ST|MT)\.?\s)?[A-Z][A-Z'&-]+"


_STOP: Final = re.compile(r"[\w'&-]+\.\s+")
_SHORT: Final = re.compile(r"(?:st|mt|ft|dr|[a-z])\.", re.IGNORECASE)


class OrganizationRecognizer(NoteRecognizer):
    """Hospitals, clinics, schools, employers."""

    NAME: ClassVar[str] = "organization"
    ENTITY: ClassVar[str] = "ORGANIZATION"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("kind", rf"\b((?:{_WORD}\s+(?:(?:and|&|of)\s+)?){{1,4}}{_KIND})\b", 0.75),
        Rule("of", rf"\b((?:[A-Z][A-Za-z']+\s){{0,2}}(?:Hospital|Clinic|University|College|Institute|Medical\sCenter)\sof\s{_WORD}(?:\s{_WORD}){{0,2}})\b", 0.8),
        Rule("upper", rf"\b((?:{_UPPER}\s+){{1,3}}(?:HOSPITAL|MEDICAL\sCENTER|CLINIC|HEALTH\sSYSTEM|INFIRMARY|HIGH\sSCHOOL|UNIVERSITY|DAYCARE|LLC|GENERAL\sHOSPITAL))\b", 0.7),
        Rule("saint", r"\b((?:St|Saint)\.?\s[A-Z][a-z]+'s(?:\s(?:Hospital|Health|Clinic|Medical\sCenter|Office))?)\b", 0.75, b"S"),
        Rule("employer", rf"(?i:\b(?:employed\s(?:at|by|with)|employer(?:\sis)?|works\s(?:at|for)|worked\s(?:at|for)|working\s(?:at|for)|job\sat|attends|student\sat|retired\sfrom)[\s:]{{1,3}})((?:the\s)?{_WORD}(?:\s(?:of\s|in\s)?{_WORD}){{0,3}})", 0.7),
        Rule("local", r"(?i:\b(?:union\s)?local)\s\d{2,5}\b", 0.6, b"Ll"),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Drop everyday words in front; refuse what has no name left (``Surgery Center``)."""
        start, end = _one_sentence(text, start, end, rule.name)
        begin = start if rule.name in {"of", "saint", "local"} else plain_lead(text, start, end)
        enough = 2 if rule.name in {"kind", "upper"} else 1
        return (begin, end) if len(text[begin:end].split()) >= enough else None


def _one_sentence(text: str, start: int, end: int, rule: str) -> tuple[int, int]:
    """The run without what belongs to the sentence before it or, behind a verb of working, after it."""
    stops = [m.end() for m in _STOP.finditer(text, start, end) if not _SHORT.match(m.group())]
    if not stops:
        return start, end
    if rule == "employer":
        return start, len(text[: stops[0]].rstrip(". \n\t"))
    return max(stops), end
