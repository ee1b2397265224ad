"""Telling a long text that is no note: pages of marks, numbers without words, data without blanks."""

import re
from typing import Final

#: Up to here, one window, any text is looked at: the slowest takes under two seconds.
_LONG: Final = 8_000
#: Up to here the same few words over and over are taken for a note.
_PAGES: Final = 40_000
_MOST: Final = 0.4  # of marks; the same one over and over, as in a table's lines, is one
_SAME: Final = 500  # times each word, on average
_FEW: Final = 60  # beginnings of three characters
_SPEECH: Final = 0.05  # of words of three letters and more; a long sheet of vital signs has more
_SOLID: Final = 0.5  # of stretches without a blank that no word fills
_RULED: Final = 2  # characters that a line between parts is made of

_WORDS: Final = re.compile(r"\S+")
_MARKS: Final = re.compile(r"([^\w\s])\1*")
_SPOKEN: Final = re.compile(r"[^\W\d_]{3,}|[^\x00-\u02ff\W\d_]")  # a letter of other scripts may be a word
_DATA: Final = re.compile(r"[!-~]{60,}")


def wordless(text: str) -> bool:
    """Whether a text of more than 8,000 characters is no note; one that repeats itself, of more than 40,000.

    Such a text costs a token for each mark and may need many looks until nothing is left to find; ``1O/``
    over and over takes seconds for each page.

    Example:
        >>> wordless("1O/" * 3000), wordless("BP 120/80, pulse 72. " * 10)
        (True, False)
    """
    return len(text) > _LONG and (_marks(text) or _solid(text) or (len(text) > _PAGES and _poor(text)))


def _marks(text: str) -> bool:
    """Whether it has marks in the place of words."""
    spoken = sum(len(run) for run in _SPOKEN.findall(text))
    return len(_MARKS.findall(text)) > _MOST * len(text) or spoken < _SPEECH * len(text)


def _poor(text: str) -> bool:
    """Whether it says the same over and over: a text of any language shows hundreds of beginnings."""
    words = _WORDS.findall(text)
    seen = {text[at : at + 3] for at in range(0, len(text), 7)}
    return len(words) > _SAME * len(set(words)) or len(seen) < _FEW


def _solid(text: str) -> bool:
    """Whether most of it is data in one piece, as of a picture; a line between parts of a note is none."""
    solid = (run for run in _DATA.findall(text) if len(set(run)) > _RULED)
    return sum(map(len, solid)) > _SOLID * len(text)
