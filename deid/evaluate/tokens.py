"""The scorer's tokens: runs of letters and digits; where words aren't parted by blanks, each letter."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

# Thai, Lao, Burmese, Khmer, kana, Han: a run would be a whole sentence
_SOLO: Final = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_RARE: Final = "[\U00020000-\U0003ffff]"
_PLAIN: Final = re.compile("[A-Za-z0-9]+")


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    """Combining marks and zero-width characters stay with the letter before them.

    A set within the basic plane is one look-up for Python's engine, one beyond it a search.
    """
    codes = (chr(code) for code in range(0x300, 0x10000))
    marks = "".join(char for char in codes if unicodedata.category(char) in ("Mn", "Mc", "Cf"))
    # no possessive quantifiers: Python 3.11 before 3.11.5 goes wrong on them (CPython gh-106052)
    mark = f"[{re.escape(marks)}]*"
    letter = rf"(?:[A-Za-z0-9]|(?![\x00-\x7f])(?!{_SOLO}|{_RARE})\w)"
    return re.compile(rf"(?:{letter}{mark})+|(?:{_SOLO}|{_RARE}){mark}")


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each token, in order.

    Example:
        >>> list(tokens("Dr. O'Neil, 5/12"))
        [(0, 2), (4, 5), (6, 10), (12, 13), (14, 16)]
    """
    pattern = _PLAIN if text.isascii() else _token()
    return (found.span() for found in pattern.finditer(text))
