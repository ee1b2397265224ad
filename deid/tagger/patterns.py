"""Features that several tokens make together, as data: written out for training, as numbers for reading.

What each is made of are outlines, kinds, words, blanks and a line's case, of a token and of those beside it.
A model knows a few hundred or thousand of each, so that a feature is a number in a mixed radix, and those of
all tokens of a note are found in one search.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
#: How far the features of a token reach.
REACH: Final = 3
#: F outline, K kind, W word, G blank before, C case of the line, with how many tokens on; a bar as it is.
PATTERNS: Final[Mapping[str, tuple[str, ...]]] = {
    "g": ("G0", "|", "G1", "|", "F0"),
    "c": ("C0", "|", "F0", "|", "K0"),
    "ff-": ("F-1", "|", "F0", "|", "K0"),
    "ff+": ("F0", "|", "K0", "|", "F1"),
    "f3": ("F-1", "|", "G0", "F0", "|", "G1", "F1"),
    "f5": ("F-2", "|", "F-1", "|", "F0", "|", "F1", "|", "F2"),
    "k3": ("K-1", "|", "K0", "|", "K1"),
    "w-k": ("W-1", "|", "K0", "|", "F0"),
    "w+k": ("W1", "|", "K0", "|", "F0"),
    "w--": ("W-2", "|", "W-1"),
    "w++": ("W1", "|", "W2"),
    "w-+": ("W-1", "|", "W1"),
    "w---": ("W-3", "|", "W-2", "|", "W-1"),
}
SORTS: Final = "FKWGC"
_GAPS: Final = ("", "s", "S", "N", "B")
_PARTS: Final = {
    name: [(part[0], int(part[1:])) for part in parts if part != "|"] for name, parts in PATTERNS.items()
}


def written(columns: Mapping[str, Sequence[str]], at: int) -> list[str]:
    """The features of the ``at``-th token of a window, as training has them.

    Args:
        columns: of each sort what the window's tokens are.
        at: a token with `REACH` more on either side.

    Example:
        >>> row = written({sort: "abcdefg" for sort in SORTS}, 3)
        >>> row[0], row[-1]
        ('g=d|e|d', 'w---=a|b|c')
    """
    return [
        name + "=" + "".join(part if part == "|" else columns[part[0]][at + int(part[1:])] for part in parts)
        for name, parts in PATTERNS.items()
    ]


def readings(feature: str) -> Iterator[tuple[str, ...]]:
    """The parts that a written feature may be made of; several where a token is itself a bar.

    Example:
        >>> list(readings("w--=dr|jane")), list(readings("k3=a||")), list(readings("l=mrn"))
        ([('dr', 'jane')], [('a', '', '')], [])
    """
    name, _, text = feature.partition("=")
    yield from _read(text, PATTERNS[name]) if name in PATTERNS else ()


def _read(text: str, parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if not parts:
        yield from [()] if not text else []
        return
    first, rest = parts[0], parts[1:]
    if first == "|":
        yield from _read(text[1:], rest) if text[:1] == "|" else ()
        return
    heads = _GAPS if first[0] == "G" else dict.fromkeys((text.partition("|")[0], "|"))
    for head in heads:
        if text.startswith(head):
            yield from ((head, *more) for more in _read(text[len(head) :], rest))


class Numbers:
    """Numbers of the features of a vocabulary; no two have the same.

    Args:
        vocabulary: of each sort all that is known.

    Example:
        >>> numbers = Numbers({sort: ["x", "y"] for sort in SORTS})
        >>> numbers.of("w--", ("x", "y")) == numbers.of("w++", ("x", "y"))
        False
    """

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self.ids = {sort: {one: at for at, one in enumerate(vocabulary[sort])} for sort in SORTS}
        #: What no vocabulary holds has the number behind its last; no feature has that.
        self.unknown = {sort: len(vocabulary[sort]) for sort in SORTS}
        self._begins: dict[str, int] = {}
        begin = 0
        for name, parts in _PARTS.items():
            self._begins[name] = begin
            size = 1
            for sort, _ in parts:
                size *= self.unknown[sort] + 1
            begin += size
        if begin >= 1 << 63:
            raise ValueError("too many words for numbers of 64 bits")

    def of(self, name: str, parts: Sequence[str]) -> int:
        """The number of one feature."""
        number = 0
        for (sort, _), part in zip(_PARTS[name], parts, strict=True):
            number = number * (self.unknown[sort] + 1) + self.ids[sort][part]
        return self._begins[name] + number

    def at(self, columns: Mapping[str, Ints]) -> Ints:
        """The numbers of all features of tokens, shape (patterns, tokens - 2 `REACH`).

        Args:
            columns: of each sort the ids of all tokens, `REACH` more on either side.
        """
        count = len(columns["F"]) - 2 * REACH
        out = np.zeros((len(_PARTS), count), dtype=np.int64)
        for at, (name, parts) in enumerate(_PARTS.items()):
            for sort, by in parts:
                out[at] *= self.unknown[sort] + 1
                out[at] += columns[sort][REACH + by : REACH + by + count]
            out[at] += self._begins[name]
        return out
