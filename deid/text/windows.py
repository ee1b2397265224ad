# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Cutting long notes into windows, so that no recognizer sees more than 8,000 characters at once."""

from collections.abc import Iterator
from typing import Final

SIZE: Final = 8_000
OVERLAP: Final = 256


def windows(text: str, size: int = SIZE, overlap: int = OVERLAP) -> Iterator[tuple[int, int]]:
    """Half-open ranges that cover the text and overlap, cut at a line's end or a blank where one is near.

    Example:
        >>> list(windows("short"))
        [(0, 5)]
    """
    start = 0
    while True:
        end = min(start + size, len(text))
        if end == len(text):
            yield start, end
            return
        floor = end - size // 4
        cut = max(text.rfind("\n", floor, end), floor)
        if cut == floor:
            cut = max(text.rfind(" ", floor, end), floor)
        end = cut + 1 if cut > floor else end
        yield start, end
        start = _resume(text, end, overlap)


def _resume(text: str, end: int, overlap: int) -> int:
    """Where the next window begins: at least ``overlap`` before ``end``, at a line's or word's start if near."""
    latest = end - overlap
    line = text.rfind("\n", latest - overlap, latest)
    blank = line if line >= 0 else text.rfind(" ", latest - overlap, latest)
    return blank + 1 if blank >= 0 else latest
