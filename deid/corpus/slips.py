"""What single edits do to notes: slips of the keyboard, another case, blanks that became something else.

Each is what somebody does to one word and a tagger must not mind (D-10), here and there in the whole note.
"""

import random
import re
from collections.abc import Callable
from typing import Final

#: Characters, each with the number of the identifier that it belongs to (-1: none).
Marked = tuple[list[str], list[int]]
_CASES: Final[tuple[Callable[[str], str], ...]] = (str, str.upper, str.lower)
#: Shares of identifiers with a slip, of ordinary words that go small, and of those before an identifier.
_SLIPS: Final = 0.45
_SMALL: Final = 0.08
_SMALL_BESIDE: Final = 0.3


def titled(text: Marked, _: random.Random) -> Marked:
    """Every Word With A Capital."""
    out, previous = [], " "
    for char in text[0]:
        changed = char.lower() if previous.isalpha() or previous == "'" else char.upper()
        out.append(changed if len(changed) == 1 else char)
        previous = char
    return out, text[1]


def mistyped(text: Marked, rng: random.Random) -> Marked:
    """Slips of the keyboard: letters swapped, lost, doubled or in the other case."""
    share = rng.choice((0.004, 0.008, 0.015))
    chars, marks = [*text[0]], [*text[1]]
    at = 1
    while at < len(chars) - 1:
        if chars[at].isalpha() and rng.random() < share:
            slip = rng.randrange(4)
            if slip == 0 and chars[at + 1].isalpha() and marks[at] == marks[at + 1]:
                chars[at], chars[at + 1] = chars[at + 1], chars[at]
            elif slip == 1 and (marks[at] < 0 or marks[at - 1] == marks[at]):
                del chars[at], marks[at]
            elif slip == 2:
                chars.insert(at, chars[at])
                marks.insert(at, marks[at])
            elif len(chars[at].swapcase()) == 1:
                chars[at] = chars[at].swapcase()
        at += 1
    return chars, marks


def edited(text: Marked, rng: random.Random) -> Marked:
    """Words in another case, blanks that became line ends, tabs or two blanks, here and there."""
    chars: list[str] = []
    marks: list[int] = []
    case = _CASES[0]
    for char, mark in zip(*text, strict=True):
        if char.isspace():
            case = rng.choices(_CASES, (93, 4, 3))[0]
        add = case(char)
        if char == " ":
            add = rng.choices((" ", "\n", "  ", "\t", "\u00a0", " \n "), (90, 4, 2, 2, 1, 1))[0]
        add = add if len(add) == 1 or char == " " else char
        chars += add
        marks += [mark] * len(add)
    return chars, marks


def narrow(text: Marked, rng: random.Random) -> Marked:
    """Line ends every few words, as in a column of a table."""
    width = rng.choice((12, 18, 24, 30))
    chars, used = list(text[0]), 0
    for at, char in enumerate(chars):
        used = 0 if char == "\n" else used + 1
        if char == " " and used > width:
            chars[at], used = "\n", 0
    return chars, text[1]


def slipped(text: Marked, rng: random.Random) -> Marked:
    """One edit to some identifiers amid text that is as it was; now and then a word beside goes small too."""
    chars, marks = [*text[0]], [*text[1]]
    at = 0
    while at < len(chars):
        end = next((i for i in range(at, len(chars)) if marks[i] != marks[at]), len(chars))
        if marks[at] < 0:
            chars[at:end] = _words_small(chars[at:end], rng)
        elif rng.random() < _SLIPS:
            chars[at:end] = rng.choices(_EDITS, (6, 1, 3, 1))[0](chars[at:end], rng)
        at = end
    return chars, marks


def _words_small(chars: list[str], rng: random.Random) -> list[str]:
    """Some words in small letters, the last one more often: it is the title or label of what follows."""
    words = re.split(r"(\s+)", "".join(chars))
    last = max((i for i, word in enumerate(words) if word.strip()), default=-1)
    for i, word in enumerate(words):
        if rng.random() < (_SMALL_BESIDE if i == last else _SMALL) and len(word.lower()) == len(word):
            words[i] = word.lower()
    return [*"".join(words)]


def _small(chars: list[str], _: random.Random) -> list[str]:
    return [c.lower() if len(c.lower()) == 1 else c for c in chars]


def _large(chars: list[str], _: random.Random) -> list[str]:
    return [c.upper() if len(c.upper()) == 1 else c for c in chars]


def _swapped(chars: list[str], rng: random.Random) -> list[str]:
    places = [i for i in range(1, len(chars) - 1) if chars[i].isalpha() and chars[i + 1].isalpha()]
    if places:
        at = rng.choice(places)
        chars[at], chars[at + 1] = chars[at + 1], chars[at]
    return chars


def _cut(chars: list[str], rng: random.Random) -> list[str]:
    """A blank that became a line end or a tab."""
    blanks = [i for i, char in enumerate(chars) if char == " "]
    if blanks:
        chars[rng.choice(blanks)] = rng.choice("\n\n\t")
    return chars


_EDITS: Final = (_small, _large, _swapped, _cut)
