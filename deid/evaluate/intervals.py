"""Confidence intervals: exact for documents, bootstrap over clusters for what is counted inside them."""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
LEVEL: Final = 0.95
_STEPS: Final = 60


def clopper_pearson(hits: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact two-sided interval of a share (Clopper and Pearson, Biometrika 1934).

    Args:
        hits: 0 to ``trials``.
        trials: at least 1.
        level: confidence, between 0 and 1.

    Example:
        >>> [round(bound, 4) for bound in clopper_pearson(8, 10)]
        [0.4439, 0.9748]
        >>> round(clopper_pearson(2995, 2995, level=0.9)[0], 4)
        0.999
    """
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: _beta(p, hits, trials - hits + 1) - tail)
    high = 1.0 if hits == trials else _solve(lambda p: _beta(p, hits + 1, trials - hits) - (1 - tail))
    return low, high


def _solve(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    # Lentz's method, from the first step on
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = value
        for term in (even, odd):
            d, c = 1 / (1 + term * d), 1 + term / c
            value *= c * d
        if abs(value - before) < 1e-15 * abs(value):
            break
    return front * value / a


def weights(clusters: int, resamples: int, seed: int) -> Array:
    """How often each cluster is drawn in each resample: shape (resamples, clusters), rows sum to clusters.

    Example:
        >>> weights(3, 2, seed=7).sum(axis=1).tolist()
        [3.0, 3.0]
    """
    rng = np.random.default_rng(seed)
    out = np.empty((resamples, clusters), dtype=np.float32)
    for row in out:
        row[:] = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)
    return out


def ratio_interval(top: Array, whole: Array) -> tuple[float, float] | None:
    """The percentile interval of ``top / whole``; None where half the resamples have nothing to divide by.

    Args:
        top: sums of each resample.
        whole: sums of each resample.

    Example:
        >>> ratio_interval(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
        (0.5, 0.5)
    """
    some = whole > 0
    if not 2 * some.sum() > len(whole):
        return None
    low, high = np.quantile(top[some] / whole[some], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
