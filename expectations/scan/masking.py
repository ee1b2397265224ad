"""Hides what a path or a place gives away before it is printed."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

MASK: Final = "***"
_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 40


class Masker:
    """Masks the parts of a path in which something is found.

    Args:
        finds: tells whether a text holds any needle, in any form or encoding.

    Example:
        >>> masker = Masker(lambda text: "jane" in text.lower())
        >>> masker("/data/name=Jane_x/part-0.parquet"), masker("a/b")
        ('/data/name=***_x/part-0.parquet', 'a/b')
    """

    def __init__(self, finds: Callable[[str], bool]) -> None:
        self._finds = finds
        self._part = lru_cache(maxsize=65536)(self._mask)

    def __call__(self, path: str) -> str:
        """The path with its matching parts masked."""
        masked = "/".join(self._part(part) for part in path.split("/"))
        # A value that holds a slash lies across parts; then no part can be shown.
        return MASK if self._finds(masked) else masked

    def _mask(self, part: str) -> str:
        if not part or not self._finds(part):
            return part
        spans = [match.span() for match in _WORD.finditer(part)]
        masked = part if len(spans) > _LONGEST else self._mask_words(part, spans)
        return MASK if self._finds(masked) else masked

    def _mask_words(self, part: str, spans: list[tuple[int, int]]) -> str:
        """Mask the shortest runs of words that are found by themselves, from the right."""
        for length in range(1, len(spans) + 1):
            for first in range(len(spans) - length, -1, -1):
                start, end = spans[first][0], spans[first + length - 1][1]
                if MASK not in part[start:end] and self._finds(part[start:end]):
                    return self._mask(part[:start] + MASK + part[end:])
        return MASK
