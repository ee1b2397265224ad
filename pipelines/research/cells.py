"""Which counts of a table of groups are withheld, so that none under k can be read or subtracted."""

from collections.abc import Hashable, Sequence

Keys = tuple[Hashable, ...]


def withheld(cells: Sequence[tuple[Keys, int]], k: int) -> set[int]:
    """Places of the cells to withhold: those under k, and one more of every margin that would give them away.

    A margin is the sum of a line: of the cells that agree in all keys but one. Whoever knows it and the
    line's other cells can work out a single withheld one; and two of 1 from a margin of 2. So the smallest
    further cell of the line goes too, if need be again, until at least k values are possible.

    Args:
        cells: the keys of each cell and its count of subjects.
        k: the smallest count that is shown.

    Example:
        >>> sorted(withheld([(("f",), 30), (("m",), 25), (("other",), 3)], 11))
        [1, 2]
        >>> withheld([(("f",), 30), (("m",), 25)], 11)
        set()
    """
    hidden = {place for place, (_, count) in enumerate(cells) if count < k}
    lines = _lines(cells)
    alone = {line[0] for line in lines if len(line) == 1}
    while True:
        more = {_next(cells, line, hidden, alone, k) for line in lines} - {None}
        if not more:
            return hidden
        hidden |= {place for place in more if place is not None}


def _lines(cells: Sequence[tuple[Keys, int]]) -> list[list[int]]:
    """The places of the cells of every line, along every key."""
    found: dict[tuple[int, Keys], list[int]] = {}
    for place, (keys, _) in enumerate(cells):
        for axis in range(len(keys)):
            found.setdefault((axis, keys[:axis] + keys[axis + 1 :]), []).append(place)
    return list(found.values())


def _next(
    cells: Sequence[tuple[Keys, int]], line: Sequence[int], hidden: set[int], alone: set[int], k: int
) -> int | None:
    """The cell of a line that has to go next; None where the line is safe, or wholly withheld."""
    gone = [cells[place][1] for place in line if place in hidden]
    left = [place for place in line if place not in hidden]
    # every withheld count is at least 1, so each may be anything from 1 to the rest plus 1
    if not gone or not left or (len(gone) > 1 and sum(gone) - len(gone) + 1 >= k):
        return None
    # a cell that is alone in another line would follow from that line's margin
    return min(left, key=lambda place: (place in alone, cells[place][1], place))
