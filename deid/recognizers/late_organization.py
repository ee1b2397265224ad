"""Employers, schools and public bodies by kinds that the first list lacks. 45 CFR 164.514(b)(2)(i).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import plain_lead

_WORD: Final = r"[A-Z][A-Za-z'&-]*"
_KIND: Final = (
    r"(?:Police\sDepartment|Fire\sDepartment|Sheriff's\sOffice|Correctional\s(?:Facility|Institution|Center)|Public\sSchools|School\sDistrict|Preschool"
    r"|Kindergarten|Elementary|Hotel|Motel|Trucking|Brewing|Brewery|Lumber|Diner|Restaurant|Foods|Bakery|Electric|Plumbing|Construction|Manufacturing|Logistics"
    r"|Funeral\sHome|Credit\sUnion|Post\sOffice|Shelter|Warehouse|Nation|Tribe|Reservation|reservation|Dialysis(?:\sCenter)?|Imaging|Senior\sLiving"
    r"|Behavioral\sHealth|Surgery\sCenter|Eye\sCenter|Cancer\sCenter|Insurance|Foundation|Library|Airport|Farms?)"
)


class LateOrganizationRecognizer(NoteRecognizer):
    """``Hathaway Police Department``, ``South Plains Brewing``."""

    NAME: ClassVar[str] = "late_organization"
    ENTITY: ClassVar[str] = "ORGANIZATION"
    RULES: ClassVar[tuple[Rule, ...]] = (Rule("kind", rf"\b((?:{_WORD}[ ]){{1,3}}{_KIND})\b", 0.7),)

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Drop everyday words in front; refuse what has no name left."""
        begin = plain_lead(text, start, end)
        return (begin, end) if len(text[begin:end].split()) > 1 else None
