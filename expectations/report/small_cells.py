"""Withholding small counts, so that none can be read or worked out by subtraction (P-17).

CMS's cell-size policy: no count of 1 to 10 persons is published, nor one that gives it away. Totals
stand in the report beside their breakdowns, so a single withheld part would follow from the rest;
further parts are withheld until it doesn't.
"""

from collections.abc import Collection, Mapping, Sequence


def shown(count: int | None, k: int) -> int | None:
    """A count by itself; None (withheld) from 1 to k-1.

    Example:
        >>> shown(0, 11), shown(10, 11), shown(11, 11)
        (0, None, 11)
    """
    return None if count is None or 0 < count < k else count


def breakdown(
    parts: Mapping[str, int], k: int, known: Collection[int] = frozenset()
) -> dict[str, int | None]:
    """The parts of a published total, with None for the withheld ones.

    Every withheld part may be small or large and is marked alike; whoever knows the total and the
    parts shown is left with at least k-1 possible values for each. A part whose count stands
    elsewhere in the report hides nothing, so such a part isn't withheld for others. Where that can't
    be reached the whole breakdown is withheld: all parts are None, zeros too.

    Args:
        parts: counts that add up to the total, by label.
        k: smallest count that is shown.
        known: counts that stand elsewhere in the report.

    Example:
        >>> breakdown({"female": 14, "male": 9, "other": 0, "unknown": 30}, 11)
        {'female': None, 'male': None, 'other': 0, 'unknown': 30}
        >>> breakdown({"birth": 25, "death": 4, "visit": 90}, 11, known={25})
        {'birth': 25, 'death': None, 'visit': None}
        >>> breakdown({"a": 1, "b": 1}, 11)
        {'a': None, 'b': None}
    """
    withheld = _withheld(list(parts.values()), k, known)
    return {
        label: None if withheld is None or place in withheld else count
        for place, (label, count) in enumerate(parts.items())
    }


def _withheld(counts: Sequence[int], k: int, known: Collection[int]) -> set[int] | None:
    """Places to withhold; None where everything must be."""
    by_size = sorted((i for i, count in enumerate(counts) if count), key=lambda i: (counts[i], i))
    small = [i for i in by_size if counts[i] < k]
    if not small:
        return set()
    cover = [i for i in by_size if counts[i] >= k and counts[i] not in known]
    for taken in range(len(cover) + 1):
        chosen = small + cover[:taken]
        if len(chosen) > 1 and sum(counts[i] for i in chosen) - (len(chosen) - 1) >= k - 1:
            return set(chosen)
    return None
