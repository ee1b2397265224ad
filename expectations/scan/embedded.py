"""Runs of base64 and hex within text, decoded."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

_RUN: Final = bytes(
    byte if (chr(byte).isalnum() and byte < 128) or byte in b"+/-_" else 0x20 for byte in range(256)
)
_SHORTEST: Final = 7
"""Five bytes, the shortest needle, are seven characters of base64 without padding."""
_DIGEST: Final = 16
_PLAIN: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r\x00"
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FIRST: Final = frozenset(bytes([byte]) for byte in b"\x1f\x28\xfdBx\x04P\x80\x89%7R\xd0OFLM\xffa-SA")
"""First bytes of the containers that are known; a short random run is none of them."""
_LONG: Final = 64
_WRAPPED: Final = re.compile(r"(?:^[A-Za-z0-9+/]{60,76}\r?\n){2,}[A-Za-z0-9+/]*={0,2}", re.MULTILINE)
_PIECES: Final = re.compile(r"[A-Za-z0-9]{7,}")
_URLSAFE: Final = str.maketrans("-_", "+/")
_REMEMBERED: Final = 200_000
_SHORT: Final = 256


class Runs:
    """Finds runs, and remembers the short ones seen before: ids and codes repeat in every record."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def tokens(self, text: str) -> list[str]:
        """The distinct runs of a text that weren't asked about before."""
        runs = set(text.encode("utf-8", "replace").translate(_RUN).split()) - self._seen
        return sorted(run.decode() for run in runs if len(run) >= _SHORTEST)

    def remember(self, tokens: list[str]) -> None:
        """Don't ask again about runs in which nothing was found."""
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        self._seen.update(token.encode() for token in tokens if len(token) <= _SHORT)


def unwrapped(text: str) -> str:
    r"""The text with base64 that was broken into lines of 60 to 76 characters (RFC 2045) made whole.

    Example:
        >>> lines = "A" * 64 + "\\n" + "B" * 64 + "\\n" + "CC=="
        >>> "\\n" in unwrapped(f"x:\\n{lines}")[3:]
        False
    """
    return _WRAPPED.sub(lambda match: "".join(match[0].split()), text) if "\n" in text else text


def long_enough(token: str) -> bool:
    """Whether a run may be a digest."""
    return len(token) >= _DIGEST


def decodings(token: str) -> Iterator[tuple[str, bytes]]:
    """What a run spells in base64 from each possible first character, and in hex; text or a container.

    Bytes that are no text are given only from the run's own beginning, where a container would begin.

    Example:
        >>> list(decodings("SmFuZSBQdWJsaWM")), list(decodings("xSmFuZSBQdWJsaWM"))
        ([('base64', b'Jane Public')], [('base64', b'Jane Public')])
        >>> list(decodings("4a616e65205075626c6963"))[-1]
        ('hex', b'Jane Public')
    """
    yield from _one(token)
    if not token.isalnum():
        for piece in _PIECES.findall(token):
            # The beginning of a piece is seldom that of a run, so only texts count.
            yield from ((how, data) for how, data in _one(piece) if is_text(data))


def _one(token: str) -> Iterator[tuple[str, bytes]]:
    plain = token.translate(_URLSAFE)
    for start in range(4):
        yield from (("base64", data) for data in _decode64(plain, start))
    bare = token[2:] if token[:2] == "0x" else token
    for start in (0, 1):
        yield from (("hex", data) for data in _decode16(bare, start))


def _decode64(plain: str, start: int) -> Iterator[bytes]:
    run = plain[start:]
    # One character beyond a whole group spells nothing; two or three lack only their padding.
    run = run[: len(run) - 1] if len(run) % 4 == 1 else run
    try:
        data = base64.b64decode(run + "=" * (-len(run) % 4))
    except binascii.Error:
        return
    if is_text(data) or (start == 0 and _maybe_container(data)):
        yield data


def _decode16(bare: str, start: int) -> Iterator[bytes]:
    run = bare[start : len(bare) - (len(bare) - start) % 2]
    if len(run) < 10:
        return
    try:
        data = bytes.fromhex(run)
    except ValueError:
        return
    if is_text(data) or (start == 0 and _maybe_container(data)):
        yield data


def is_text(data: bytes) -> bool:
    """Mostly ASCII (or UTF-16 of it), or UTF-8 without control characters.

    Example:
        >>> is_text(b"Jane"), is_text("Jürgen".encode("latin-1")), is_text(bytes(range(128, 160)))
        (True, True, False)
    """
    if len(data.translate(None, _PLAIN)) * 5 <= len(data):
        return True
    try:
        return not _CONTROL.search(data.decode())
    except UnicodeDecodeError:
        return False


def _maybe_container(data: bytes) -> bool:
    return len(data) >= _LONG or data[:1] in _FIRST
