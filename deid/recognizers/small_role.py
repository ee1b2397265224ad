# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names in small letters behind what somebody does, which itself may be capitalised: ``Surgeon martin``, ``RN b. bailey``.

Typed in haste, amid text that has capitals. 45 CFR 164.514(b)(2)(i)(A). It runs behind the tagger, which was trained
without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_frequent, is_plain, word_list
from plummer.deid.tagger.lexicon import flags_of

_ROLE: Final = (
    r"(?i:surgeon|fellow|operator|attorney|atty|officer|chaplain|interpreter|rn|lpn|rrt|crna|guardian|assist|inmate|employee"
    r"|adjuster|treating|referring|step(?:mother|father|son|daughter|brother|sister)|partner|drs?|paged|signed(?:\sout)?(?:\sto)?|verified\sby|set\sup\sby|called\sfor|seen\s(?:by|with)|accept\sdr|contact|witness(?:ed)?"
    r"|d/w|proxy|recip(?:ient)?|scribe|midwife|deputy|coach|sponsor|landlord|principal|author|pcp|poa|cosigned\sby|(?:re)?viewed\sby|read\sby|dictated\sby)"
)
_INITIALS: Final = r"(?:[a-z]\.[ ]?|[a-z][ ]){0,2}"
_NAME: Final = r"[a-z]{2,}(?:['-][a-z]{2,})*"
#: In capitals, and no word that notes write in capitals: ``PA``, ``PT`` and ``OT`` are left out.
_DEGREE: Final = r"(?:MD|M\.D\.|DO|D\.O\.|MSW|LMSW|FACS|FACP|CCC-SLP|EMT-P|BSN|MSN|CWOCN|LCGC|RN|NP|LPN|CNA|CRNA|APRN|ARNP|DNP|PA-C|FNP|PhD|PharmD|LCSW|LICSW|RRT|RD|DPT|OTR|DPM|OD|DDS|AuD)"
_PARTS: Final = re.compile(r"[a-z]{2,}(?:['-][a-z]{2,})*")
#: Behind it no sentence goes on: a mark, a number, a bracket, the end of the line.
_STOP: Final = re.compile(r"[ \t]*(?:$|\n|[^a-z\s'-])")
_NAMES: Final = frozenset("123ghn")
_COMMON: Final = frozenset("1g")
_OTHERS: Final = frozenset("adi")


def _is_name(word: str) -> bool:
    flags = flags_of(word)
    held = is_plain(word) or is_frequent(word) or word in word_list("terms") or word in word_list("acronyms")
    return bool(flags & _NAMES) and not (flags & _OTHERS or held)


def _may_be(word: str) -> bool:
    return bool(flags_of(word) & _COMMON) and len(word) > 2 and not (is_plain(word) or is_frequent(word))


class SmallRoleRecognizer(NoteRecognizer):
    """``Fellow y. o. balogun``, ``Attorney harris,``."""

    NAME: ClassVar[str] = "small_role"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("role", rf"\b{_ROLE}[:.]?[ ]{{1,2}}({_INITIALS}{_NAME}(?:[ ](?:[a-z]\.?[ ])?{_NAME})?)", 0.6),
        Rule("degree", rf"\b((?:[a-z]\.?[ ])?{_NAME}[ ](?:[a-z]\.?[ ])?{_NAME}|(?:[a-z]\.[ ]?|[a-z][ ]){{1,2}}{_NAME}),?[ ]{{1,2}}{_DEGREE}\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """One or two words of a name; a word that is English too only where nothing goes on behind it."""
        words = [match.span() for match in _PARTS.finditer(text, start, end)]
        first, last = words[0], words[-1]
        if rule.name == "degree":
            return _of_degree(text, start, words)
        initials = first[0] > start
        if len(words) > 1 and _goes_on(text, last) and (_is_name(text[slice(*first)]) or _given(text, first)):
            return start, last[1]
        word = text[slice(*first)]
        closed = len(words) == 1 and _STOP.match(text, first[1]) is not None
        if _is_name(word) or (_may_be(word) and (initials or closed)):
            return start, first[1]
        return None


def _of_degree(text: str, start: int, words: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Two words or an initial and a word in front of a degree, if each can be a name and one is no other word."""
    values = [text[slice(*place)] for place in words]
    listed = all(_is_name(value) or _may_be(value) for value in values)
    alone = len(words) == 1 or any(_is_name(value) for value in values) or _given(text, words[0])
    return (start, words[-1][1]) if listed and alone else None


def _goes_on(text: str, place: tuple[int, int]) -> bool:
    """Whether the second word belongs to the name."""
    word = text[slice(*place)]
    return _is_name(word) or (_may_be(word) and _STOP.match(text, place[1]) is not None)


def _given(text: str, place: tuple[int, int]) -> bool:
    word = text[slice(*place)]
    return "g" in flags_of(word) and not is_plain(word) and not is_frequent(word)
