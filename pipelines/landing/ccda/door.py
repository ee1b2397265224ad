"""The door of the kind ``ccda``: a document is read whole, and each resource that it makes is a unit."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.ccda.document import map_document
from plummer.pipelines.landing.ccda.interpret import Made
from plummer.pipelines.landing.ccda.xml_tree import MAX_DOCUMENT, read_xml
from plummer.pipelines.landing.framing import Readable, read_whole
from plummer.pipelines.landing.kinds import Door
from plummer.pipelines.landing.outcome import Outcome, refused
from plummer.pipelines.landing.records import check_line
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import ReadTask


def form_of(path: str, uri: str) -> str:
    """``ccda`` or ``ccda.gz`` for a file named ``.xml``, packed or not; gzip is told by its first bytes.

    Raises:
        PlummerError: ``source_unreadable``.
    """
    if not path.lower().removesuffix(".gz").endswith(".xml"):
        return "other"
    try:
        with storage.open_binary(uri) as stream:
            return "ccda.gz" if stream.read(2) == gzipped.MAGIC else "ccda"
    except OSError:
        raise storage.unreadable() from None


def read(stream: Readable, task: ReadTask) -> Iterator[Outcome]:
    """Every resource of a document, at the line of the element that drove it.

    What is refused has the bytes of that element.

    Raises:
        Refused: before the first one, where nothing of the document can be taken.
    """
    data = read_whole(stream, MAX_DOCUMENT)
    try:
        mapped = map_document(read_xml(data, task.zone))
    except Refused:
        raise
    except Exception:  # one hostile document must not end the load; the reason says that nobody foresaw it
        raise Refused("check_failed") from None
    for position, made in enumerate(mapped.made):
        left = None if position else dict(mapped.left)
        yield replace(_outcome(made, data), sequence=position, uncarried=left or None)


def _outcome(made: Made, data: bytes) -> Outcome:
    node = made.node
    if not made.reason:
        (found,) = check_line(made.body, node.line)
        if found.reason is None:
            return found
    reason = made.reason or str(found.reason)
    end = data.find(b">", node.end) + 1
    return refused(reason, data[node.start : end or len(data)], node.line)


DOOR: Final = Door(frozenset({"ccda", "ccda.gz"}), form_of, read)
