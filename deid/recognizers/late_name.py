# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names by what stands around them: a relative and a verb, an age in brackets, quotation marks, a short label.

It runs behind the tagger, which was trained without its findings. 45 CFR 164.514(b)(2)(i)(A).
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._names import PERSON, name_end
from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_eponym, is_plain, word_list

_KIN: Final = (
    r"\b(?:mother|father|mom|dad|wife|husband|spouse|partner|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew|twin"
    r"|grandmother|grandfather|grandson|granddaughter|grandma|grandpa|boyfriend|girlfriend|fiance?e?|stepson|stepdaughter"
    r"|son-in-law|daughter-in-law|brother-in-law|sister-in-law|mother-in-law|father-in-law|roommate|neighbor|friend|dtr|bf|gf)"
)
_VERB: Final = (
    r"(?:has|had|is|was|who|died|lives|lived|reports|reported|states|stated|says|said|helps|helped|called|came|drove|brought|works"
    r"|worked|will|can|also|and\s(?:her|his|their|the)|at\s(?:bedside|home)|with|confirms|notes|took|takes|gave|feels|thinks|wants)"
)
_GIVEN: Final = r"[A-Z][a-z]{2,14}"
_NO_NAME: Final = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november"
    r"|december|also|with|then|now|has|was|denies|reports|states|positive|negative|english|spanish)", re.IGNORECASE,
)  # fmt: skip


#: Given names that are too common as words for the list.
_WORDS: Final = frozenset(
    ["Will", "Art", "Bill", "Pat", "Rich", "Mark", "Grant", "Chase", "Drew", "Sue", "May", "Rob"]
)


class LateNameRecognizer(NoteRecognizer):
    """``her brother Will has gout``, ``children (Autumn, 9 and Skye, 12)``, ``Jose "Memo" Diaz``, ``Attg: Roe``."""

    NAME: ClassVar[str] = "late_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("kin", rf"{_KIN},?\s({_GIVEN})\b(?:\s{_VERB}\b|'s\b|[,;.)])", 0.65),
        Rule("children", rf"\b(?:children|kids|sons|daughters|siblings|grandchildren|brothers|sisters|twins)\b[\s:,(]{{1,3}}({_GIVEN})\b(?:,?\s\(?\d|,\s{_GIVEN}|\sand\s{_GIVEN}|\s&\s{_GIVEN})", 0.65),
        Rule("aged", rf"(?:[(,]|\band|&)\s?({_GIVEN}),?\s\(?\d{{1,2}}(?:\s?y/?o)?\)?(?:\s(?:and|&)\s{_GIVEN}|[,)])", 0.6, DIGITS),
        Rule("quoted", r"\b([A-Z][a-z'-]+\s[(\"'][A-Z][a-z]{1,12}[)\"']\s[A-Z][A-Za-z'-]+)\b", 0.8, b"(\"'"),
        Rule("closing", rf"(?:\b(?:[Ss]incerely|SINCERELY|(?:[Kk]ind|[Bb]est|[Ww]arm(?:est)?)\s(?:[Rr]egards|[Ww]ishes)|[Rr]egards|[Rr]espectfully(?:\s(?:yours|submitted))?|[Yy]ours(?:\s(?:truly|sincerely|faithfully))?|[Tt]hanks|[Tt]hx|[Cc]heers),\s{{0,3}})({PERSON})", 0.7),
        Rule("phoned", r"\b(?:MD|DO|NP|PCP|Dr|RN|SW|CM|Atty)\s([A-Z][a-z'-]{2,20})\s?[,(]\s?\(?\d{3}[-.) ]", 0.7, DIGITS),
        Rule("label", rf"(?i:\b(?:attg|attd|att|attn|prov|phys|surg|anes|anesth|cosigner|pmd|onc|sw|cm|emerg(?:ency)?|ec|guard|mgr|ther|ccm|lpn|aide|crew|driver|informant|historian|caller|coordinator|examiner|counselor|interviewer|recorder|dentist|midwife|doula)\s?[:=]\s{{0,2}})((?:Dr\.?\s)?{PERSON})", 0.7, b":="),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut at everyday words; behind a relative, any capitalised word that begins no sentence is a name."""
        value = text[start:end]
        if rule.name in {"label", "closing"}:
            stop = name_end(text, start, end, first_may_be_word=False)
            return (start, stop) if stop - start > 2 else None
        if rule.name == "quoted":
            return None if is_plain(value.split()[0]) else (start, end)
        if rule.name == "aged" and (
            is_plain(value) or is_eponym(value) or value in {"Para", "Gravida", "Grade"}
        ):
            return None
        known = value.casefold() in word_list("namelike") or value in _WORDS
        if _NO_NAME.fullmatch(value) or is_eponym(value) or (is_plain(value) and not known):
            return None
        return start, end
