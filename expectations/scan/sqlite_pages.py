"""What a SQLite file holds beside its live rows: deleted rows, free pages, the slack of a page.

Live rows are searched decoded, cell by cell. Their raw bytes would only tell of words that aren't there:
columns lie without a separator between them, and a long cell is cut wherever a page ends. So live cells are
blanked here; what is left is searched as it is. https://www.sqlite.org/fileformat2.html, 1.3 to 1.6
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

_HEADER: Final = 100
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 0x02, 0x05, 0x0A, 0x0D
_WITH_CELLS: Final = (_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE)
_SMALLEST: Final = 512
_VARINT: Final = 9


@dataclass(frozen=True, slots=True)
class _Cell:
    """A live cell: where its part on the page lies, how many bytes are elsewhere, and from which page on."""

    start: int
    end: int
    rest: int
    chain: int


class Pages:
    """A database's pages without its live cells.

    Example:
        >>> import sqlite3, io
        >>> base = sqlite3.connect(":memory:")
        >>> _ = base.execute("CREATE TABLE t (a TEXT)"), base.execute("INSERT INTO t VALUES ('here')")
        >>> base.commit()
        >>> file = io.BytesIO(base.serialize())
        >>> b"here" in file.getvalue(), b"here" in b"".join(Pages(file).dead())
        (True, False)
        >>> base.close()
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Takes a stream that can seek."""
        self._stream = stream
        head = self._at(0, _HEADER)
        size = int.from_bytes(head[16:18], "big")
        self._size = 65536 if size == 1 else max(size, _SMALLEST)
        self._usable = self._size - (head[20] if len(head) > 20 else 0)
        self._free = self._free_pages(int.from_bytes(head[32:36], "big"))

    def dead(self) -> Iterator[bytes]:
        """Every page, the same number of bytes, its live cells blanked."""
        chained = self._chained()
        for number, page in self._pages():
            if number in chained:
                kept = 4 + chained[number]
                yield bytes(kept) + page[kept:]
            elif number in self._free:
                yield page
            else:
                yield self._blanked(number, page)

    def _at(self, offset: int, count: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(count)

    def _page(self, number: int) -> bytes:
        return self._at((number - 1) * self._size, self._size)

    def _pages(self) -> Iterator[tuple[int, bytes]]:
        number = 1
        while page := self._page(number):
            yield number, page
            number += 1

    def _free_pages(self, trunk: int) -> frozenset[int]:
        """Trunks of the freelist and the pages they name (section 1.5)."""
        found: set[int] = set()
        while trunk and trunk not in found:
            found.add(trunk)
            page = self._page(trunk)
            leaves = int.from_bytes(page[4:8], "big")
            found.update(_number(page, 8 + 4 * leaf) for leaf in range(min(leaves, len(page) // 4)))
            trunk = _number(page, 0)
        return frozenset(found)

    def _chained(self) -> dict[int, int]:
        """Overflow pages of live cells, and how many bytes of each are the cell's (section 1.6)."""
        found: dict[int, int] = {}
        for number, page in self._pages():
            for cell in self._cells(number, page) if number not in self._free else ():
                rest, chain = cell.rest, cell.chain
                while rest > 0 and chain and chain not in found:
                    found[chain] = min(rest, self._usable - 4)
                    rest -= found[chain]
                    chain = _number(self._at((chain - 1) * self._size, 4), 0)
        return found

    def _blanked(self, number: int, page: bytes) -> bytes:
        blank = bytearray(page)
        for cell in self._cells(number, page):
            blank[cell.start : cell.end] = bytes(cell.end - cell.start)
        return bytes(blank)

    def _cells(self, number: int, page: bytes) -> Iterator[_Cell]:
        at = _HEADER if number == 1 else 0
        kind = page[at] if len(page) == self._size else 0
        if kind not in _WITH_CELLS:
            return
        first = at + (12 if kind == _INTERIOR_INDEX else 8)
        for place in range(first, min(first + 2 * _short(page, at + 3), self._size - 1), 2):
            cell = self._cell(page, _short(page, place), kind)
            if cell.end <= self._size:
                yield cell

    def _cell(self, page: bytes, start: int, kind: int) -> _Cell:
        size, body = _varint(page, start + (4 if kind == _INTERIOR_INDEX else 0))
        if kind == _LEAF_TABLE:
            body = _varint(page, body)[1]
        local = self._local(size, kind)
        return _Cell(start, body + local, size - local, _number(page, body + local))

    def _local(self, payload: int, kind: int) -> int:
        """How much of a payload lies on the cell's own page (section 1.6)."""
        most = self._usable - 35 if kind == _LEAF_TABLE else (self._usable - 12) * 64 // 255 - 23
        if payload <= most:
            return payload
        least = (self._usable - 12) * 32 // 255 - 23
        kept = least + (payload - least) % (self._usable - 4)
        return kept if kept <= most else least


def _number(page: bytes, at: int) -> int:
    return int.from_bytes(page[at : at + 4], "big")


def _short(page: bytes, at: int) -> int:
    return int.from_bytes(page[at : at + 2], "big")


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(at, min(at + _VARINT, len(page))):
        if place == at + _VARINT - 1:
            return value << 8 | page[place], place + 1
        value = value << 7 | page[place] & 0x7F
        if page[place] < 0x80:
            return value, place + 1
    return value, len(page)
