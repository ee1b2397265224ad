"""Lines of a stream, with physical line numbers, in bounded memory.

Only LF ends a line (https://github.com/ndjson/ndjson-spec); a CR before it is dropped, a CR alone is
data. Hadoop's text reader splits on CR too and would number lines differently.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from plummer.pipelines.landing.limits import BLOCK, MAX_LINE
from plummer.pipelines.landing.refusal import Refused

BOM: Final = b"\xef\xbb\xbf"
WHITESPACE: Final = b" \t\r\n"


class Readable(Protocol):
    """What is read: an open file or a `GzipReader`."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, none at the end."""
        ...


def read_whole(stream: Readable, limit: int) -> bytes:
    """All bytes of a stream.

    Raises:
        Refused: ``file_too_large`` where they are more than the limit.

    Example:
        >>> import io
        >>> read_whole(io.BytesIO(b"ab"), 2)
        b'ab'
    """
    parts, size = [], 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > limit:
            raise Refused("file_too_large")
        parts.append(block)
    return b"".join(parts)


@dataclass(slots=True)
class Line:
    """One physical line.

    Attributes:
        number: 1-based.
        data: the line without its LF; None where it is longer than the limit.
        size: its length in bytes.
        sha256: hex digest, only where data is None.
    """

    number: int
    data: bytes | None
    size: int
    sha256: str = ""


class _Long:
    """The parts of a line that spans blocks; only hashed beyond the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.parts: list[bytes] = []
        self.size = 0
        self.digest = hashlib.sha256()

    def add(self, part: bytes) -> None:
        self.size += len(part)
        self.digest.update(part)
        if self.size <= self.limit:
            self.parts.append(part)
        else:
            self.parts.clear()

    def line(self, number: int) -> Line:
        if self.size > self.limit:
            return Line(number, None, self.size, self.digest.hexdigest())
        return Line(number, b"".join(self.parts), self.size)


def iter_lines(
    stream: Readable, length: int | None = None, before: int = 0, *, limit: int = MAX_LINE
) -> Iterator[Line]:
    r"""The lines whose first byte lies within the first ``length`` bytes of the stream.

    The stream stands at the first byte of a line. A line that begins in the range is read to its end.

    Args:
        stream: where to read from.
        length: size of the range in bytes, None for the whole stream.
        before: newlines before the stream's position.
        limit: longest line that is kept, in bytes.

    Example:
        >>> import io
        >>> [(x.number, x.data) for x in iter_lines(io.BytesIO(b"a\n\nb"))]
        [(1, b'a'), (2, b''), (3, b'b')]
    """
    number, position, open_line = before, 0, _Long(limit)
    while length is None or position < length or open_line.size:
        block = stream.read(BLOCK)
        if not block:
            break
        *whole, rest = block.split(b"\n")
        for piece in whole:
            if length is not None and position >= length:
                return
            number += 1
            open_line.add(piece) if open_line.size else None
            line = open_line.line(number) if open_line.size else Line(number, piece, len(piece))
            position += line.size + 1
            open_line = _Long(limit) if open_line.size else open_line
            yield line
        if rest:
            open_line.add(rest)
        if length is not None and position >= length:
            return
    if open_line.size and (length is None or position < length):
        yield open_line.line(number + 1)


def count_newlines(stream: Readable, length: int) -> int:
    r"""Newlines within the next ``length`` bytes.

    Example:
        >>> import io
        >>> count_newlines(io.BytesIO(b"a\nb\nc\n"), 4)
        2
    """
    found = 0
    while length > 0 and (block := stream.read(min(BLOCK, length))):
        found += block.count(b"\n")
        length -= len(block)
    return found


def skip_line(stream: Readable) -> bytes | None:
    """Read past the next LF; returns what was read after it, None at the end of the stream."""
    while block := stream.read(BLOCK):
        at = block.find(b"\n")
        if at >= 0:
            return block[at + 1 :]
    return None


class Prefixed:
    """A stream with bytes put back before it.

    Example:
        >>> import io
        >>> Prefixed(b"ab", io.BytesIO(b"cd")).read(3), Prefixed(b"", io.BytesIO(b"cd")).read(1)
        (b'abc', b'c')
    """

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, the put-back ones first."""
        if not self._head:
            return self._stream.read(size)
        piece, self._head = self._head[:size], self._head[size:]
        return piece + self._stream.read(size - len(piece)) if len(piece) < size else piece
