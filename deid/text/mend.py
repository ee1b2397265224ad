"""Mending a shadow: words cut at a line's end, what a scanner took for each other, slips in words of a cue.

``Okon-⏎kwo``, ``1O/05/2019``, ``J0hnson``, ``High Scohol``: rules and tagger then read what was written.
Offsets stay those of the input: what is dropped belongs to the character in front.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import re2

_CUT: Final = re.compile(
    r"(?<=[a-z]{2})-[ \t]?\n[ \t]*(?=[a-z]{2})"  # a word
    r"|(?<=(?<=[\dA-Z])-)\n[ \t]*(?=\d{2}|[A-Z]{2}[A-Z]?\b)"  # a number, or capitals; the hyphen stays
)
_OH: Final = re.compile(
    r"(?<=\d)[oO](?=[\d/])|(?<=\d/)[oO](?=\d)|(?<=\d[-.])[oO](?=\d[-./])|\b[oO](?=\d[/.-]\d{1,2}[/.-]\d{2})|(?<=\d\d)[oO]\b"
)
_ONE: Final = re.compile(r"(?<=\d)[lI](?=[\d/])|(?<=\d/)[lI](?=[\d/])|\b[lI](?=\d?/\d{1,2}/\d{2})")
_NOUGHT: Final = re.compile(r"(?<=[A-Za-z][a-z])0(?=[a-z])|(?<=\b[A-Z])0(?=['a-z][A-Za-z])")
_LEADING: Final = re.compile(
    r"\b0(?='[A-Z][a-z]{2}|ct\b|[A-Z]{3,}\b|(?!min|hrs|mcg|mmol|per|day|week|month|year|deg|tab|unit|puff|mls|cms)[a-z]{3})"
    r"|(?<=\b[A-Z])0(?=[A-Z]{2,}\b)|(?<=\b[A-Z]\.[ ])0(?=\.[ ]?[A-Z])"
)
_ELL: Final = re.compile(r"(?<=[A-Za-z][a-z])1(?=[a-z]{2})")
#: Whatever one of these could mend; in most notes there is nothing of it.
_MIXED: Final = (
    r"\d[-./]?[oO]|[oO]\d|\d/?[lI][\d/]|[lI]\d?/\d|[A-Za-z]0|\b0['A-Za-z]|[A-Z]\.[ ]0\.|[a-z]1[a-z]"
)
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
        >>> mended("Okon-\nkwo")
        ('Okonkwo', (0, 1, 2, 3, 6, 7, 8))
    """
    if _mixed().search(text.encode("ascii", "replace")):
        for pattern, letter in ((_OH, "0"), (_ONE, "1"), (_NOUGHT, "o"), (_LEADING, "O"), (_ELL, "l")):
            text = pattern.sub(letter, text)
    text = _unswapped(text)
    if "-" not in text or "\n" not in text:
        return text, None
    cuts = [match.span() for match in _CUT.finditer(text)]
    if not cuts:
        return text, None
    pieces: list[str] = []
    places: list[int] = []
    position = 0
    for start, end in [*cuts, (len(text), len(text))]:
        pieces.append(text[position:start])
        places.extend(range(position, start))
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
def _mixed() -> Any:  # noqa: ANN401 (google-re2 has no types)
    return re2.compile(_MIXED.encode("ascii"))


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
