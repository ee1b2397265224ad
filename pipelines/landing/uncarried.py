"""What a source has and its mapping can't carry, counted by the name of the field; never a value."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/@\[\]-]{0,79}")
OTHER: Final = "other"
"""Under this what has no name that a standard gives; a name that the sender made up may be a value."""


class Uncarried:
    """A count by field, filled while records are mapped and handed over with an outcome.

    A name is that of a field in a standard (``PID-23``, ``drug_exposure.sig``); who calls vouches for it.

    Example:
        >>> left = Uncarried()
        >>> left.add("PID-23")
        >>> left.add("Ann Doe")
        >>> left.take(), left.take()
        ({'PID-23': 1, 'other': 1}, None)
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, name: str, count: int = 1) -> None:
        """Count a field that holds something and isn't carried."""
        known = name if _NAME.fullmatch(name) else OTHER
        self._counts[known] = self._counts.get(known, 0) + count

    def take(self) -> Mapping[str, int] | None:
        """What was counted since the last time, None where it is nothing; for `Outcome.uncarried`."""
        counts, self._counts = self._counts, {}
        return counts or None


def added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of some counts, by name.

    Example:
        >>> added([{"b": 1}, {"a": 2, "b": 3}])
        {'a': 2, 'b': 4}
    """
    total: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items()))
