# ruff: noqa: RUF001 (marks of typography are what is mended)
"""Mending a shadow: words cut at a line's end, what a scanner took for each other, slips in words of a cue.

``Okon-⏎kwo``, ``1O/05/2019``, ``J0hnson``, ``High Scohol``, ``720&#45;555``: rules and tagger then read what
was meant.
Offsets stay those of the input: what is dropped belongs to the character in front.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import Any, Final
from unicodedata import normalize

import re2

from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.scanned import unscanned

#: Start, end and what was meant: one character or none.
Edit = tuple[int, int, str]

_CUT: Final = re.compile(
    r"(?<=[A-Za-z][a-z])-[ \t]?\n[ \t]*(?=[a-z]{2})"  # a word
    r"|(?<=(?<=[\dA-Z])-)\n[ \t]*(?=\d{2}|[A-Z]{2}[A-Z]?\b)"  # a number, or capitals; the hyphen stays
)
_ENTITY: Final = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8});")
_PLAIN: Final = dict(zip("‘’‐‑–—“”", "''----\"\"", strict=True))
_RN: Final = re.compile(r"(?<![a-z])[A-Za-z]?[a-z]*rn[a-z]*")
#: Words that make a rule look, which a swap of two letters hides from it.
_CUES: Final = (
    "county", "school", "hospital", "clinic", "center", "centre", "medical", "memorial", "regional",
    "community", "general", "university", "college", "elementary", "church", "bakery", "pharmacy",
    "hospice", "nursing", "reservation", "academy", "brewing", "company", "manufacturing", "transport",
    "insurance", "street", "avenue", "boulevard", "court", "place", "terrace", "circle", "highway",
    "parkway", "drive", "trail", "january", "february", "march", "april", "june", "july", "august",
    "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday", "ninety", "hundred", "doctor", "nurse",
)  # fmt: skip
#: Swaps that are words by themselves.
_WORDS: Final = frozenset(["centre", "center", "chruch", "trial", "juen", "novembre"])


def mended(text: str) -> tuple[str, Sequence[int] | None]:
    r"""The text as it was meant, and where each of its characters stood; None where nothing was dropped.

    Args:
        text: a shadow.

    Example:
        >>> mended("Dr. J0hnson, 1O/05/2019")
        ('Dr. Johnson, 10/05/2019', None)
        >>> mended("Desert High Scohol")
        ('Desert High School', None)
        >>> mended("720&#45;555")
        ('720-555', (0, 1, 2, 3, 8, 9, 10))
        >>> mended("Okon-\nkwo")
        ('Okonkwo', (0, 1, 2, 3, 6, 7, 8))
    """
    plain = unscanned(text)
    edits = [*_entities(plain), *(_ems(plain) if plain != text else ())]
    text = _unswapped(plain)
    if "-" in text and "\n" in text:
        edits += [(*match.span(), "") for match in _CUT.finditer(text)]
    return _edited(text, sorted(edits)) if edits else (text, None)


def _entities(text: str) -> Iterator[Edit]:
    """Characters that HTML writes by name or number."""
    for match in _ENTITY.finditer(text) if "&" in text and ";" in text else ():
        meant = unescape(match.group())
        if len(meant) == 1:
            letter = _PLAIN.get(meant, normalize("NFKD", meant)[0])
            yield *match.span(), letter if letter.isascii() and letter.isprintable() else " "


def _ems(text: str) -> Iterator[Edit]:
    """``m`` that a scanner read as ``rn``, in words that no list holds otherwise."""
    for match in _RN.finditer(text):
        at = match.group().index("rn")
        if _is_em(match.group()):
            yield match.start() + at, match.start() + at + 2, "m"


@lru_cache(maxsize=16384)
def _is_em(word: str) -> bool:
    known = lexicon()
    return word.lower() not in known and word.lower().replace("rn", "m", 1) in known


def _edited(text: str, edits: Sequence[Edit]) -> tuple[str, Sequence[int]]:
    """The text with some stretches replaced by a character or none, and where each character stood."""
    pieces: list[str] = []
    places: list[int] = []
    position = 0
    for start, end, meant in [*edits, (len(text), len(text), "")]:
        if start >= position:
            pieces += [text[position:start], meant]
            places += [*range(position, start), *([start] if meant else ())]
            position = end
    return "".join(pieces), tuple(places)


@lru_cache(maxsize=1)
def swapped_cues() -> dict[str, str]:
    """Every swap of two letters within a cue, but the first, to the cue that was meant."""
    return {
        swap: word
        for word in _CUES
        for at in range(1, len(word) - 1)
        if (swap := word[:at] + word[at + 1] + word[at] + word[at + 2 :]) not in {word, *_WORDS}
    }


@lru_cache(maxsize=1)
def _swaps() -> Any:  # noqa: ANN401 (google-re2 has no types)
    return re2.compile(rf"(?i)\b(?:{'|'.join(sorted(swapped_cues()))})\b".encode("ascii"))


def _unswapped(text: str) -> str:
    """The text with cues as they were meant, in the case that they have."""
    found = [match.span() for match in _swaps().finditer(text.encode("ascii", "replace"))]
    for start, end in found:
        value = text[start:end]
        meant = swapped_cues()[value.lower()]
        text = text[:start] + (meant.upper() if value.isupper() else _cased(meant, value)) + text[end:]
    return text


def _cased(meant: str, value: str) -> str:
    return meant.capitalize() if value[0].isupper() else meant
