"""Streaming gzip that trusts nothing: members, checksums, ends and ratios are all checked.

RFC 1952. Python's own reader hides which of these failed, and Spark's keeps the rows before a cut.
"""

import zlib
from typing import BinaryIO, Final

from plummer.pipelines.landing.limits import BLOCK, BOMB_BYTES, BOMB_RATIO
from plummer.pipelines.landing.refusal import Refused

MAGIC: Final = b"\x1f\x8b"
_GZIP_WBITS: Final = 31


class GzipReader:
    """Reads the decompressed bytes of a gzip stream of one or more members.

    Args:
        raw: the compressed stream, read once from its start.

    Example:
        >>> import gzip, io
        >>> GzipReader(io.BytesIO(gzip.compress(b"a") + gzip.compress(b"b"))).read(10)
        b'ab'
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._inflate = zlib.decompressobj(_GZIP_WBITS)
        self._pending = b""
        self._fresh = True
        self.bytes_in = 0
        self.bytes_out = 0

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; fewer only at the end.

        Raises:
            Refused: ``gzip_truncated``, ``gzip_crc``, ``gzip_corrupt`` or ``gzip_bomb``.
        """
        parts: list[bytes] = []
        wanted = size
        while wanted > 0 and self._ready():
            piece = self._piece(wanted)
            wanted -= len(piece)
            parts.append(piece)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _ready(self) -> bool:
        if not self._pending:
            self._pending = self._raw.read(BLOCK)
            self.bytes_in += len(self._pending)
        if self._fresh:  # between members: zero padding is allowed (RFC 1952 leaves it open, tar pads)
            self._pending = self._pending.lstrip(b"\0") if self.bytes_in else self._pending
        return bool(self._pending) or not self._fresh

    def _piece(self, wanted: int) -> bytes:
        at_end = not self._pending
        try:
            piece = self._inflate.decompress(self._pending, wanted)
        except zlib.error as error:
            raise Refused(_zlib_reason(str(error))) from None
        self._advance()
        if at_end and not piece and not self._fresh:
            raise Refused("gzip_truncated")
        self.bytes_out += len(piece)
        if self.bytes_out > BOMB_BYTES and self.bytes_out > BOMB_RATIO * self.bytes_in:
            raise Refused("gzip_bomb")
        return piece

    def _advance(self) -> None:
        self._fresh = self._inflate.eof
        if self._inflate.eof:
            self._pending = self._inflate.unused_data
            self._inflate = zlib.decompressobj(_GZIP_WBITS)
        else:
            self._pending = self._inflate.unconsumed_tail


def _zlib_reason(message: str) -> str:
    return "gzip_crc" if "incorrect data check" in message or "length check" in message else "gzip_corrupt"


def verify(raw: BinaryIO) -> int:
    """Read a gzip stream to its end and return its decompressed size.

    Nothing of a file may be committed before its end was seen, so this runs before the first row.

    Raises:
        Refused: see `GzipReader.read`.
    """
    reader = GzipReader(raw)
    while reader.read(BLOCK):
        pass
    return reader.bytes_out
