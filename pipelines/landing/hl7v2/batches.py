r"""A file cut into messages: plain, MLLP-framed (VT ... FS CR), or in batches (FHS, BHS, BTS, FTS).

A segment ends with CR (HL7 v2.5.1, 2.8); LF and CRLF are as common in files. Every end counts as the end of
a physical line, so that a message with CR ends has as many lines as segments.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from plummer.pipelines.landing.framing import BOM, Readable
from plummer.pipelines.landing.hl7v2.limits import MAX_MESSAGE
from plummer.pipelines.landing.limits import BLOCK
from plummer.pipelines.landing.refusal import Refused

_ENDS: Final = re.compile(rb"\r\n|\r|\n|\x0b|\x1c")
_FRAMES: Final = (b"\x0b", b"\x1c")
_OPENS: Final = (b"FHS", b"BHS")
_CLOSES: Final = (b"FTS", b"BTS")


@dataclass(slots=True)
class Raw:
    """One message, or what stands in the place of one.

    Attributes:
        line: physical line of its first segment.
        segments: its segments with their lines; empty where it is longer than the limit.
        size: its length in bytes, ends not counted.
        sha256: hex digest of the segments, each with a CR.
        refusal: why it isn't a message, None where it may be one.
    """

    line: int
    segments: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0
    sha256: str = ""
    refusal: Refused | None = None

    @property
    def body(self) -> bytes:
        """Its segments, each ended by a CR."""
        return b"".join(text + b"\r" for _, text in self.segments)


class _Open:
    """A message that is being read."""

    def __init__(self, line: int, refusal: Refused | None = None) -> None:
        self.raw = Raw(line, refusal=refusal)
        self.digest = hashlib.sha256()

    def add(self, line: int, text: bytes) -> None:
        self.digest.update(text + b"\r")
        self.raw.size += len(text)
        if self.raw.size > MAX_MESSAGE:
            self.raw.refusal = Refused("message_too_large")
            self.raw.segments.clear()
        else:
            self.raw.segments.append((line, text))

    def close(self) -> Raw:
        self.raw.sha256 = self.digest.hexdigest()
        return self.raw


def iter_messages(stream: Readable) -> Iterator[Raw]:
    r"""Every message of a file, and what is none: text before a header, a batch that lost messages.

    Example:
        >>> import io
        >>> found = iter_messages(io.BytesIO(b"\x0bMSH|1\rPID|1\r\x1c\rMSH|2\rBTS|3\r"))
        >>> [(raw.line, len(raw.segments), str(raw.refusal)) for raw in found]
        [(1, 2, 'None'), (4, 1, 'None'), (5, 1, 'batch_count_mismatch')]
    """
    now: _Open | None = None
    batch = _Batch()
    last = 0
    for number, text, framed in _pieces(stream):
        last = number
        head = text[:3]
        if now is not None and (framed or head == b"MSH" or head in _OPENS or head in _CLOSES):
            yield now.close()
            now = None
        if not text.strip():
            continue
        if head in _OPENS or head in _CLOSES:
            yield from batch.envelope(number, text)
            continue
        if now is None:
            now = _Open(number, None if head == b"MSH" else Refused("missing_msh"))
            batch.count += head == b"MSH"
        now.add(number, text)
    if now is not None:
        yield now.close()
    yield from batch.end(last)


class _Batch:
    """How many messages an envelope says it has, against those that were there."""

    def __init__(self) -> None:
        self.open = False
        self.count = 0

    def envelope(self, line: int, text: bytes) -> Iterator[Raw]:
        head, told = text[:3], text[4:].split(text[3:4] or b"|")[0].strip()
        if head == b"BHS":
            yield from self.end(line)
            self.open = True
        if head in {b"BHS", b"FHS"}:
            self.count = 0
        if head == b"BTS":
            if told.isdigit() and int(told[:9]) != self.count:
                yield _lost(line, text, Refused("batch_count_mismatch"))
            self.open = False

    def end(self, line: int) -> Iterator[Raw]:
        if self.open:
            yield _lost(line, b"", Refused("batch_truncated"))
        self.open = False


def _lost(line: int, text: bytes, reason: Refused) -> Raw:
    lost = _Open(line, reason)
    lost.add(line, text)
    return lost.close()


def _pieces(stream: Readable) -> Iterator[tuple[int, bytes, bool]]:
    """Pieces between ends: physical line, text, and whether a frame's mark stands before it."""
    number, framed, held = 1, False, _Held()
    block = stream.read(BLOCK).removeprefix(BOM)
    while block:
        while block[-1:] == b"\r" and (more := stream.read(1)):
            block += more  # an LF may follow
        at = 0
        for end in _ENDS.finditer(block):
            yield number, held.take(block[at : end.start()]), framed
            at = end.end()
            framed = end[0] in _FRAMES
            number += not framed
        held.parts.append(block[at:])
        held.size += len(block) - at
        if held.size > MAX_MESSAGE:
            yield number, held.take(b""), framed
            framed = False
        block = stream.read(BLOCK)
    yield number, held.take(b""), framed


class _Held:
    """What was read of a piece whose end is not yet there."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def take(self, last: bytes) -> bytes:
        whole = b"".join([*self.parts, last]) if self.parts else last
        self.parts, self.size = [], 0
        return whole
