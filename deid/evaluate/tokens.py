"""The scorer's tokens: runs of letters and digits; where words aren't parted by blanks, each letter."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

# Thai, Lao, Burmese, Khmer, kana, Han: a run would be a whole sentence
_SOLO: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)  # fmt: skip


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    """Combining marks and zero-width characters stay with the letter before them."""
    marks = "".join(
        chr(code) for code in range(0x300, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Mn", "Mc", "Cf")
    )  # fmt: skip
    mark = f"[{re.escape(marks)}]"
    return re.compile(rf"[{_SOLO}]{mark}*|(?:(?![{_SOLO}_])\w{mark}*)+")


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each token, in order.

    Example:
        >>> list(tokens("Dr. O'Neil, 5/12"))
        [(0, 2), (4, 5), (6, 10), (12, 13), (14, 16)]
    """
    return (found.span() for found in _token().finditer(text))
