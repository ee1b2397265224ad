# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Employers, schools and public bodies by kinds that the first list lacks. 45 CFR 164.514(b)(2)(i).

It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule
from plummer.deid.recognizers.words import plain_lead
from plummer.deid.tagger.lexicon import lexicon

_WORD: Final = r"[A-Z][A-Za-z'&-]*"
_KIND: Final = (
    r"(?:Police\sDepartment|Fire\sDepartment|Sheriff's\sOffice|Correctional\s(?:Facility|Institution|Center)|Public\sSchools|School\sDistrict|Preschool"
    r"|Kindergarten|Elementary|Hotel|Motel|Trucking|Brewing|Brewery|Lumber|Diner|Restaurant|Foods|Bakery|Electric|Plumbing|Construction|Manufacturing|Logistics"
    r"|Funeral\sHome|Credit\sUnion|Post\sOffice|Shelter|Warehouse|Nation|Tribe|Reservation|reservation|Dialysis(?:\sCenter)?|Imaging|Senior\sLiving"
    r"|Social\sServices|Family\sServices|Health\sPlan|Midwifery|Group\sHome|Stamping|Foundry|Mill|Mills|Market|Motors|Salon|Gym|Cafe|Grill|Tavern|Bistro|Ministries|Parish|Synagogue|Chapel|Academy|Charter|Montessori|Learning\sCenter|Head\sStart|Little\sLeague|Nursing|Rehab|Reference\sLab|Labs?|Care\sCenter|Memory\sCare|Hospice\sHouse|Treatment\sCenter|Recovery|Landscaping|Roofing|Bank|Law\sGroup|Staffing|Ambulance|EMS|Fire|Pediatrics|Cardiology|Orthop(?:a)?edics|Oncology|Dermatology|Urology|Neurology|Radiology|Endocrinology|Gastroenterology|Dental|Ophthalmology|Podiatry|Nephrology|Pulmonary|Physical\sTherapy|Chiropractic|OB/GYN|Women's\sHealth|Internal\sMedicine|Behavioral\sHealth|Surgery\sCenter|Eye\sCenter|Cancer\sCenter|Insurance|Foundation|Library|Airport|Farms?)"
)
_SPECIALTY: Final = re.compile(
    r"(?:Nursing|Rehab|Pediatrics|Cardiology|Orthopa?edics|Oncology|Dermatology|Urology|Neurology|Radiology|Endocrinology"
    r"|Gastroenterology|Dental|Ophthalmology|Podiatry|Nephrology|Pulmonary|Therapy|Chiropractic|OB/GYN|Health|Medicine|Labs?"
    r"|Imaging|Recovery|Market|Fire|Bank|Gym|EMS|Foods|Electric|Insurance)$"
)
_PLACES: Final = frozenset("ckwy")
_ENGLISH: Final = frozenset("abdei")


class LateOrganizationRecognizer(NoteRecognizer):
    """``Hathaway Police Department``, ``South Plains Brewing``."""

    NAME: ClassVar[str] = "late_organization"
    ENTITY: ClassVar[str] = "ORGANIZATION"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("kind", rf"\b((?:{_WORD}[ ]){{1,3}}{_KIND})\b", 0.7),
        Rule("lady", r"\b(Our\sLady\sof\s(?:the\s|Mt\.?\s)?[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\b", 0.8),
        Rule("care", r"\b((?:Sunrise|Life\sCare|Brookdale|Genesis|Kindred|Encompass|Good\sSamaritan|ManorCare|Heritage|Golden\sLiving)\s(?:at|of)\s(?:the\s)?[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\b", 0.7),
        Rule("work", rf"(?i:\b(?:works?|working|worked|employed|job|retired)\s(?:as|was)\san?\s[a-z -]{{3,40}}\s(?:at|for|with|from)\s)((?:[Tt]he\s)?{_WORD}(?:\s(?:&|and|of)\s{_WORD}|\s{_WORD}){{0,3}})", 0.65),
        Rule("of", rf"\b((?:{_WORD}\s){{1,3}}(?:Services?|Association|Society|Partners|Physicians|Specialists|Associates|Surgeons|Council|Friends)\sof\s(?:the\s)?{_WORD}(?:\s{_WORD})?)\b", 0.65),
        Rule("county", r"\b((?i:county|town|township|village|borough|parish)\s(?:of|OF)\s[A-Z][A-Za-z'-]+(?:\s[A-Z][A-Za-z'-]+)?)\b", 0.6),
        Rule("capitals", r"\b((?:[A-Z][A-Z'&.-]+[ ]){1,3}(?:(?:NURSING|LUTHERAN|VETERANS|FUNERAL|GROUP|FOSTER|REST)\sHOME|HOSP|HOSPITAL|CLINIC|HOSPICE|MANOR|VILLAGE|LODGE|PHARMACY|CHURCH|SHELTER|RECOVERY|AMBULANCE|EMS|SCHOOL|ACADEMY|RANCH|FARMS?|DINER|MARKET|TRUCKING|LUMBER|BANK|OPO|LIFELINE|SO|PD|NURSERY|MISSION))\b", 0.55),
        Rule("chapter", rf"\b((?:{_WORD}\s){{0,2}}(?i:chapter|lodge|precinct|battalion|troop|engine|ladder|medic|squad)\s\#?\d{{1,4}})\b", 0.55, DIGITS),
        Rule("sent", rf"(?i:\b(?:sent|send|transfer(?:red)?|transferred|referral|referred|d/c'?d?|discharged?|dispo)\s(?:out\s)?(?:->|to|at|from)\s)((?:{_WORD}[ ]){{1,3}}(?:at|of)\s(?:the\s)?{_WORD})\b", 0.55),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Drop everyday words in front; refuse what has no name left."""
        if rule.name in {"lady", "care", "chapter", "of", "county"}:
            return start, end
        if rule.name == "capitals":
            return _shouted(text, start, end)
        begin = plain_lead(text, start, end)
        if rule.name == "work":
            return (begin, end) if begin < end else None
        words = text[begin:end].split()
        if len(words) < 2 or (_SPECIALTY.search(text[begin:end]) and not _names(words[0])):
            return None
        return begin, end


def _names(word: str) -> bool:
    """Whether a word in front of a specialty names a practice (``Weymouth Dental``), or only a kind of it."""
    flags = set(lexicon().get(word.casefold(), ""))
    return bool(flags & _PLACES) or not flags & _ENGLISH


def _shouted(text: str, start: int, end: int) -> tuple[int, int] | None:
    """An institution in capitals from its first word that is no everyday one (``TO EVENTIDE LUTHERAN HOME``)."""
    begin = plain_lead(text, start, end)
    words = text[begin:end].split()[:-1]
    named = any("a" not in lexicon().get(word.casefold().strip("."), "") for word in words)
    return (begin, end) if words and named else None
