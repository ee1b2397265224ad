# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Towns in small letters: in front of a ZIP code or a state's code, and where somebody lives. 45 CFR 164.514(b)(2)(i)(B).

``..., leonardo 33971``, ``rock island, NE``, ``lives in gettysburg``. It runs behind the tagger, which was trained
without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule
from plummer.deid.recognizers.words import LANDS, STATES, is_frequent, is_plain, word_list
from plummer.deid.tagger.lexicon import lexicon

_TOWN: Final = r"([a-z][a-z'-]+(?:[ ][a-z][a-z'-]+){0,2})"
#: Codes that are degrees or words too can't tell a town.
_OTHER_CODES: Final = frozenset(["MD", "PA", "MA", "MS", "DC", "ND", "OR", "IN", "ME", "OK", "HI", "ID", "CO", "DE", "AL", "LA", "MT", "VA", "PR"])  # fmt: skip
_CODE: Final = "|".join(code for code in STATES if code not in _OTHER_CODES)
_ANY: Final = "|".join(
    [
        *(code for code in STATES if code not in {"OR", "IN", "ME", "OK", "HI", "ID", "DC", "ND", "PR"}),
        *(name.title() for name in STATES.values()),
    ]
)
_NAMED: Final = "|".join(name.title() for name in STATES.values())
_PLACES: Final = frozenset("ckw")
_TOWNS: Final = frozenset("ck")
_LISTED: Final = frozenset("ckwy123ghn")
_OTHERS: Final = frozenset("adie")
#: Everyday words that begin the names of many towns.
_LEADS: Final = frozenset(["north", "south", "east", "west", "new", "old", "upper", "lower", "grand", "white", "black", "red", "green", "big", "little", "long"])  # fmt: skip
_BETWEEN: Final = frozenset(["to", "at", "in", "from", "and", "or", "with", "for", "on", "by", "is", "was"])


class SmallTownRecognizer(NoteRecognizer):
    """Towns by what follows them, or by who lives there."""

    NAME: ClassVar[str] = "small_town"
    ENTITY: ClassVar[str] = "CITY"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("zip", rf",[ ]{{1,2}}{_TOWN},?[ ]{{1,2}}(?:(?:[A-Z]{{2}}|{_NAMED})[ ]{{1,2}})?\d{{5}}(?:-\d{{4}})?\b", 0.7, DIGITS),
        Rule("state", rf",[ ]{{1,2}}{_TOWN},[ ]{{1,2}}(?:{_CODE})\b", 0.7, b","),
        Rule("from", rf"(?:(?i:\b(?:in|from|to|near)|hospital|clinic|center|health|system))[ ]{_TOWN},[ ](?:{_ANY})\b", 0.6, b","),
        Rule("code", rf"[A-Z][a-z]+[ ]{_TOWN},[ ](?:{_ANY})\b", 0.6, b","),
        Rule("behind", rf"\b[A-Z][a-z]+,[ ]{{1,2}}{_TOWN}\.(?:[ ]{{1,2}}[A-Z]|[ ]*\n|[ ]*$)", 0.6, b","),
        Rule("seat", r"(?i:hospital|clinic|center|department|auto[ ]body|school|inc|llc|company|foods),[ ]([a-z][a-z'-]+(?:[ ][a-z][a-z'-]+)?)\.[ ]{1,2}[A-Z]", 0.6, b","),
        Rule("county", rf"\b(?i:in|from|near|to)[ ]{_TOWN}[ ]\((?:[A-Za-z-]+[ ]){{1,2}}(?i:county|co)\b", 0.7, b"("),
        Rule("lives", rf"(?i:\b(?:lives|living|resides|residing|lived|born|raised|moved|visits|visiting|drives|drove[ ]in|commutes|transferred|arrested|works|retired)[ ](?:alone[ ])?(?:in|from|to|near)[ ]){_TOWN}\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse lands and everyday words; where no code follows, only a word that is a town's and no other is one."""
        words = text[start:end].split()
        if (
            " ".join(words) in LANDS
            or words[0] in LANDS
            or (is_plain(words[0]) and words[0] not in _LEADS)
            or _BETWEEN & {*words}
        ):
            return None
        flags = [set(lexicon().get(word, "")) for word in words]
        if rule.name == "lives":
            return _home(text, start, end, words, flags[0])
        if rule.name in {"code", "behind"}:
            fits = _is_town(words, flags)
        elif rule.name in {"from", "seat"}:
            fits = bool(flags[0] & _PLACES and flags[-1] & _PLACES)
        else:
            fits = bool(flags[-1] & _LISTED)
        return (start, end) if fits else None


def _home(text: str, start: int, end: int, words: list[str], flags: set[str]) -> tuple[int, int] | None:
    """Where somebody lives: as many words as a town has, or one that is only a town's unless a mark ends it."""
    closed = text[end : end + 1] in {".", ","} and not is_frequent(words[0]) and len(words) == 1
    if (
        not flags & _PLACES
        or (flags & _OTHERS and not closed)
        or words[0] in word_list("terms")
        or words[0] in {"town", "city"}
    ):
        return None
    towns = word_list("cities")
    for count in (3, 2):
        if len(words) >= count and "_".join(words[:count]) in towns:
            return start, start + len(" ".join(words[:count]))
    return start, start + len(words[0])


def _is_town(words: list[str], flags: list[set[str]]) -> bool:
    """Whether words are a town's and a sentence has no other use for them: ``lakeside``, ``quail hill``."""
    said = words[1:] if len(words) > 1 and words[0] in _LEADS else words
    used = any(is_plain(word) or is_frequent(word) or word in word_list("terms") for word in said)
    listed = all(marks & _TOWNS for marks in flags)
    return listed and not used and (len(words) > 1 or not flags[0] & _OTHERS - {"e"})
