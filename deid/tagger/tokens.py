"""Words, numbers and marks of a shadow text, with what stands before them."""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.shadow import FILLER

_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_SMALL: Final = string.ascii_lowercase.encode()
_CAPITAL: Final = string.ascii_uppercase.encode()
_MAX: Final = 120
_ENOUGH: Final = 30

#: What stands for an identifier that was taken out. CRFsuite ends a feature at its first zero, so not that.
MASK: Final = "\u2400"

#: Word as written, gap before, hit, label of the line, line's case, name elsewhere, flags.
Atom = tuple[str, str, str, str, str, bool, str]
#: A recognizer's finding: start, end, what it says.
Hit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut up.

    Attributes:
        atoms: what the features are made of, one a token.
        places: half-open offsets of each token.
        cuts: where segments begin, and the end.
    """

    atoms: list[Atom]
    places: list[tuple[int, int]]
    cuts: list[int]


def _gap(between: str) -> str:
    if not between:
        return ""
    if "\n" in between:
        return "N" if between.count("\n") == 1 else "B"
    return "s" if len(between) == 1 else "S"


def _case(text: str) -> str:
    """Whether a line is in capitals, in small letters or mixed."""
    data = text.encode("ascii", "replace")
    rest = data.translate(None, _SMALL)
    small, capital = len(data) - len(rest), len(rest) - len(rest.translate(None, _CAPITAL))
    if small + capital < 4:
        return "?"
    share = capital / (small + capital)
    return "U" if share > 0.85 else "l" if share < 0.01 else "m"


def _cases(text: str) -> list[tuple[int, str]]:
    """End and case of every line; short lines are judged with the whole text."""
    whole = _case(text[:4000])
    out, position = [], 0
    for line in text.split("\n"):
        position += len(line) + 1
        out.append(
            (
                position,
                _case(line)
                if len(line) > 24
                else ("m" if (c := _case(line)) == "?" else c)
                if whole == "m"
                else whole,
            )
        )
    return out


def cut(text: str, hits: Sequence[Hit] = (), known: Sequence[str] | None = None) -> Tokens:
    """Cut a shadow text up.

    Args:
        text: the shadow.
        hits: what recognizers found, sorted.
        known: flags of every token, to train with words that the lexicon doesn't hold; else looked up.

    Example:
        >>> [a[0] for a in cut("Dr. Lee, 3/4").atoms]
        ['Dr', '.', 'Lee', ',', '3', '/', '4']
    """
    flags_of = lexicon()
    places = [m.span() for m in _TOKEN.finditer(text)]
    said = _said(hits, places)
    named = {
        text[s:e].lower()
        for (s, e), what in zip(places, said, strict=True)
        if what[:5] == "NAME." and e - s > 2
    }
    cases = _cases(text)
    atoms: list[Atom] = []
    line, position, label, run = 0, 0, "", 0
    for index, (start, end) in enumerate(places):
        word = text[start:end]
        word = MASK if word == FILLER else word
        gap = _gap(text[position:start])
        if gap in {"N", "B"}:
            label, run = "", 0
        while start >= cases[line][0]:
            line += 1
        lower = word.lower()
        marks = known[index] if known is not None else flags_of.get(lower, "")
        atoms.append((word, gap, said[index], label, cases[line][1], lower in named, marks))
        if word == ":" and index and run < 7:
            label, run = text[places[index - 1][0] : places[index - 1][1]].lower(), 0
        run += 1
        position = end
    return Tokens(atoms, places, _cuts(atoms))


def _said(hits: Sequence[Hit], places: Sequence[tuple[int, int]]) -> list[str]:
    said = [""] * len(places)
    first = 0
    for start, end, what in hits:
        while first < len(places) and places[first][1] <= start:
            first += 1
        at = first
        while at < len(places) and places[at][0] < end:
            if not said[at]:
                said[at] = what
            at += 1
    return said


def _cuts(atoms: Sequence[Atom]) -> list[int]:
    """Segments end at a blank line, behind a sentence once there are enough words, or when they are long."""
    cuts = [0]
    for index in range(1, len(atoms)):
        length = index - cuts[-1]
        before = atoms[index - 1][0]
        gap = atoms[index][1]
        enough = length >= _ENOUGH and ((gap and before in ".?!;") or gap == "N")
        if (gap == "B" and length >= 8) or enough or length >= _MAX:
            cuts.append(index)
    if atoms:
        cuts.append(len(atoms))
    return cuts
