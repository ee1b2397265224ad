"""Notes written by hand for measuring: each in a style and with names of its own, identifiers marked.

On the misses of ``written/mended.txt`` rules were mended, and most of its wording, with other names and
numbers, is training text. The misses of the others nobody looked at: ``fresh.txt`` is of the hand that wrote
the training styles, ``far.txt`` and ``mail.txt`` of others who knew neither rules nor training text;
``far.txt`` is as hard as its writer could make it (scans in which every 0 is an O, numbers said digit by
digit, lost blanks), ``mail.txt`` as notes come. In all ``### NUMBER STYLE`` heads a note and
``{{TYPE|value}}`` marks an identifier. Titles, degrees, bare years and relative days are none; a time behind
a day is neither right nor wrong to remove.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from plummer.deid.evaluate import GoldNote
from plummer.deid.evaluate.model import GoldSpan

FOLDER: Final = Path(__file__).resolve().parent / "written"
SETS: Final = ("mended", "fresh", "far", "mail")
_HEAD: Final = re.compile(r"^### (\d+) ?(\S*)\n", re.MULTILINE)
_MARK: Final = re.compile(r"\{\{([A-Z_]+)\|(.*?)\}\}", re.DOTALL)
_TIME: Final = re.compile(r"[ ,@]{1,3}(?:at )?(\d{1,2}:\d{2}(?::\d{2})?(?:\s?[apAP]\.?[mM]\b\.?)?|\d{4}\b)")


def written(name: str) -> tuple[GoldNote, ...]:
    """The notes of a set.

    Args:
        name: one of `SETS`.
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
        elif spans and spans[-1].label == "DATE" and (time := _TIME.match(piece)):
            spans.append(GoldSpan(len(text) + time.start(1), len(text) + time.end(1), "TIME_OF_DAY"))
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
