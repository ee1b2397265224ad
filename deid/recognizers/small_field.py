# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names in small letters by the field that they fill: behind an office, before a room, "family, given", alone on a line.

``Officer long.``, ``called for gray rm 813``, ``admit lim, sun-hee``, ``Wound clinic    nicole gray   #64``. Typed amid text that
has capitals, where a word that nothing goes on behind is no part of a sentence. 45 CFR 164.514(b)(2)(i)(A). It runs
behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_plain, word_list
from plummer.deid.tagger.lexicon import flags_of

#: Only a person's name stands behind these, whatever else the word is.
_OFFICE: Final = r"(?:Surgeon|Fellow|Operator|Attorney|Atty|Officer|Chaplain|Interpreter|Adjuster|Attending|Coach|Deputy|CRNA|RN|RRT|DR|Drs?)"
_KIN: Final = (
    r"(?i:mother|father|mom|dad|wife|husband|spouse|partner|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew"
    r"|grandmother|grandfather|grandson|granddaughter|step(?:mother|father|son|daughter|brother|sister))"
)
_NAME: Final = r"[a-z]{2,}(?:['-][a-z]{2,})*"
_BEGIN: Final = r"(?:^|[:;.|(-][ ]?|[ ]{2}|\d[ ]|\t)"
#: Nothing of a sentence goes on behind it: a mark, a number, a capital, two blanks, the end of the line.
_STOP: Final = re.compile(r"(?:'s)?[ \t]*(?:$|[^a-z\s'-])|[ \t]{2}|[ \t]*\n")
#: What is done by or to a person of the care, or to kin: a sentence that goes on so is about them.
_ACTS: Final = re.compile(
    r"(?:'s)?[ ](?:visits|visited|called|calls|notified|aware|updated|paged|present|saw|reports|evaluated|does|did|can|will|may|has|had|is|was|wants|asks|asked|says|said|states|lives|helps|at[ ]bedside)\b"
)
_PHONE: Final = re.compile(r"[ ]{1,2}[+(]?\d(?:[ .()/+-]?\d){6}")
_PARTS: Final = re.compile(r"[a-z]{2,}(?:['-][a-z]{2,})*")
_LISTED: Final = frozenset("12ghn")
_COMMON: Final = frozenset("1g")
_FAMILY: Final = frozenset("12")


class SmallFieldRecognizer(NoteRecognizer):
    """``Officer long.``, ``gray rm 813``, ``lim, sun-hee``."""

    NAME: ClassVar[str] = "small_field"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("office", rf"\b{_OFFICE}[:.]?[ ]{{1,2}}({_NAME})", 0.6),
        Rule("kin", rf"\b{_KIN}[ ]({_NAME})", 0.6),
        Rule("kin_full", rf"\b{_KIN}[ ]({_NAME}[ ]{_NAME})", 0.6),
        Rule("initial", rf"\b(?:{_OFFICE}|(?i:assist|operator|fellow|signed|verified[ ]by|scribe))[:.]?[ ]{{1,2}}((?:[a-z]\.[ ]?|[a-z][ ]){{1,2}}{_NAME})", 0.6),
        Rule("behind", rf"\b(?:{_OFFICE}|(?i:assist|operator|fellow))[:.]?[ ]{{1,2}}({_NAME}[ ][a-z]\b)", 0.6),
        Rule("roomed", rf"\b({_NAME})(?:'s)?[ ]\(?(?:rm|room|bed)[ ](?:[A-Za-z]{{1,4}}[ -]?)?\d", 0.6, DIGITS),
        Rule("subject", rf"(?m)(?:^|[.:][ ]|\d[ ])({_NAME})[ ](?:(?:is|was)[ ]seen|is[ ]an?[ ]\d|turned[ ]\d|reports|states|denies)\b", 0.6),
        Rule("reversed", rf"(?m)(?:{_BEGIN}|(?i:\b(?:admit|recip(?:ient)?|inmate|patient|pt|name|contact|pcp))[ ])({_NAME},[ ]?{_NAME}(?:[ ][a-z]\b\.?)?)", 0.6, b","),
        Rule("full", rf"(?m)(?:{_BEGIN}|(?i:\b(?:for|by|contact|guardian|poa|adjuster|employee|warmly,|sincerely,|regards,|fellow|operator|family|pcp))[ ])({_NAME}[ ](?:[a-z]\.?[ ])?{_NAME}(?:[ ]{_NAME})?)", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse what goes on as a sentence does, and words that are names too seldom for their place."""
        words = _PARTS.findall(text[start:end])
        if rule.name in {"roomed", "subject"}:
            fits = _may_be(words[0], _COMMON) or _is_name(words[0])
        elif rule.name == "kin_full":
            fits = _may_be(words[0], frozenset("gh")) and _may_be(words[-1], _FAMILY)
        elif _STOP.match(text, end) is None and not (
            rule.name in {"office", "kin"} and _ACTS.match(text, end)
        ):
            fits = False
        elif rule.name == "initial":
            fits = not is_plain(words[-1]) and text[start : start + 2] != "a "
        elif rule.name == "behind":
            fits = _may_be(words[0], _LISTED) and text[end - 1] != "a"
        elif rule.name in {"office", "kin"}:
            fits = _may_be(words[0], _LISTED) and (rule.name == "office" or "g" in flags_of(words[0]))
        else:
            phoned = _PHONE.match(text, end) is not None and _listed(words)
            fits = _reversed(words) or (rule.name == "full" and (_full(words) or phoned))
        return (start, end) if fits else None


def _reversed(words: list[str]) -> bool:
    """Whether two words are names, and one of them before it is anything else."""
    named = len(words) == 2 and all(_may_be(word, _LISTED) for word in words)
    return named and (any(map(_is_name, words)) or ("1" in flags_of(words[0]) and "g" in flags_of(words[1])))


def _listed(words: list[str]) -> bool:
    """Whether words can be a given and a family name; with a telephone number behind that is enough."""
    return _may_be(words[0], _LISTED) and _may_be(words[-1], frozenset("123"))


def _full(words: list[str]) -> bool:
    """Whether words are a given name, misspelt even, and a family name."""
    first, last = words[0], words[-1]
    given = _may_be(first, frozenset("ghn")) or (len(first) > 3 and not flags_of(first))
    between = all(_may_be(word, _LISTED) for word in words[1:-1])
    return given and between and _may_be(last, _FAMILY) and (_is_name(last) or "a" not in flags_of(first))


def _may_be(word: str, marks: frozenset[str]) -> bool:
    """Whether a word is a name too, however often it is written for something else (``gray``, ``long``)."""
    return not marks.isdisjoint(flags_of(word)) and not is_plain(word) and word not in word_list("terms")


def _is_name(word: str) -> bool:
    """Whether a word is a name before it is anything else."""
    return _may_be(word, _LISTED) and "a" not in flags_of(word)
