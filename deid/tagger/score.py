"""What a model's features add up to, token by token.

The same sums as over `features`, without making most of the strings: what a word says of itself and of its
neighbours is the same wherever it stands, so that its rows are kept; what tokens make together are numbers.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np

from plummer.deid.tagger.features import BESIDE, around, hints, looks, outlined, own, spelt
from plummer.deid.tagger.patterns import REACH, Ints
from plummer.deid.tagger.tokens import Atom
from plummer.deid.tagger.weights import Floats, Weights

#: Sums that are kept before all are forgotten: some 4 MB.
_KEPT: Final = 80_000
_EACH: Final = len(BESIDE)
#: Of a word: its outline, kind and word as numbers; the row of what it says of itself; the first of those of
#: its outline beside another token; then those of its letters there.
_COLUMNS: Final = 5 + _EACH


class _Memory(dict[Any, int]):
    """Works out what isn't there."""

    def __init__(self, make: Callable[..., int]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: tuple[Any, ...]) -> int:
        made = self[key] = self._make(*key)
        return made


class Scorer:
    """Sums of a model's weights.

    Args:
        weights: the model.
        kept: how many sums are kept before all are forgotten.
    """

    def __init__(self, weights: Weights, kept: int = _KEPT) -> None:
        self._weights = weights
        self._ids, self._unknown = weights.numbers.ids, weights.numbers.unknown
        self._nothing = len(weights.state) - 1
        self._table = np.zeros((len(weights.state) + kept, weights.state.shape[1]), dtype=np.float32)
        self._table[: len(weights.state)] = weights.state
        self._forget()

    def scores(self, atoms: Sequence[Atom], ranges: Sequence[tuple[int, int]]) -> list[Floats]:
        """What the features of each token add to each label.

        Args:
            atoms: tokens of a note.
            ranges: first token and the one behind the last, of each sequence.

        Returns:
            Of each range a matrix of shape (end - start, L).
        """
        inside = [atom for start, end in ranges for atom in around(atoms, start, end)]
        if self._full + (_EACH + 2) * len(inside) > len(self._table):
            self._forget()
        places = np.array([self._words[atom[0], atom[6]] for atom in inside])
        known = self._known.take(places, axis=0)
        count = len(inside) - 2 * REACH
        beside = [(known[REACH + by : REACH + by + count], at) for at, by in enumerate(BESIDE)]
        rows = [part[:, 4] + at for part, at in beside] + [part[:, 5 + at] for part, at in beside]
        rows += [known[REACH:-REACH, 3], self._hinted(inside, places), *self._joint(inside, known)]
        # `take` is several times quicker than an index of two dimensions
        summed: Floats = self._table.take(np.array(rows), axis=0).sum(axis=0, dtype=np.float64)
        begins = accumulate((end - start + 2 * REACH for start, end in ranges[:-1]), initial=0)
        return [summed[at : at + end - start] for at, (start, end) in zip(begins, ranges, strict=True)]

    def _joint(self, inside: Sequence[Atom], known: Ints) -> Ints:
        """Rows of what tokens make together, shape (patterns, tokens)."""
        gaps, cases, model = self._ids["G"], self._ids["C"], self._weights
        columns = {sort: known[:, at] for at, sort in enumerate("FKW")}
        columns["G"] = np.array([gaps.get(atom[1], self._unknown["G"]) for atom in inside])
        columns["C"] = np.array([cases.get(atom[4], self._unknown["C"]) for atom in inside])
        numbers = model.numbers.at(columns)
        found = np.minimum(model.keys.searchsorted(numbers), len(model.keys) - 1)
        there = model.keys.take(found) == numbers
        rows: Ints = np.where(there, model.key_rows.take(found), self._nothing)
        return rows

    def _hinted(self, inside: Sequence[Atom], places: Ints) -> Ints:
        rows = np.full(len(inside) - 2 * REACH, self._nothing)
        around = zip(inside[REACH - 1 :], inside[REACH:-REACH], inside[REACH + 1 :], strict=False)
        for at, (before, atom, behind) in enumerate(around):
            if atom[2] or atom[3] or atom[5] or before[2] or behind[2]:  # else there are none
                hint = hints(inside, at + REACH, *self._looks[places[at + REACH]])
                rows[at] = self._hints[tuple(hint)]
        return rows

    def _forget(self) -> None:
        self._full = self._nothing + 1
        self._known = np.zeros((1024, _COLUMNS), dtype=np.int64)
        self._looks: list[tuple[str, str]] = []
        self._words = _Memory(self._word)
        self._outlines = _Memory(self._outlined)
        self._hints = _Memory(lambda *names: self._keep([names]))

    def _word(self, word: str, flags: str) -> int:
        """The place of a word in what is known."""
        at = len(self._looks)
        if at == len(self._known):
            self._known = np.concatenate([self._known, np.zeros_like(self._known)])
        form, kind, written = looks(word, flags)
        letters = spelt(word, flags)
        numbers = [
            self._ids[sort].get(one, self._unknown[sort])
            for sort, one in zip("FKW", (form, kind, written), strict=True)
        ]
        find, nothing = self._weights.rows.get, self._nothing
        spelling = [find(f"{by}w={letters}", nothing) if letters is not None else nothing for by in BESIDE]
        outline = self._outlines[form, kind, letters is not None]
        self._known[at] = [*numbers, self._keep([own(word, flags)]), outline, *spelling]
        self._looks.append((form, kind))
        return at

    def _outlined(self, form: str, kind: str, letters: bool) -> int:
        return self._keep([outlined(form, kind, letters, by) for by in BESIDE])

    def _keep(self, groups: Sequence[Sequence[str]]) -> int:
        """The first of the rows that hold the sums of some groups of features."""
        row, find, nothing = self._full, self._weights.rows.get, self._nothing
        for at, group in enumerate(groups):
            rows = [find(name, nothing) for name in group or ("",)]
            self._table[row + at] = self._table.take(rows, axis=0).sum(axis=0)
        self._full += len(groups)
        return row
