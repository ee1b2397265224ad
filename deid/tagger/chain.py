"""Inference in a linear-chain conditional random field, for many short sequences at once.

Forward and backward sums and the best path as in Sutton and McCallum, An Introduction to Conditional Random
Fields (2012), sections 4.1 and 4.3, in probabilities that are scaled instead of logarithms. Forward and
backward run side by side over all sequences: a step costs a few calls of numpy, however many there are.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from plummer.deid.tagger.weights import Floats

#: Sums shrink and grow by less than e to the 20th a step; so many steps keep them far from a float's ends.
_SCALED: Final = 8
_TINY: Final = 1e-280


class Chain:
    """The chain of some labels.

    Args:
        steps: shape (L, L), what a label and the one behind it add.

    Example:
        >>> chain = Chain(np.log(np.array([[0.9, 0.1], [0.5, 0.5]])))
        >>> scores = np.log(np.array([[0.5, 0.5], [0.2, 0.8]]))
        >>> chain.marginals([scores])[0].round(3).tolist()
        [[0.342, 0.658], [0.368, 0.632]]
        >>> chain.best([scores])
        [[1, 1]]
    """

    def __init__(self, steps: Floats) -> None:
        self._steps = steps
        forward = np.exp(steps)
        self._both = np.stack([forward, forward.T])

    def marginals(self, scores: Sequence[Floats]) -> list[Floats]:
        """Of each sequence the probability of each label at each token, shape (tokens, L), as ``scores``.

        Args:
            scores: of each sequence what its features add; at least one token each.
        """
        length, labels = max(map(len, scores)), len(self._steps)
        said = np.ones((length, 2, len(scores), labels))
        for at, one in enumerate(scores):
            chances = np.exp(one - one.max(axis=1, keepdims=True))
            said[: len(one), 0, at] = chances
            said[: len(one), 1, at] = chances[::-1]
        sums = np.empty_like(said)
        last = sums[0] = said[0]
        for step in range(1, length):
            last = np.matmul(last, self._both, out=sums[step])
            last *= said[step]
            if step % _SCALED == 0:
                last /= last.sum(axis=-1, keepdims=True)
        return [
            self._joined(sums[: len(one), :, at], said[: len(one), 0, at]) for at, one in enumerate(scores)
        ]

    def _joined(self, sums: Floats, said: Floats) -> Floats:
        """What both directions say of each token; its own features are in both."""
        both: Floats = sums[:, 0] * sums[::-1, 1] / np.maximum(said, _TINY)
        both /= both.sum(axis=1, keepdims=True)
        return both

    def best(self, scores: Sequence[Floats]) -> list[list[int]]:
        """Of each sequence its likeliest labels, as columns (Viterbi)."""
        length, backwards = max(map(len, scores)), self._steps.T
        reached = np.zeros((length, len(scores), len(backwards)))
        for at, one in enumerate(scores):
            reached[: len(one), at] = one
        ways = np.empty((len(scores), *backwards.shape))
        for step in range(1, length):
            np.add(backwards, reached[step - 1][:, None, :], out=ways)
            reached[step] += np.maximum.reduce(ways, axis=-1)
        came = (backwards + reached[:, :, None, :]).argmax(axis=-1)
        return [_path(came[: len(one) - 1, at], reached[len(one) - 1, at]) for at, one in enumerate(scores)]


def _path(came: npt.NDArray[np.int64], reached: Floats) -> list[int]:
    """The labels that lead to the best of the last token's."""
    path = [int(reached.argmax())]
    for before in reversed(came.tolist()):
        path.append(before[path[-1]])
    return path[::-1]
