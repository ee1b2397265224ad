"""Bytes as text: encodings, and the strings within bytes that are no text."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from plummer.expectations.scan.folding import SEPARATOR
from plummer.expectations.scan.source import Blob

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL: Final = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\x0b\x0c\x1b\x1c\x1d\x1e\x1f")
_RUN: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{4,}")
# Wide characters up to U+06FF (Latin, Greek, Cyrillic, Hebrew, Arabic), wherever they begin.
_WIDE: Final = (
    (re.compile(rb"(?:[\x00-\xff][\x00-\x06]){4,}"), "utf-16-le"),
    (re.compile(rb"(?:[\x00-\x06][\x00-\xff]){4,}"), "utf-16-be"),
    (re.compile(rb"(?:[\x00-\xff][\x00-\x06]\x00\x00){4,}"), "utf-32-le"),
)
# Without separators between them, values in a binary record part where the kind of character changes.
_SEAM: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z]|[0-9])")


def is_binary(head: bytes) -> bool:
    """Whether the first bytes are those of no text that is known.

    Example:
        >>> is_binary(b"Jane"), is_binary("Jane".encode("utf-16")), is_binary(bytes(8) + b"Jane")
        (False, False, True)
    """
    if head.startswith(tuple(bom for bom, _ in _BOMS)) or _wide(head):
        return False
    odd = len(head) - len(head.translate(None, _CONTROL))
    return b"\x00" in head or odd * 50 > len(head)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: nearly every other byte is zero, the others nearly never."""
    even, odd = head[0::2], head[1::2]
    if len(head) >= 8 and odd.count(0) * 10 >= len(odd) * 7 and not even.count(0):
        return "utf-16-le"
    if len(head) >= 8 and even.count(0) * 10 >= len(even) * 7 and not odd.count(0):
        return "utf-16-be"
    return None


def texts(data: bytes, head: bytes) -> Iterator[str]:
    """Every reading of text bytes; two where the encoding can't be told.

    Example:
        >>> next(texts("Jürgen".encode("latin-1"), b""))
        'Jürgen'
    """
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), _wide(head) or "utf-8")
    if encoding.startswith(("utf-16", "utf-32")):
        yield data.decode(encoding, "replace")
        yield SEPARATOR.join(_wide_runs(data))
        return
    try:
        yield data.decode(encoding)
    except UnicodeDecodeError:
        yield data.decode("cp1252", "replace")
        yield data.decode("utf-8", "replace")


def raw_texts(data: bytes) -> Iterator[str]:
    """Strings within binary data: as UTF-8, as an 8-bit code page, as UTF-16 and UTF-32."""
    runs = SEPARATOR.encode().join(_RUN.findall(data))
    yield from _seams(runs.decode("utf-8", "replace"))
    if not runs.isascii():
        yield runs.decode("cp1252", "replace")
    if wide := SEPARATOR.join(_wide_runs(data)):
        yield from _seams(wide)


def _seams(text: str) -> Iterator[str]:
    yield text
    if (parted := _SEAM.sub(" ", text)) != text:
        yield parted


def _wide_runs(data: bytes) -> Iterator[str]:
    for pattern, encoding in _WIDE:
        for match in pattern.finditer(data):
            yield match[0].decode(encoding, "replace")


def kind_of_text(head: bytes, blob: Blob) -> str:
    """What reports call a text; it doesn't change how the text is read."""
    if blob.path is not None and blob.path.parent.name == "_delta_log":
        return "delta_log"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return "json"
    if start == b"<":
        return "html"
    return "csv" if blob.name.lower().endswith((".csv", ".tsv")) else "text"
