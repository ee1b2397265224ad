"""XML that nobody has vetted to a small tree that knows its lines, through defusedxml.

No DTD, so no entity and nothing external; UTF-8 only; bounded in size, depth, elements and attributes. What
isn't so is refused whole, with a code and never with the parser's message, which may quote it.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers.expat import errors

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from plummer.pipelines.landing.forms import sniff
from plummer.pipelines.landing.limits import MIB, SNIFF
from plummer.pipelines.landing.refusal import Refused

MAX_DOCUMENT: Final = 64 * MIB
"""Largest decompressed document: one with an embedded scan has some 20 MiB."""

MAX_ELEMENTS: Final = 300_000
"""Most elements: one MiB of C-CDA has some 20,000, and each takes up to 700 bytes of memory."""

MAX_DEPTH: Final = 128
MAX_ATTRIBUTES: Final = 32

_FEW: Final = 16
_SPACES: Final = {
    "urn:hl7-org:v3": "",
    "urn:hl7-org:sdtc": "sdtc:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
}
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CUT_OFF: Final = frozenset(
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


class Node:
    """One element.

    Attributes:
        tag: its name; ``sdtc:`` before those of that namespace, ``other:`` before those of unknown ones.
        attrs: its attributes, ``xsi:type`` without the prefix of its value.
        children: its elements.
        text: what stands before the first of them.
        tail: what stands after it in its parent.
        parent: the element around it.
        line: 1-based line where it begins.
        start: byte where it begins.
        end: byte where its end tag begins.
        by_tag: its elements by name, once somebody asked and they are many.
        seen: whether the mapping has looked at it.
        zone: IANA zone of times that name none, the document's, "" where nobody declared it.
    """

    __slots__ = (
        "attrs", "by_tag", "children", "end", "line", "parent", "seen", "start", "tag", "tail", "text",
        "zone",
    )  # fmt: skip

    def __init__(self, tag: str, attrs: dict[str, str], parent: "Node | None", line: int, start: int) -> None:
        self.tag = tag
        self.attrs = attrs
        self.children: list[Node] = []
        self.by_tag: dict[str, list[Node]] | None = None
        self.text = ""
        self.tail = ""
        self.parent = parent
        self.line = line
        self.start = start
        self.end = start
        self.seen = False
        self.zone: str = "" if parent is None else parent.zone

    def all(self, tag: str) -> "list[Node]":
        """The children of that name."""
        if len(self.children) <= _FEW:
            return [child for child in self.children if child.tag == tag]
        if self.by_tag is None:  # else each of ten thousand parts would look through all of them
            self.by_tag = {}
            for child in self.children:
                self.by_tag.setdefault(child.tag, []).append(child)
        return self.by_tag.get(tag, [])

    def one(self, tag: str) -> "Node | None":
        """The first child of that name."""
        return next(iter(self.all(tag)), None)

    def walk(self) -> "Iterator[Node]":
        """The element and all below it, in document order, without recursion."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.children))


def read_xml(data: bytes, zone: str = "") -> Node:
    """The root element of a document.

    Args:
        data: the document.
        zone: IANA zone of times that name none, "" where nobody declared it.

    Raises:
        Refused: ``file_too_large``, ``encoding_not_utf8``, ``binary_content``, ``nul_byte``,
            ``xml_dtd_forbidden``, ``xml_truncated``, ``xml_malformed``, ``xml_too_large`` (more elements or
            attributes than any document has) or ``nesting_too_deep``.

    Example:
        >>> read_xml(b'<a xmlns="urn:hl7-org:v3"><b n="1">x</b></a>').one("b").text
        'x'
        >>> read_xml(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: xml_dtd_forbidden
    """
    _check_bytes(data)
    builder = _Builder(zone)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        raise Refused("xml_dtd_forbidden") from None
    except ParseError as error:
        raise Refused(_unparsed(error)) from None
    except (ValueError, LookupError):  # an encoding that expat doesn't know
        raise Refused("encoding_not_utf8") from None
    if builder.root is None:
        raise Refused("xml_truncated")
    return builder.root


def _check_bytes(data: bytes) -> None:
    if len(data) > MAX_DOCUMENT:
        raise Refused("file_too_large")
    sniff(data[:SNIFF], lines=False)
    declared = _DECLARED.search(data[:SNIFF])
    if declared is not None and declared[1].decode("ascii").lower() not in _ENCODINGS:
        raise Refused("encoding_not_utf8")
    if b"\0" in data:
        raise Refused("nul_byte")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise Refused(_undecoded(error)) from None


def _unparsed(error: ParseError) -> str:
    return "xml_truncated" if error.code in _CUT_OFF else "xml_malformed"


def _undecoded(error: UnicodeDecodeError) -> str:
    return "xml_truncated" if error.reason == "unexpected end of data" else "encoding_not_utf8"


class _Builder:
    """The parser's target."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.parser: object = None
        self.root: Node | None = None
        self._open: list[Node] = []
        self._last: Node | None = None
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(attrs) > MAX_ATTRIBUTES:
            raise Refused("xml_too_large")
        if len(self._open) >= MAX_DEPTH:
            raise Refused("nesting_too_deep")
        parent = self._open[-1] if self._open else None
        line, at = self.parser.CurrentLineNumber, self.parser.CurrentByteIndex  # type: ignore[attr-defined]
        node = Node(_plain(tag), _attributes(attrs), parent, line, at)
        if parent is None:
            node.zone = self.zone
            self.root = node
        else:
            parent.children.append(node)
        self._open.append(node)
        self._last = None

    def end(self, _tag: str) -> None:
        self._last = self._open.pop()
        self._last.end = self.parser.CurrentByteIndex  # type: ignore[attr-defined]

    def data(self, text: str) -> None:
        if self._last is not None:
            self._last.tail += text
        elif self._open:
            self._open[-1].text += text

    def close(self) -> None:
        return None


def _plain(name: str) -> str:
    if not name.startswith("{"):
        return "other:" + name
    space, _, local = name[1:].partition("}")
    return _SPACES.get(space, "other:") + local


def _attributes(attrs: dict[str, str]) -> dict[str, str]:
    plain = {(_plain(name) if name.startswith("{") else name): value for name, value in attrs.items()}
    if "xsi:type" in plain:
        plain["xsi:type"] = plain["xsi:type"].rpartition(":")[2]
    return plain
