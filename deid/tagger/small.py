"""Small letters amid mixed case: a word counts by those beside it, where it couldn't by itself.

`bar` asks much of an English word in small letters that stands alone, and rightly: there are many, and
hardly one names anybody. But an identifier typed in small letters is a run of words, and the tagger is
seldom sure of each: ``colleen maureen o'connor``, ``long island city sunrise health center``. Beside a
word in small letters that counts, or another likely one, a likely word of the same kind needs no more than
a capitalised one.
"""

import itertools
from collections.abc import Sequence
from typing import Final

from plummer.deid.recognizers.words import is_plain, word_list
from plummer.deid.tagger.tokens import Atom

#: What a word needs beside one that counts, and the likelier of two that don't count by themselves.
BESIDE: Final = 0.05
_EITHER: Final = 0.15
#: Labels of identifiers that are written in words.
_WORDY: Final = frozenset({"NAME", "ORG", "CITY", "STREET"})
_PLACES: Final = frozenset("ck")
#: Everyday words that only stand between others of an identifier: ``clinic of great river``.
_LINKS: Final = frozenset(
    ["the", "and", "our", "for", "of", "at", "in", "on", "with", "from", "to", "by", "a"]
)
#: What the tagger must think of an everyday word in an institution or a town.
_PLAIN: Final = 0.3
_NEVER: Final = 2.0
_MARKS: Final = ",.'-"


def counting(
    atoms: Sequence[Atom], labels: Sequence[str], chances: Sequence[float], bars: Sequence[float]
) -> list[bool]:
    """Which tokens of a segment count as identifiers.

    Args:
        atoms: the tokens.
        labels: the likeliest of each.
        chances: of each to be an identifier.
        bars: what each needs by itself; see `bar`.

    Example:
        >>> atoms = [(w, "s", "", "", "m", False, f) for w, f in (("colleen", "2gn"), ("park", "1abcikny"))]
        >>> counting(atoms, ["NAME", "NAME"], [0.6, 0.2], [0.12, 0.65])
        [True, True]
        >>> counting(atoms, ["NAME", "CITY"], [0.6, 0.2], [0.12, 0.65])
        [True, False]
    """
    out = [chance >= needed for chance, needed in zip(chances, bars, strict=True)]
    # most segments hold none, and nothing more is asked of them
    if not any(chance >= BESIDE and not counted for chance, counted in zip(chances, out, strict=True)):
        return out
    small = [
        at
        for at, (word, *_, case, _, _) in enumerate(atoms)
        if case == "m" and word.isalpha() and word.islower()
    ]
    weak = {at for at in small if not out[at] and chances[at] >= _needed(atoms[at], labels[at])}
    if not weak:
        return out
    pairs = [(a, b) for a, b in itertools.pairwise(small) if labels[a] == labels[b] and _beside(atoms, a, b)]
    for a, b in pairs:
        if a in weak and b in weak and max(chances[a], chances[b]) >= _EITHER:
            out[a] = out[b] = True
    for a, b in pairs:
        out[b] = out[b] or (out[a] and b in weak)
    for a, b in reversed(pairs):
        out[a] = out[a] or (out[b] and a in weak)
    for (a, b), (_, c) in itertools.pairwise(pairs):
        if atoms[b][0] in _LINKS and out[a] and out[c] and c - a == 2:
            out[b] = True
    return out


def _needed(atom: Atom, label: str) -> float:
    """The chance with which a word may count by another; ``the``, ``saw`` and ``with`` never do."""
    word = atom[0]
    if label not in _WORDY:
        return _NEVER
    if not is_plain(word) or (len(word) == 1 and label == "NAME"):
        return BESIDE
    if label == "NAME" or word in _LINKS or len(word) == 1:
        return _NEVER
    return BESIDE if word in word_list("kinds") or not _PLACES.isdisjoint(atom[6]) else _PLAIN


def _beside(atoms: Sequence[Atom], left: int, right: int) -> bool:
    """Whether at most two marks and single blanks part two words."""
    between = range(left + 1, right)
    return (
        len(between) <= 2
        and all(atoms[at][0] in _MARKS for at in between)
        and all(atoms[at][1] in {"", "s"} for at in (*between, right))
    )
