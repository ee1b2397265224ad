"""Withholding small counts, so that none can be read or worked out by subtraction (P-17).

CMS's cell-size policy: no count of 1 to 10 persons is published, nor one that gives it away. Totals
stand in the report beside their breakdowns, so a single withheld part would follow from the rest;
further parts are withheld until it doesn't.
"""

from collections.abc import Mapping, Sequence


def shown(count: int | None, k: int) -> int | None:
    """A count by itself; None (withheld) from 1 to k-1.

    Example:
        >>> shown(0, 11), shown(10, 11), shown(11, 11)
        (0, None, 11)
    """
    return None if count is None or 0 < count < k else count


def breakdown(parts: Mapping[str, int], k: int) -> dict[str, int | None]:
    """The parts of a published total, with None for the withheld ones.

    Every withheld part may be small or large and is marked alike; whoever knows the total and the
    parts shown is left with at least k-1 possible values for each. Where that can't be reached the
    whole breakdown is withheld: all parts are None, zeros too.

    Args:
        parts: counts that add up to the total, by label.
        k: smallest count that is shown.

    Example:
        >>> breakdown({"female": 14, "male": 9, "other": 0, "unknown": 30}, 11)
        {'female': None, 'male': None, 'other': 0, 'unknown': 30}
        >>> breakdown({"a": 1, "b": 1}, 11)
        {'a': None, 'b': None}
    """
    withheld = _withheld(list(parts.values()), k)
    return {
        label: None if withheld is None or place in withheld else count
        for place, (label, count) in enumerate(parts.items())
    }


def _withheld(counts: Sequence[int], k: int) -> set[int] | None:
    """Places to withhold; None where everything must be."""
    by_size = sorted((i for i, count in enumerate(counts) if count), key=lambda i: (counts[i], i))
    small = sum(counts[i] < k for i in by_size)
    if small == 0:
        return set()
    for taken in range(max(small, 2), len(by_size) + 1):
        chosen = by_size[:taken]
        if sum(counts[i] for i in chosen) - (taken - 1) >= k - 1:
            return set(chosen)
    return None
