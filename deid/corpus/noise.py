# ruff: noqa: E501 (lists are easier to read on one line)
"""What happens to notes on their way: capitals, scans, dictation, wraps, lost blanks and stray mark-up.

A text travels as its characters, each with the number of the identifier that it belongs to (-1: none), so
that spans stay right whatever is added or lost.
"""

import random
from collections.abc import Callable, Mapping
from typing import Final

from plummer.deid.corpus.slips import Marked, edited, mistyped, narrow, slipped, titled

_OCR: Final = {
    "l": "1I", "I": "l1", "1": "lI", "0": "O", "O": "0", "o": "0", "5": "S", "S": "5", "8": "B", "B": "8", "e": "c", "c": "e", "h": "b", "b": "h", "n": "u",
    "u": "n", "a": "o", "f": "t", "t": "f", "g": "q", "q": "g", "i": "1", "Z": "2", "2": "Z", "6": "G", "G": "6", "m": "n", "D": "O", "y": "v",
}  # fmt: skip
_SPOKEN: Final = {".": " period", ",": " comma", ":": " colon", "/": " slash ", "-": " dash "}


def upper(text: Marked, _: random.Random) -> Marked:
    """Capitals throughout."""
    return [c.upper() if len(c.upper()) == 1 else c for c in text[0]], text[1]


def lower(text: Marked, _: random.Random) -> Marked:
    """Small letters throughout."""
    return [c.lower() if len(c.lower()) == 1 else c for c in text[0]], text[1]


def ocr(text: Marked, rng: random.Random) -> Marked:
    """Letters and digits taken for their look-alikes, sometimes a blank lost or added."""
    share = rng.choice((0.008, 0.015, 0.03))
    chars, marks = [], []
    for char, mark in zip(*text, strict=True):
        roll = rng.random()
        if roll < share and char in _OCR:
            chars.append(rng.choice(_OCR[char]))
        elif roll < share * 1.1 and char == " ":
            continue
        else:
            chars.append(char)
        marks.append(mark)
        if char == "m" and roll > 1 - share:
            chars[-1:] = ["r", "n"]
            marks.append(mark)
    return chars, marks


def dictated(text: Marked, rng: random.Random) -> Marked:
    """Small letters without marks, or with the marks spoken, as a draft of speech recognition."""
    spoken = rng.random() < 0.4
    chars: list[str] = []
    marks: list[int] = []
    for char, mark in zip(*text, strict=True):
        if char in ".,;:" and (mark < 0 or char in ".,"):
            if spoken and mark < 0 and char in _SPOKEN and rng.random() < 0.6:
                chars += _SPOKEN[char]
                marks += [-1] * len(_SPOKEN[char])
            continue
        chars.append(char.lower() if len(char.lower()) == 1 else char)
        marks.append(mark)
    return chars, marks


def wrapped(text: Marked, rng: random.Random) -> Marked:
    """Hard line ends at a width, within names too."""
    width = rng.choice((40, 62, 62, 72, 76, 80))
    chars = list(text[0])
    start, blank = 0, -1
    for index, char in enumerate(chars):
        if char == "\n":
            start, blank = index + 1, -1
        elif char == " ":
            if index - start > width and blank > start:
                chars[blank] = "\n"
                start = blank + 1
            blank = index
    return chars, text[1]


def squashed(text: Marked, rng: random.Random) -> Marked:
    """Blanks behind marks lost, line ends become blanks."""
    chars, marks = [], []
    previous = ""
    lines = rng.random() < 0.5
    for char, mark in zip(*text, strict=True):
        if char == " " and previous in ":;,." and mark < 0 and rng.random() < 0.5:
            continue
        chars.append(" " if char == "\n" and lines else char)
        marks.append(mark)
        previous = char
    return chars, marks


def marked_up(text: Marked, rng: random.Random) -> Marked:
    """Line ends as ``<br>``, some blanks as ``&nbsp;``, some words in bold."""
    chars: list[str] = []
    marks: list[int] = []
    for char, mark in zip(*text, strict=True):
        add = char
        if char == "\n":
            add = rng.choice(("<br>", "<br/>\n", "</p><p>", "\n"))
        elif char == " " and rng.random() < 0.03:
            add = "&nbsp;"
        elif char == "&" and rng.random() < 0.5:
            add = "&amp;"
        chars += add
        marks += [mark] * len(add)
    return chars, marks


def spaced(text: Marked, rng: random.Random) -> Marked:
    """Two blanks for one, tabs and no-break spaces here and there."""
    chars: list[str] = []
    marks: list[int] = []
    for char, mark in zip(*text, strict=True):
        add = char
        if char == " ":
            add = rng.choices((" ", "  ", "\t", "\u00a0"), (85, 9, 4, 2))[0]
        chars += add
        marks += [mark] * len(add)
    return chars, marks


Noise = Callable[[Marked, random.Random], Marked]
NOISES: Final[Mapping[str, tuple[Noise, ...]]] = {
    "none": (),
    "caps": (upper,),
    "lower": (lower,),
    "ocr": (ocr,),
    "asr": (dictated,),
    "wrapped": (wrapped,),
    "squash": (squashed,),
    "html": (marked_up,),
    "blanks": (spaced,),
    "ocr_caps": (ocr, upper),
    "ocr_wrapped": (ocr, wrapped),
    "caps_wrapped": (upper, wrapped),
    "title": (titled,),
    "typo": (mistyped,),
    "edits": (edited,),
    "narrow": (narrow,),
    "asr_wrapped": (dictated, wrapped),
    "typo_lower": (mistyped, lower),
    "slip": (slipped,),
}
#: How often each comes; development text keeps to these, so that its figures compare from one model to the next.
WEIGHTS: Final = {
    "none": 30,
    "caps": 9,
    "lower": 8,
    "ocr": 10,
    "asr": 9,
    "wrapped": 14,
    "squash": 6,
    "html": 3,
    "blanks": 3,
    "ocr_caps": 2,
    "ocr_wrapped": 4,
    "caps_wrapped": 3,
}
TRAINING_WEIGHTS: Final = {
    **WEIGHTS,
    "title": 1,
    "typo": 5,
    "edits": 5,
    "narrow": 2,
    "asr_wrapped": 1,
    "typo_lower": 2,
    "slip": 12,
}


def spans_of(marks: list[int]) -> list[tuple[int, int, int]]:
    """Start, end and number of every run of characters of one identifier."""
    out: list[tuple[int, int, int]] = []
    for at, mark in enumerate(marks):
        if mark < 0:
            continue
        if out and out[-1][2] == mark:
            out[-1] = (out[-1][0], at + 1, mark)
        else:
            out.append((at, at + 1, mark))
    return out
