"""What a decoder is given and what it gives back."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

HEAD: Final = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep a hostile container from filling memory; beyond them it counts as unopened.

    Attributes:
        depth: containers within containers.
        held: bytes of one part that needs random access or is one line.
        floor: decoded bytes that any input file may give.
        ratio: decoded bytes beyond the floor, as a multiple of the input file's size.
    """

    depth: int = 12
    held: int = 1 << 29
    floor: int = 1 << 28
    ratio: int = 500


class UnopenedError(Exception):
    """A container can't be opened or not to its end; the reason is a stable code, never a value.

    Example:
        >>> UnopenedError("encrypted").reason
        'encrypted'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes to search as they are, without asking what container they might be."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that may be a container: a file, a member of an archive, a decompressed stream.

    Attributes:
        name: file or member name, for the decoders that go by it.
        opener: gives a new stream at the first byte.
        path: where it lies, for files on disk only.
        stream: True if seeking would mean decompressing again.
    """

    name: str = field(repr=False)
    opener: Callable[[], BinaryIO] = field(repr=False)
    path: Path | None = field(default=None, repr=False)
    stream: bool = False

    @classmethod
    def of(cls, data: bytes, name: str = "") -> "Blob":
        """Bytes in memory."""
        return cls(name, lambda: io.BytesIO(data))

    @classmethod
    def at(cls, path: Path) -> "Blob":
        """A file."""
        return cls(path.name, lambda: path.open("rb"), path)

    def head(self) -> bytes:
        """The first bytes, for telling the kind."""
        with self.opener() as stream:
            return stream.read(HEAD)

    def read(self, limits: Limits) -> bytes:
        """All bytes.

        Raises:
            UnopenedError: ``too_large`` beyond ``limits.held``.
        """
        with self.opener() as stream:
            data = stream.read(limits.held + 1)
        if len(data) > limits.held:
            raise UnopenedError("too_large")
        return data

    def seekable(self, limits: Limits) -> BinaryIO:
        """A stream that can seek: the file itself, else the bytes in memory."""
        return io.BytesIO(self.read(limits)) if self.stream else self.opener()


Content = str | bytes | Raw | Blob | UnopenedError
Part = tuple[str, Content]
"""Where it stood in its container, and what it is."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """One container kind.

    Attributes:
        kind: what reports call it.
        accepts: tells from the first bytes and the name whether this is one.
        parts: opens it; any exception means that the container is unopened.
    """

    kind: str
    accepts: Callable[[bytes, str], bool]
    parts: Callable[[Blob, Limits], Iterator[Part]]


class Chunks(io.RawIOBase):
    """A readable stream over an iterator of bytes, for decompressors that only give chunks.

    Example:
        >>> io.BufferedReader(Chunks(iter([b"ab", b"c"]))).read()
        b'abc'
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the next chunk."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def magic(*prefixes: bytes) -> Callable[[bytes, str], bool]:
    r"""Accept what begins with one of the prefixes.

    Example:
        >>> magic(b"PK")(b"PK\\x03\\x04", "a.zip")
        True
    """
    return lambda head, _name: head.startswith(prefixes)
