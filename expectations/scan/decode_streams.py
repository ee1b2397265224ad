"""Compressed streams: gzip (RFC 1952), zstd (RFC 8878), bzip2, xz, zlib (RFC 1950), lz4 frames."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast

import pyarrow as pa
import zstandard

from plummer.expectations.scan.source import Blob, Chunks, Decoder, Limits, Part, Raw, UnopenedError, magic

_CHUNK: Final = 1 << 20
_Opener = Callable[[BinaryIO], BinaryIO]


def _gzip(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="rb"))


def _bz2(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", bz2.BZ2File(raw))


def _xz(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", lzma.LZMAFile(raw))


def _lz4(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", pa.CompressedInputStream(raw, "lz4"))


def _zstd(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(Chunks(_zstd_frames(raw))))


def _zlib(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(Chunks(_zlib_blocks(raw))))


def _zstd_frames(raw: BinaryIO) -> Iterator[bytes]:
    """Frame after frame; python-zstandard's own reader ends quietly at a truncated frame."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    started = False
    while data := raw.read(_CHUNK // 8):
        while data:
            if frame.eof:
                frame = zstandard.ZstdDecompressor().decompressobj()
            started = True
            yield frame.decompress(data)
            data = frame.unused_data if frame.eof else b""
    if started and not frame.eof:
        raise UnopenedError("truncated")


def _zlib_blocks(raw: BinaryIO) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    while data := raw.read(_CHUNK):
        while data and not stream.eof:
            yield stream.decompress(data, _CHUNK)
            data = stream.unconsumed_tail
        if stream.unused_data or (stream.eof and raw.read(1)):
            raise UnopenedError("corrupt")  # what stands behind its end would go unsearched
    if not stream.eof:
        raise UnopenedError("truncated")


def _parts(opener: _Opener) -> Callable[[Blob, Limits], Iterator[Part]]:
    def parts(blob: Blob, limits: Limits) -> Iterator[Part]:
        # Stored names and comments stand uncompressed in the header.
        yield "header", Raw(blob.head()[:512])
        stem = blob.name.rsplit(".", 1)[0]
        yield "", Blob(stem, lambda: opener(blob.opener()), stream=True)

    return parts


def _is_gzip(head: bytes, name: str) -> bool:
    """Deflate and no reserved flag: two bytes alone also begin one random cell in 65,536."""
    strict = head.startswith(b"\x1f\x8b\x08") and len(head) > 3 and head[3] < 0x20
    return strict or (head.startswith(b"\x1f\x8b") and name.endswith(".gz"))


def _is_bzip2(head: bytes, name: str) -> bool:
    strict = head[:3] == b"BZh" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90")
    return strict or (head.startswith(b"BZh") and name.endswith(".bz2"))


def _is_zlib(head: bytes, _name: str) -> bool:
    """Two bytes tell little, so the first block must decompress."""
    if not head.startswith((b"\x78\x01", b"\x78\x9c", b"\x78\xda")):
        return False
    try:
        return bool(zlib.decompressobj().decompress(head, 16))
    except zlib.error:
        return False


STREAMS: Final = (
    Decoder("gzip", _is_gzip, _parts(_gzip)),
    Decoder("zstd", magic(b"\x28\xb5\x2f\xfd"), _parts(_zstd)),
    Decoder("bzip2", _is_bzip2, _parts(_bz2)),
    Decoder("xz", magic(b"\xfd7zXZ\x00"), _parts(_xz)),
    Decoder("lz4", magic(b"\x04\x22\x4d\x18"), _parts(_lz4)),
    Decoder("zlib", _is_zlib, _parts(_zlib)),
)
