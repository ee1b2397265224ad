"""Programs of RE2, which run in time linear in the text; without Presidio, which takes seconds to import."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import re2

# below this a pass of its own costs no less than the patterns
_FEW: Final = 3


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:  # noqa: ANN401 (google-re2 has no types)
    """The RE2 program of a pattern; errors of the library are not printed."""
    return re2.compile(pattern.encode("ascii"), _options())


def _options() -> Any:  # noqa: ANN401
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    return options


def together(patterns: Sequence[str]) -> Callable[[bytes], Sequence[int]]:
    """Tells in one pass over a text which of some patterns it holds, ascending.

    Most rules find nothing in most notes, and a call of RE2 for each would cost more than all that is found.

    Args:
        patterns: as `Rule` has them; of a few it is all of them that are told.

    Example:
        >>> list(together(["a+", "b", "c"])(b"xxc aa"))
        [0, 2]
    """
    if len(patterns) < _FEW:
        return lambda _: range(len(patterns))
    every = re2.Set.SearchSet(_options())
    for pattern in patterns:
        every.Add(pattern.encode("ascii"))
    every.Compile()
    return lambda data: sorted(every.Match(data) or ())
