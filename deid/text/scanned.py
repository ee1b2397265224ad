"""What a scanner took for each other: digits within numbers, letters within words.

``7O3-555-Ol46`` for 703-555-0146, ``norma1`` for normal, ``lnfusion`` for Infusion. A number is mended where
its look-alikes stand among digits, a word where a list holds it as it was meant and not as it stands. Length
stays as it is.
"""

import re
from functools import lru_cache
from typing import Final

from plummer.deid.recognizers.linear import compiled
from plummer.deid.tagger.lexicon import lexicon

#: What of these could stand in a text; in most there is nothing, and RE2 says so at once.
_IN_NUMBERS: Final = r"\d[-./]?[oOlI]|[oOlI][-./]?\d|\bS[-./]\d"
_IN_WORDS: Final = (
    r"[A-Za-z][015]['A-Za-z]|[A-Za-z]{3}[015]|\b[015][A-Za-z]{3}|\b0['A-Za-z]|[A-Z]\.[ ]0\."
    r"|\bl[bcdfghjkmnpqrstvwxz][a-z]{3}"
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
_ONE_IN: Final = re.compile(r"(?<=[A-Za-z][a-z])1(?=[a-z]{2})")
_CHAIN: Final = re.compile(r"(?<![A-Za-z0-9])[0-9OolIS]++(?:[-./][0-9OolIS]++)*+([A-Za-z0-9]?)")
_SLASHED: Final = re.compile(r"[0-9OolIS]{1,2}/[0-9OolI]{1,2}(?:/(?:[0-9OolI]{2}){1,2})?")
_VOLUME: Final = re.compile(r"\d+(?:[.-]\d+)?l")
_TRIPLE: Final = re.compile(r"\d[OolI]\d|[OlI]\d\d")
_DIGITS: Final = str.maketrans("OolIS", "00115")
_DIGITS_BUT_S: Final = str.maketrans("OolI", "0011")
_MIXED: Final = re.compile(r"(?<![A-Za-z0-9])(?=[a-zA-Z]*[015])[A-Za-z015]{4,}(?![A-Za-z0-9])")
_SMALL: Final = str.maketrans("015", "ols")
_LARGE: Final = str.maketrans("015", "OIS")
_ELL: Final = re.compile(r"\bl(?=[bcdfghjkmnpqrstvwxz])[a-z]{4,}")
_MOST: Final = 2


def unscanned(text: str) -> str:
    """The text with such numbers and words as they were meant.

    Args:
        text: a shadow.

    Example:
        >>> unscanned("lnfusion norma1, Ph 7O3-555-Ol46, 9/ll, on O2 at 2l, day1")
        'Infusion normal, Ph 703-555-0146, 9/11, on O2 at 2l, day1'
    """
    data = text.encode("ascii", "replace")
    if compiled(_IN_NUMBERS).search(data):
        text = _ONE.sub("1", _OH.sub("0", text))
        text = _CHAIN.sub(lambda match: match.group() if match.group(1) else _number(match.group()), text)
    if compiled(_IN_WORDS).search(data):
        for pattern, letter in ((_NOUGHT, "o"), (_LEADING, "O"), (_ONE_IN, "l")):
            text = pattern.sub(letter, text)
        text = _MIXED.sub(lambda match: _word(match.group()), text)
        text = _ELL.sub(lambda match: _begun(match.group()), text)
    return text


def _number(chain: str) -> str:
    """A chain of digits and their look-alikes as digits, where enough of it are."""
    digits = sum(map(str.isdecimal, chain))
    plain = sum(map(str.isalnum, chain))
    if digits == plain or not digits or _VOLUME.fullmatch(chain):
        return chain
    slashed = plain > _MOST and _SLASHED.fullmatch(chain) is not None
    if not slashed and not (digits >= _MOST and (plain > 3 or _TRIPLE.fullmatch(chain))):
        return chain
    scanned = slashed or not {"O", "o", "l", "I"}.isdisjoint(chain)
    return chain.translate(_DIGITS if scanned else _DIGITS_BUT_S)


@lru_cache(maxsize=16384)
def _word(word: str) -> str:
    """A word with digits in it as a list has it; as it stands where none does."""
    letters = [char for char in word if char.isalpha()]
    if len(letters) < 3:
        return word
    meant = word.translate(_LARGE if sum(map(str.isupper, letters)) > 1 else _SMALL)
    return meant if meant.lower() in lexicon() else word


@lru_cache(maxsize=16384)
def _begun(word: str) -> str:
    """A word whose large I came out as a small L."""
    known = lexicon()
    return f"I{word[1:]}" if word not in known and f"i{word[1:]}" in known else word
