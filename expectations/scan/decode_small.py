"""Pickles, PNG images, and the kinds that are known and can't be opened here."""

import io
import pickletools
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Final

from plummer.expectations.scan.folding import SEPARATOR
from plummer.expectations.scan.source import HEAD, Blob, Decoder, Limits, Part, Raw, UnopenedError, magic


def _pickle_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    """The constants of a pickle, read from its opcodes; nothing is executed or imported."""
    data = blob.read(limits)
    stream = io.BytesIO(data)
    texts: list[str] = []
    while stream.tell() < len(data):
        for _opcode, argument, _position in pickletools.genops(stream):
            if isinstance(argument, (bytes, bytearray)):
                yield "bytes", bytes(argument)
            elif argument is not None:
                texts.append(str(argument))
    yield "strings", SEPARATOR.join(texts)


def _is_pickle(head: bytes, _name: str) -> bool:
    """Protocol 2 and later whose first opcodes parse; earlier protocols are text."""
    if len(head) < 3 or head[0] != 0x80 or not 2 <= head[1] <= 5:
        return False
    if head[1] >= 4 and head[2:3] == b"\x95":
        return len(head) < 11 or head[8:11] == b"\x00\x00\x00"  # a frame below a terabyte
    return _opcodes_parse(head)


def _opcodes_parse(head: bytes) -> bool:
    stream = io.BytesIO(head)
    try:
        return sum(1 for _ in islice(pickletools.genops(stream), 8)) >= 2
    except (ValueError, UnicodeDecodeError):
        # A long first constant runs beyond the head; anything else that fails early isn't a pickle.
        return stream.tell() >= len(head) and len(head) >= HEAD


_PNG: Final = b"\x89PNG\r\n\x1a\n"


def _png_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    """Text chunks, decompressed where they are (https://www.w3.org/TR/png-3/#11textinfo)."""
    data = blob.read(limits)
    place = len(_PNG)
    kind = b""
    while kind != b"IEND":
        if place + 12 > len(data):
            raise UnopenedError("truncated")
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        place += length + 12
        if place > len(data):
            raise UnopenedError("truncated")
        if kind != b"IDAT":
            yield f"chunk {kind.decode('ascii', 'replace')}", _png_chunk(kind, body)
    yield "after the image", Raw(data[place:])


def _png_chunk(kind: bytes, body: bytes) -> Raw:
    keyword, _, rest = body.partition(b"\x00")
    if kind == b"zTXt":
        rest = zlib.decompress(rest[1:])
    elif kind == b"iTXt":
        compressed, (language, translated, text) = rest[:1], rest[2:].split(b"\x00", 2)
        rest = b"\n".join((language, translated, zlib.decompress(text) if compressed == b"\x01" else text))
    return Raw(keyword + b"\n" + rest)


def _unopenable(blob: Blob, limits: Limits) -> Iterator[Part]:
    yield "", UnopenedError("no_decoder")


_NO_DECODER: Final = (
    b"%PDF-",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # old Word, Excel, Outlook
    b"\x89HDF\r\n\x1a\n",
    b"Obj\x01",  # Avro
    b"FEA1\x00",  # Feather 1
    b"LZIP\x01",
    b"MSCF\x00\x00",
    b"\xff\x06\x00\x00sNaPpY",
    b"age-encryption.org/",
    b"-----BEGIN PGP MESSAGE",
    b"LUKS\xba\xbe",
    b"Salted__",  # openssl enc
)


def _is_known(head: bytes, name: str) -> bool:
    return head.startswith(_NO_DECODER) or (head.startswith(b"\x1f\x9d") and name.endswith(".Z"))


SMALL: Final = (
    Decoder("pickle", _is_pickle, _pickle_parts),
    Decoder("png", magic(_PNG), _png_parts),
    Decoder("no_decoder", _is_known, _unopenable),
)
