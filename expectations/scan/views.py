"""Other readings of a text: escapes undone, entities resolved, tags removed.

Each reading is searched beside the text itself, so undoing too much costs time and hides nothing.
"""

import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from plummer.expectations.scan.folding import SEPARATOR

_ROUNDS: Final = 8
"""Layers of escapes within escapes (a Delta log's statistics are JSON in JSON)."""
_CODE: Final = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_TAG: Final = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_ENTITY: Final = re.compile(r"&#?[a-zA-Z0-9]{2,31};?")
# begins with a character that the search can skip to; a repeated group is tried at every place
_PERCENT: Final = re.compile(r"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
_PUNCTUATION: Final = (
    ("\\n", "\n"),
    ("\\r", "\r"),
    ("\\t", "\t"),
    ("\\f", " "),
    ("\\b", " "),
    ('\\"', '"'),
    ("\\/", "/"),
)


def views(text: str) -> Iterator[tuple[str, str]]:
    r"""Every other reading of a text, with the name of the last layer undone.

    Example:
        >>> list(views(r'{"stats": "{\"max\": \"J\\u0061ne\"}"}'))[-1]
        ('json', '{"stats": "{"max": "Jane"}"}')
        >>> list(views("<p>J&#97;ne <b>Pub</b>lic</p>"))[-1]
        ('html', 'Jane Public')
        >>> list(views("plain"))
        []
    """
    for _ in range(_ROUNDS):
        before = text
        for name, mark, undo in _LAYERS:
            if mark in text and (undone := undo(text)) != text:
                # Only lines that hold the mark read differently; the others are searched already, but go
                # on to the next layer, since each line may be written in a way of its own.
                yield name, _touched(undone, text, mark)
                text = undone
        if text == before:
            break
    if "<" in text and _TAG.search(text):
        # no tag goes on from one value into the next
        tagged = SEPARATOR.join(value for value in text.split(SEPARATOR) if "<" in value)
        yield "html", _TAG.sub(" ", tagged)
        yield "html", _TAG.sub("", tagged)


def _touched(undone: str, text: str, mark: str) -> str:
    """The reading of the lines that hold the mark, where lines are many and few hold it."""
    lines = text.split("\n")
    marked = [line for line in lines if mark in line]
    if len(marked) * 2 > len(lines):
        return undone
    return _UNDO[mark]("\n".join(marked))


def _unescape(text: str) -> str:
    r"""JSON's escapes, and Python's ``\\xNN``; a doubled backslash shields what follows it."""
    shielded = text.replace("\\\\", "\x00")
    for escape, char in _PUNCTUATION:
        shielded = shielded.replace(escape, char)
    if "\\u" in shielded or "\\x" in shielded:
        shielded = _pairs(_CODE.sub(lambda match: chr(int(match[1] or match[2], 16)), shielded))
    return shielded.replace("\x00", "\\")


def _pairs(text: str) -> str:
    """Surrogate pairs made one character, halves replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unquote(text: str) -> str:
    return _PERCENT.sub(lambda match: unquote(match[0], errors="replace"), text)


def _entities(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


_LAYERS: Final = (("json", "\\", _unescape), ("url", "%", _unquote), ("html", "&", _entities))
_UNDO: Final = {mark: undo for _, mark, undo in _LAYERS}
