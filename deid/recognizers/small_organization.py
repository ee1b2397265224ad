# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Institutions in small letters, behind a preposition: ``from blue grove rehabilitation hospital``.

Typed messages and dictation. 45 CFR 164.514(b)(2)(i)(B). It runs behind the tagger, which was trained without its
findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_frequent, is_plain, word_list
from plummer.deid.tagger.lexicon import flags_of, lexicon

#: Behind a name: institutions of care and of the public.
KIND: Final = (
    r"(?:(?:regional|memorial|general|community|rehabilitation|rehab|children's)\s)*(?:hospital|hosp|clinic|medical\scent(?:er|re)|med\sctr|health\scent(?:er|re)|health\ssystem"
    r"|infirmary|hospice|nursing\shome|family\s(?:practice|medicine)|surgery\scenter|cancer\scenter|dialysis(?:\scenter)?|pharmacy|elementary(?:\sschool)?|high\sschool|middle\sschool|preschool"
    r"|university|college|police\sdepartment|correctional\sfacility|urgent\scare|medical\sgroup|heart\sinstitute|funeral\shome|senior\sliving|behavioral\shealth|(?:rehab|rehabilitation)(?:\s(?:&|and)\snursing)?)"
)
#: In front of a kind, and no name by itself.
SORT: Final = (
    r"(?:heart|eye|skin|pain|wound|cancer|kidney|spine|joint|women's|children's|surgical|medical|dental)"
)
#: Behind a name: employers, shops, schools.
FIRM: Final = (
    r"(?:care\scenter|home\s(?:care|health)|eye\scare|dental|eye\scenter|distribution\scenter|orthopedics|pediatrics|dermatology|cardiology|(?:internal\smedicine\s)?associates|llc|inc|corp|corporation|& sons"
    r"|bakery|brewing|manufacturing|electric|plumbing|roofing|landscaping|lumber|steel|motors|trucking|auto\sbody|hardware|catering|cleaners|realty|staffing|packing\sco(?:mpany)?"
    r"|medical\stransport|transport|ambulance|logistics|construction|foods|farms|industries|credit\sunion|insurance|food\sshelf|shelter|church|mosque|temple|synagogue"
    r"|law\soffices?|imaging|casino|hotel|motel|cafe|restaurant|diner|bank|properties|manor|academy|public\sschools?|school\sdistrict|daycare|nation|tribe|reservation)"
)
_NAMED: Final = frozenset("123ghnckwy")
#: What no name in front of a kind has within.
_BETWEEN: Final = frozenset(
    ["the", "a", "and", "or", "for", "with", "in", "to", "at", "of", "from", "by", "on"]
)
#: Words of churches' institutions, and of no other.
_BLESSED: Final = frozenset(
    ["sacred", "holy", "mercy", "trinity", "baptist", "methodist", "lutheran", "presbyterian"]
)
_QUARTERS: Final = frozenset(["north", "south", "east", "west", "northern", "southern", "eastern", "western"])


class SmallOrganizationRecognizer(NoteRecognizer):
    """``at bethesda bluff elementary``."""

    NAME: ClassVar[str] = "small_organization"
    ENTITY: ClassVar[str] = "ORGANIZATION"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "kind",
            rf"\b(?:at|from|to|via|of|per|by|records|hosp|attends|@)\s((?:[a-z][a-z'-]+\s){{1,3}}{KIND})\b",
            0.6,
        ),
        Rule("firm", rf"\b(?:at|from|via|per|for|of|by|records|hosp|attends|@)\s((?:[a-z][a-z'-]+\s){{1,3}}{FIRM})\b", 0.6),
        Rule("brand", r"(?:\b(?:at|per|from|via|for|by|pharmacy|the)|\d)\s(walmart|amazon|starbucks|walgreens|cvs|costco|kroger|safeway|publix|rite[ ]aid|fedex|best[ ]buy|salvation[ ]army|home[ ]depot|goodwill|meals[ ]on[ ]wheels)\b", 0.6),
        Rule("saint", r"\b(?:at|from|to|via|of|per|by|for|records|hosp|hospital|[Cc]linic|-)[ ]((?:st\.?|saint)[ ][a-z]{3,}(?:'s)?)\b", 0.6),
        Rule("of", rf"\b((?:{SORT}[ ])?(?:university|hospital|clinic|college|school|church|city|institute|center)[ ]of[ ][a-z][a-z'-]+(?:[ ][a-z][a-z'-]+){{0,2}})(?:[.,;:(/|]|[ ]*\n|[ ]*$|[ ]{{1,2}}[A-Z0-9+])", 0.6),
        Rule("line", rf"(?m)(?:^|[:?-][ ]|\d[ ])((?:[a-z][a-z'-]+[ ]){{1,3}}(?:{KIND}|{FIRM}))[ \t]*(?:$|[/|])", 0.6),
        Rule("label", rf"\b(?:Clinic|Hosp|Hospital|Facility|Pharmacy|Employer|School)[:]?\s((?:[a-z][a-z'-]+\s){{1,3}}(?:{KIND}|{FIRM}))\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse what names a sort of place; the first word must be known as a name or a place."""
        if rule.name == "saint":
            saint = text[start:end].split()[1].removesuffix("'s")
            return (
                (start, end)
                if not {*"gh"}.isdisjoint(lexicon().get(saint, "")) and not is_plain(saint)
                else None
            )
        if rule.name == "of":
            town = text[start:end].partition(" of ")[2].split()[0]
            return (
                (start, end)
                if not {*"ck"}.isdisjoint(lexicon().get(town, "")) and not is_plain(town)
                else None
            )
        if rule.name == "brand":
            return start, end
        first, *others = text[start:end].split()
        if first in word_list("sorts") or not (_is_named(first) or first in _BLESSED):
            return None
        everyday = (
            first not in _QUARTERS
            and rule.name != "label"
            and (is_plain(first) or (rule.name != "line" and is_frequent(first)))
        )
        # "green view insurance", but no "small insurance"
        firm = len(others) > 1 and not is_plain(others[0]) and _is_named(others[0])
        if rule.name != "kind" and everyday and not firm:
            return None
        words = text[start:end].split()[:-1]
        return None if any(word in _BETWEEN for word in words) else (start, end)


def _is_named(word: str) -> bool:
    """Whether lists hold a word as part of a name or a place."""
    return not _NAMED.isdisjoint(flags_of(word))
