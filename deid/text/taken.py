"""Values that no invented one may equal: in a note another patient's name looks like a leak."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from plummer.deid.text.shadow import fold

_BYTES: Final = 8


def bare(value: str) -> str:
    """Letters and digits only, without case and accents, so that a number is the same in every form.

    Example:
        >>> bare("(507) 288-4417") == bare("507.288.4417"), bare("Zoë")
        (True, 'zoe')
    """
    return "".join(char for char in fold(value).casefold() if char.isalnum())


class Taken:
    """Values of a home, as 8 bytes each: a home of a million patients is some tens of megabytes.

    Two values may share their 8 bytes; then one is refused that needn't be.

    Args:
        values: names, numbers and addresses, in any form.

    Example:
        >>> taken = Taken(["Warsame", "507-288-4417"])
        >>> "WARSAME" in taken, "(507) 288-4417" in taken, "Hodan" in taken
        (True, True, False)
    """

    __slots__ = ("_prints",)

    def __init__(self, values: Iterable[str] = ()) -> None:
        prints = sorted({_print(value) for value in _bare_ones(values)})
        self._prints = array("Q", prints)

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        found = _print(bare(value))
        at = bisect_left(self._prints, found)
        return at < len(self._prints) and self._prints[at] == found


def _bare_ones(values: Iterable[str]) -> Iterator[str]:
    return filter(None, map(bare, values))


def _print(value: str) -> int:
    digest = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
    return int.from_bytes(digest, "big")
