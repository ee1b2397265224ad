# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names in small letters: full ones anywhere, single ones behind a role or a relative.

``spoke with fadumo okonkwo``, ``niece harper updated``: typed messages and dictation. 45 CFR 164.514(b)(2)(i)(A).
It runs behind the tagger, which was trained without its findings.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.recognizers.linear import compiled
from plummer.deid.recognizers.words import is_eponym, is_plain, word_list
from plummer.deid.tagger.lexicon import lexicon

_WORD: Final = re.compile(r"\b[a-z]{4,}(?:['-][a-z]{2,})?\b")
_GAP: Final = re.compile(r",?[ \t]{1,2}(?:[a-z]\.?[ ])?|[ \t]?\n")
_NEXT: Final = re.compile(r"[ ](?:[a-z]\.?[ ])?([a-z]{3,})\b")
_CUED: Final = (
    r"(?i:\b(?:dr|mr|mrs|ms|rn|np|surgeon|attending|fellow|chaplain|nurse|attorney|signed(?:\sout\sto)?|given\sto|d/w|cosigned\sby"
    r"|mother|father|mom|dad|wife|husband|spouse|partner|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew|step(?:mother|father|son|daughter|brother|sister)|boyfriend|girlfriend"
    r"|grandmother|grandfather|grandson|granddaughter)\.?[ ]{1,2})([a-z]{3,}(?:['-][a-z]{2,})?)\b"
)
_NAMES: Final = frozenset("12ghn")
_OTHERS: Final = frozenset("adi")
_COMMON: Final = frozenset("1g")


@lru_cache(maxsize=65536)
def _rank(word: str) -> int:
    """2 for a word that is a name and nothing else, 1 for one that is an eponym or proper noun too, else 0."""
    flags = set(lexicon().get(word.partition("-")[0].partition("'")[0], ""))
    if not flags & _NAMES or flags & _OTHERS or is_plain(word) or word in word_list("terms"):
        return 0
    if "b" in flags and not flags & _COMMON:
        return 0
    return 1 if flags & set("bep") or is_eponym(word) else 2


def _common(text: str, first: tuple[int, int, int], second: tuple[int, int]) -> bool:
    """Whether a common given name stands in front of one of the commonest family names."""
    known = lexicon()
    return "g" in known.get(text[first[0] : first[1]], "") and "1" in known.get(text[slice(*second)], "")


class SmallNameRecognizer(NoteRecognizer):
    """``fadumo okonkwo``, ``okonkwo, fadumo``, ``niece harper``."""

    NAME: ClassVar[str] = "small_name"
    ENTITY: ClassVar[str] = "NAME"

    def find(self, note: NoteArtifacts) -> Iterator[tuple[int, int, float, str]]:
        """Pairs, longer runs as overlapping pairs, and what a cue gives away."""
        note.check_deadline()
        yield from _pairs(note.text) if any(map(_rank, set(_WORD.findall(note.text)))) else ()
        for match in compiled(_CUED).finditer(note.data):
            if _rank(note.text[slice(*match.span(1))]):
                yield match.start(1), _family_end(note.text, match.end(1)), 0.6, "cue"


def _pairs(text: str) -> Iterator[tuple[int, int, float, str]]:
    last: tuple[int, int, int] | None = None
    for match in _WORD.finditer(text):
        rank = _rank(match.group())
        if (
            rank
            and last
            and (last[2] + rank > 2 or _common(text, last, match.span()))
            and _GAP.fullmatch(text, last[1], match.start())
        ):
            yield last[0], match.end(), 0.6, "pair"
        last = (*match.span(), rank) if rank else None


def _family_end(text: str, end: int) -> int:
    """The end of a family name behind a given name, or of the given name itself."""
    following = _NEXT.match(text, end)
    if following is None or is_plain(following.group(1)):
        return end
    flags = set(lexicon().get(following.group(1), ""))
    return following.end() if flags & set("123") and "a" not in flags else end
