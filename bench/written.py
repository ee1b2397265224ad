"""Notes written by hand for measuring: each in a style and with names of its own, identifiers marked.

``written/mended.txt`` holds notes on whose misses rules were mended, ``written/fresh.txt`` notes whose
misses nobody looked at. In both ``### NUMBER STYLE`` heads a note and
``{{TYPE|value}}`` marks an identifier. Titles, degrees, bare years and relative days are none.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from plummer.deid.evaluate import GoldNote
from plummer.deid.evaluate.model import GoldSpan

FOLDER: Final = Path(__file__).resolve().parent / "written"
SETS: Final = ("mended", "fresh")
_HEAD: Final = re.compile(r"^### (\d+) ?(\S*)\n", re.MULTILINE)
_MARK: Final = re.compile(r"\{\{([A-Z_]+)\|(.*?)\}\}", re.DOTALL)


def written(name: str) -> tuple[GoldNote, ...]:
    """The notes of a set.

    Args:
        name: ``mended`` or ``fresh``.
    """
    parts = _HEAD.split((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))[1:]
    return tuple(
        _note(f"{name}-{number}", style, body)
        for number, style, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


def _note(name: str, style: str, body: str) -> GoldNote:
    pieces = list(_pieces(body))
    text, spans = "", []
    for kind, piece in pieces:
        if kind:
            spans.append(GoldSpan(len(text), len(text) + len(piece), kind))
        text += piece
    return GoldNote(name, text, tuple(spans), style=style)


def _pieces(body: str) -> Iterator[tuple[str, str]]:
    """Stretches of the text with their types, ``""`` for none."""
    at = 0
    for match in _MARK.finditer(body):
        yield "", body[at : match.start()]
        yield match[1], match[2]
        at = match.end()
    yield "", body[at:]
