"""The narrative of a section as plain text, and what an entry points at in it."""

from collections.abc import Mapping
from typing import Final

from plummer.pipelines.landing.ccda.xml_tree import Node

_BREAKS: Final = frozenset({
    "br", "tr", "thead", "tbody", "tfoot", "table", "paragraph", "item", "list", "caption", "text", "title",
    "footnote",
})  # fmt: skip
_CELLS: Final = frozenset({"td", "th"})


def plain_text(root: Node) -> str:
    r"""Text in document order: a row of a table is a line, its cells are told apart by ``|``.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> row = b"<tr><td>a</td>\n <td>b  c</td></tr>"
        >>> plain_text(read_xml(b"<text xmlns='urn:hl7-org:v3'>%sd</text>" % row))
        'a | b c\nd'
    """
    parts: list[str] = []
    todo: list[tuple[Node, bool]] = [(root, False)]
    while todo:
        node, done = todo.pop()
        breaks = "\n" if node.tag in _BREAKS else ""
        if done:
            parts += [" | " if node.tag in _CELLS else breaks, _inline(node.tail) if node is not root else ""]
            continue
        parts += [breaks, _inline(node.text)]
        todo.append((node, True))
        todo.extend((child, False) for child in reversed(node.children))
    return _tidy("".join(parts))


def _inline(text: str) -> str:
    if text.isspace():  # how the XML is laid out, not what it says
        return " "
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()).removesuffix(" |").strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def anchors(root: Node) -> Mapping[str, Node]:
    """Elements of the document's narrative by their ``ID``; the first of each.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> list(anchors(read_xml(b"<text xmlns='urn:hl7-org:v3'><content ID='a'/></text>")))
        ['a']
    """
    found: dict[str, Node] = {}
    for node in root.walk():
        name = node.attrs.get("ID")
        if name:
            found.setdefault(name, node)
    return found


def text_of(node: Node, named: Mapping[str, Node]) -> str:
    """What an ED or ST says: its own words, or those of the narrative that its reference points at.

    A reference that isn't ``#ID`` of this document is not followed.
    """
    own = plain_text(node)
    if own:
        return own
    reference = node.one("reference")
    target = named.get(reference.attrs.get("value", "").removeprefix("#")) if reference is not None else None
    return "" if target is None else plain_text(target)
