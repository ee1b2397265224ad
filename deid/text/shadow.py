# ruff: noqa: RUF001 (look-alikes are what this file is about)
"""The shadow of a text: what the recognizers read in its place.

Patterns that run in linear time are easiest to trust when they see plain ASCII. The shadow folds accents,
typographic quotes and dashes, no-break spaces, full-width and other digits and the commonest look-alike
letters, drops zero-width characters and combining marks, and closes up tags that a former pass has
left, so that a second pass sees no more than the first one did. It keeps the way back to the input's
code points.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from plummer.deid.text.mend import mended
from plummer.deid.text.spans import TYPES

#: Stands for a tag or a found identifier; no pattern matches it.
FILLER: Final = "\x00"

_TAG: Final = re.compile(r"\[(?:" + "|".join(TYPES) + r"|DAY \d{1,6}|AGE 90\+)\]")
_BY_HAND: Final = {
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("‘’‚‛ʼʻ′`´＇", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "t", "Þ": "T",
    "ı": "i", "æ": "a", "Æ": "A", "œ": "o", "Œ": "O", "ß": "s", "ħ": "h", "Ħ": "H", "ə": "e", "Ə": "E",
    "\x00": " ", "\u2028": "\n", "\u2029": "\n", "\x85": "\n",
}  # fmt: skip
# Cyrillic and Greek letters that look like Latin ones.
_LOOK_ALIKE: Final = dict(
    zip("аеорсухіѕјАВЕКМНОРСТХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxisjABEKMHOPCTXISJABEZHIKMNOPTYXo", strict=True)
)


def _fold_char(char: str) -> str | None:
    """The shadow of one non-ASCII character; None to drop it."""
    if (by_hand := _BY_HAND.get(char) or _LOOK_ALIKE.get(char)) is not None:
        return by_hand
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf"}:
        return None
    if category == "Nd":
        return str(unicodedata.digit(char))
    plain = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
    if len(plain) != 1:
        return char
    return _BY_HAND.get(plain[0], plain[0])


class _Table(dict[int, str | int | None]):
    """A translation table that works out a character when it first meets it."""

    def __missing__(self, code: int) -> str | int | None:
        self[code] = folded = code if 0 < code < 128 else _fold_char(chr(code))
        return folded


_TABLE: Final = _Table()


def fold(text: str) -> str:
    """Text as the recognizers read it, case kept; not always of the same length.

    Example:
        >>> fold("Þóra Jónsdóttir")
        'Tora Jonsdottir'
    """
    return text if text.isascii() and FILLER not in text else text.translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A folded text and the way back.

    Attributes:
        text: the folded text; tags and masked spans are one `FILLER` each.
        back: for each code point of ``text`` the offset in the input, and the input's length at the
            end; None where the offsets are the same.
    """

    text: str
    back: tuple[int, ...] | None = field(default=None, repr=False)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the input of a half-open range of the shadow.

        The end is where the next code point of the shadow begins, so that combining marks and
        zero-width characters behind the last letter go with it.
        """
        if self.back is None:
            return start, end
        return self.back[start], self.back[end]


def cast(text: str, masked: Iterable[tuple[int, int]] = (), *, mend: bool = True) -> Shadow:
    r"""The shadow of ``text`` with tags, and the ranges in ``masked``, closed up to one filler each.

    Args:
        text: the input.
        masked: half-open ranges of the input, sorted and apart.
        mend: read what a scanner or a line's end broke as it was meant; what the record names is looked for
            as it is written too.

    Example:
        >>> cast("Zoe\u0308 saw [NAME]").text
        'Zoe saw \x00'
    """
    holes = (
        sorted([*masked, *((m.start(), m.end()) for m in _TAG.finditer(text))]) if "[" in text else [*masked]
    )
    if not holes:
        folded = fold(text)
        if len(folded) == len(text):
            return meant(Shadow(folded), len(text)) if mend else Shadow(folded)
    parts: list[str] = []
    back: list[int] = []
    position = 0
    for start, end in [*holes, (len(text), len(text))]:
        if start >= position:
            _append(text, position, start, parts, back)
            position = end
            if start < len(text):
                parts.append(FILLER)
                back.append(start)
    shadow = Shadow("".join(parts), (*back, len(text)))
    return meant(shadow, len(text)) if mend else shadow


def meant(shadow: Shadow, length: int) -> Shadow:
    """A shadow of an input of some length, mended; the same as `cast` gives with ``mend``.

    Example:
        >>> meant(cast("Dr. J0hnson", mend=False), 11).text
        'Dr. Johnson'
    """
    text, places = mended(shadow.text)
    if places is None:
        return Shadow(text, shadow.back)
    back = shadow.back or range(length)
    return Shadow(text, (*(back[place] for place in places), length))


def _append(text: str, start: int, end: int, parts: list[str], back: list[int]) -> None:
    piece = text[start:end]
    folded = fold(piece)
    parts.append(folded)
    if len(folded) == len(piece):
        back.extend(range(start, end))
    else:
        back.extend(start + i for i, char in enumerate(piece) if fold(char))
