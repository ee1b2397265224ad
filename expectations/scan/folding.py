"""One form of text in which equal names are equal: folded words between single spaces.

Case, diacritics, width, invisible characters and every separator are folded away, so that a needle
matches however its words are written or joined, and a whole word is what stands between two spaces.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

SEPARATOR: Final = "\n\x1e\n"
"""Put between values that are searched in one go; its middle survives folding, so that no needle
matches across two values."""

_KEPT: Final = b"\x1e"[0]
_TABLE: Final = bytes(
    byte if byte >= 0x80 or byte == _KEPT or chr(byte).isalnum() else 0x20 for byte in range(256)
).lower()
_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
# Scripts written without spaces: each character is a word of its own, else no name in running
# Chinese, Japanese, Thai, Lao, Burmese, Khmer or (with its particles) Korean text would be whole.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Letters that Unicode doesn't decompose, written as people do without the key.
_PLAIN: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
        "ŧ": "t",
    }
)


def fold(text: str) -> str:
    r"""Fold text into words between single spaces, with a space at both ends.

    Example:
        >>> fold("Müller-LÜDENSCHEIDT,\tJosé")
        ' muller ludenscheidt jose '
        >>> fold("患者王小明") == fold("患者 王 小 明"), fold("Ja\u200bne")
        (True, ' jane ')
    """
    if not text.isascii():
        text = _NON_ASCII.sub(_fold_match, text)
    words = text.encode().translate(_TABLE).split()
    return f" {b' '.join(words).decode()} "


def slices(text: str, size: int = 1 << 17, overlap: int = 1024) -> Iterator[str]:
    """A text in pieces that stay in the processor's cache (ten times faster), cut at spaces, overlapping.

    Example:
        >>> list(slices("one two three four", size=10, overlap=5))
        ['one two ', ' two three ', ' four']
    """
    start = 0
    while len(text) - start > size:
        cut = _space_before(text, start + overlap, start + size)
        yield text[start : cut + 1]
        back = text.find(" ", max(start, cut - overlap), cut)
        start = back if back > start else cut
    yield text[start:]


def _space_before(text: str, start: int, end: int) -> int:
    """The last space or line end in a range, else the first one after it, else the text's end."""
    cut = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
    if cut < 0:
        after = [place for place in (text.find(" ", end), text.find("\n", end)) if place >= 0]
        cut = min(after, default=len(text) - 1)
    return cut


def tokens_of(text: str) -> list[str]:
    """The folded words of a text.

    Example:
        >>> tokens_of("O'Neil, Mary-Ann")
        ['o', 'neil', 'mary', 'ann']
    """
    return fold(text.replace("\x1e", " ")).split()


def _fold_match(match: re.Match[str]) -> str:
    return _fold_run(match[0])


@lru_cache(maxsize=65536)
def _fold_run(run: str) -> str:
    """Fold a run of characters beyond ASCII; marks vanish, so a run needn't hold its base letter."""
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", run) if unicodedata.category(char) not in _INVISIBLE
    )
    # Hangul decomposes into letters that are no marks; composing again gives syllables back.
    folded = unicodedata.normalize("NFC", bare).casefold().translate(_PLAIN)
    spaced = "".join(char if char.isalnum() else " " for char in folded)
    return _UNSPACED.sub(r" \g<0> ", spaced)


_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})
