# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Institutions named by a place or a person, with the kind in small letters or as a denomination.

``the Dallas clinic``, ``NYU Langone clinic``, ``at NY Presbyterian``: a named hospital or clinic is a place smaller than a
state (45 CFR 164.514(b)(2)(i)(B)). It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_eponym, is_plain, plain_lead, word_list
from plummer.deid.tagger.lexicon import lexicon

_WORD: Final = r"(?:(?:St|Mt|Ft)\.?\s)?[A-Z][A-Za-z'.&-]*"
_KIND: Final = r"(?:clinic|hospital|facility|campus|infirmary|hospice|nursing\shome|urgent\scare|(?:medical|cancer|health)\scent(?:er|re))"
_NAMES: Final = frozenset("123ghnckwy")
_OTHERS: Final = frozenset("abdei")
_SAINT: Final = re.compile(r"(?:St|Mt|Ft)\.?\s[A-Z]")


class PlaceClinicRecognizer(NoteRecognizer):
    """Hospitals and clinics by the name in front of their kind."""

    NAME: ClassVar[str] = "place_clinic"
    ENTITY: ClassVar[str] = "ORGANIZATION"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("small", rf"\b((?:{_WORD}\s){{1,3}}{_KIND})\b", 0.7),
        Rule("denomination", rf"\b(?i:at|to|from|in|of|by)\s((?:{_WORD}\s){{1,3}}(?:Presbyterian|Methodist|Baptist|Lutheran|Adventist|Deaconess|Langone))\b", 0.7),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Drop everyday words in front; refuse departments (``Coumadin clinic``) and a physician's own (``Smith's clinic``)."""
        begin = plain_lead(text, start, end)
        words = text[begin:end].split()
        if len(words) < 2 or (rule.name == "small" and words[0].islower()):
            return None
        lead = [word for word in words if word[0].isupper()]
        if rule.name == "denomination":
            return begin, end
        named = _SAINT.match(text, begin) or "_".join(lead).casefold() in word_list("cities")
        return (begin, end) if named or all(map(_name, lead[-1:])) else None


def _name(word: str) -> bool:
    """Whether lists hold the word as a name or a place and as nothing else."""
    flags = set(lexicon().get(word.casefold(), ""))
    return bool(flags & _NAMES) and not (flags & _OTHERS or is_plain(word) or is_eponym(word))
