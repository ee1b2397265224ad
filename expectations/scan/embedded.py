"""Runs of base64 and hex within text, decoded."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from plummer.expectations.scan.folding import slices

_RUN: Final = bytes(
    byte if (chr(byte).isalnum() and byte < 128) or byte in b"+/-_" else 0x20 for byte in range(256)
)
_SHORTEST: Final = 7
"""Five bytes, the shortest needle, are seven characters of base64 without padding."""
_DIGEST: Final = 16
_PLAIN: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r\x00"
_HIGH: Final = bytes(range(7))
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FIRST: Final = frozenset(bytes([byte]) for byte in b"\x1f\x28\xfdBx\x04P\x80\x89%7R\xd0OFLM\xffa-SA")
"""First bytes of the containers that are known; a short random run is none of them."""
_LONG: Final = 64
_WRAPPED: Final = re.compile(
    r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16,76}\r?\n(?:[A-Za-z0-9+/]{60,76}\r?\n)*[A-Za-z0-9+/]+={0,2}"
)
_PIECES: Final = re.compile(r"[A-Za-z0-9]{7,}")
_URLSAFE: Final = str.maketrans("-_", "+/")
_REMEMBERED: Final = 200_000
_SHORT: Final = 256


# Four characters of base64 that spell three ASCII characters: each letter's range follows from the top
# bits of ASCII (0x20 to 0x7f). Random letters pass once in fourteen.
_ASCII64: Final = "[I-Za-f][C-HS-Xi-ny-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589+/_-][A-Za-z0-9+/_-]"
# Words and ids are most runs and spell nothing. Worth decoding is what could spell ASCII throughout, what
# mixes cases and is long or could spell some, pairs of hex digits that spell ASCII, and containers in hex.
_MAY_SPELL: Final = re.compile(
    f"(?:{_ASCII64}){{2}}"
    f"|^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?:.{{24}}|.*?{_ASCII64})"
    "|(?:[2-7][0-9A-Fa-f]){5}"
    "|^(?:0[xX])?(?:1f8b|504b|28b5|2550|5041|5351|fffe|feff|(?:[0-9a-f][0-9a-f]0[0-6]){2})",
    re.DOTALL,
).search


_REFERENCE: Final = re.compile(
    "[A-Z][A-Za-z]+/(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[a-z2-7]{26}|[0-9]{1,19})"
).fullmatch


def may_spell(token: str) -> bool:
    """Whether a run could spell text or a container; most runs are words and ids.

    Example:
        >>> may_spell("SmFuZSBQdWJsaWM"), may_spell("observation"), may_spell("mzxw6ytboi7gs3dfon2gk4tb")
        (True, False, False)
    """
    return _MAY_SPELL(token) is not None and _REFERENCE(token) is None


class Runs:
    """Finds runs, and remembers the short ones seen before: ids and codes repeat in every record."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def tokens(self, text: str) -> list[str]:
        """The distinct runs of a text that weren't asked about before."""
        runs: set[bytes] = set()
        for piece in slices(text):
            runs.update(_encoded(piece).translate(_RUN).split())
        runs = {run for run in runs if len(run) >= _SHORTEST}
        # The last part of a reference or URL is an id by itself.
        runs |= {run.rpartition(b"/")[2] for run in runs if b"/" in run}
        return sorted(run.decode() for run in runs - self._seen if len(run) >= _SHORTEST)

    def remember(self, tokens: list[str]) -> None:
        """Don't ask again about runs in which nothing was found."""
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        self._seen.update(token.encode() for token in tokens if len(token) <= _SHORT)


def wrapped(text: str) -> list[str]:
    r"""Base64 that was broken into lines of 60 to 76 characters (RFC 2045), each run as broken.

    Example:
        >>> run = "A" * 64
        >>> [len(one) for one in wrapped("\n".join((run, run, "CC==")))]
        [134]
    """
    if not any(60 <= len(line) <= 77 and " " not in line for line in text.split("\n")):
        return []
    return [match[0] for match in _WRAPPED.finditer(text)]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def long_enough(token: str) -> bool:
    """Whether a run may be a digest."""
    return len(token) >= _DIGEST


@dataclass(frozen=True, slots=True)
class Spelled:
    """What a run spells.

    Attributes:
        how: ``base64`` or ``hex``.
        data: the bytes.
        whole: decoded from the run's own beginning, where alone a container would begin.
    """

    how: str
    data: bytes = field(repr=False)
    whole: bool = True


def decodings(token: str) -> Iterator[Spelled]:
    """What a run spells in base64 from each possible first character, and in hex; text or a container.

    Example:
        >>> [[one.data for one in decodings(run)] for run in ("SmFuZSBQdWJsaWM", "xSmFuZSBQdWJsaWM")]
        [[b'Jane Public'], [b'Jane Public']]
        >>> [(one.how, one.data) for one in decodings("4a616e65205075626c6963")][-1]
        ('hex', b'Jane Public')
    """
    yield from _one(token)
    if not token.isalnum():
        for piece in _PIECES.findall(token):
            yield from (replace(one, whole=False) for one in _one(piece) if is_text(one.data))


def _one(token: str) -> Iterator[Spelled]:
    plain = token.translate(_URLSAFE)
    bare = token[2:] if token[:2] == "0x" else token
    for start in range(4):
        if (data := _decode64(plain[start:])) and _worth(data, start == 0):
            yield Spelled("base64", data, start == 0)
    for start in (0, 1):
        if (data := _decode16(bare[start:])) and _worth(data, start == 0):
            yield Spelled("hex", data, start == 0)


def _decode64(run: str) -> bytes:
    # One character beyond a whole group spells nothing; two or three lack only their padding.
    run = run[: len(run) - 1] if len(run) % 4 == 1 else run
    try:
        return base64.b64decode(run + "=" * (-len(run) % 4))
    except binascii.Error:
        return b""


def _decode16(run: str) -> bytes:
    try:
        return bytes.fromhex(run[: len(run) // 2 * 2]) if len(run) >= 10 else b""
    except ValueError:
        return b""


def _worth(data: bytes, whole: bool) -> bool:
    return is_text(data) or (whole and (len(data) >= _LONG or data[:1] in _FIRST))


def is_wide(data: bytes) -> bool:
    """UTF-16 with a byte order mark, or of scripts up to U+06FF in either byte order."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    halves = (data[0::2], data[1::2]) if len(data) >= 8 else ()
    return any(not half.translate(None, _HIGH) for half in halves)


def is_text(data: bytes) -> bool:
    """Mostly ASCII, or UTF-8 without control characters, or UTF-16.

    Example:
        >>> is_text(b"Jane"), is_text("Jürgen".encode("latin-1")), is_text(bytes(range(128, 160)))
        (True, True, False)
    """
    if len(data.translate(None, _PLAIN)) * 5 <= len(data) or is_wide(data):
        return True
    try:
        return not _CONTROL.search(data.decode())
    except UnicodeDecodeError:
        return False
