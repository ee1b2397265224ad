"""What single edits do to notes: slips of the keyboard, another case, blanks that became something else.

Each is what somebody does to one word and a tagger must not mind (D-10), here and there in the whole note.
"""

import random
from collections.abc import Callable

#: Characters, each with the number of the identifier that it belongs to (-1: none).
Marked = tuple[list[str], list[int]]


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
    case: Callable[[str], str] = str
    for char, mark in zip(*text, strict=True):
        if char.isspace():
            case = rng.choices((str, str.upper, str.lower), (93, 4, 3))[0]
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
