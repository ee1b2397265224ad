"""The door of ``--source hl7v2``: files of HL7 v2 messages."""

import contextlib
from collections.abc import Iterator
from typing import Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.forms import sniff
from plummer.pipelines.landing.framing import BOM, Prefixed, Readable
from plummer.pipelines.landing.hl7v2.batches import iter_messages
from plummer.pipelines.landing.hl7v2.mapper import map_message
from plummer.pipelines.landing.kinds import Door
from plummer.pipelines.landing.limits import SNIFF
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import ReadTask

_NAMES: Final = (".hl7", ".hl7v2", ".er7", ".mllp")
_HEADS: Final = (b"MSH", b"FHS", b"BHS")
_RUN: Final = 16
"""Messages that one of the tasks that share a file takes in a row."""

_BLANKS: Final = b" \t\r\n\x0b\x1c"


def form_of(path: str, uri: str) -> str:
    """``hl7v2`` or ``hl7v2.gz`` where the name says so or it begins with a header segment, else ``other``."""
    named = path.lower().removesuffix(".gz").endswith(_NAMES)
    try:
        with storage.open_binary(uri) as stream:
            packed = stream.read(2) == gzipped.MAGIC
            stream.seek(0)
            head = b""
            with contextlib.suppress(Refused):
                head = (gzipped.GzipReader(stream) if packed else stream).read(256)
    except OSError:
        raise storage.unreadable() from None
    if named or head.removeprefix(BOM).lstrip(_BLANKS)[:3] in _HEADS:
        return "hl7v2.gz" if packed else "hl7v2"
    return "other"


def read(stream: Readable, task: ReadTask) -> Iterator[Outcome]:
    """Every unit of a file that falls to a task: the resources of its messages, and what is refused.

    Raises:
        Refused: ``encoding_not_utf8`` or ``binary_content``, by the first bytes.
    """
    head = stream.read(SNIFF)
    sniff(head, lines=False)
    for number, raw in enumerate(iter_messages(Prefixed(head, stream))):
        if task.takes(number, _RUN):
            yield from map_message(raw, task.zone)


DOOR: Final = Door(frozenset({"hl7v2", "hl7v2.gz"}), form_of, read)
