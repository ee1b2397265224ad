"""The narrative of a section as plain text, and what an entry points at in it."""

from typing import Final

from plummer.pipelines.landing.ccda.xml_tree import Node
from plummer.pipelines.landing.refusal import Refused

MOST_REFERRED: Final = 32 * 1024 * 1024
"""Characters that all references of a document may come to: one text named ten thousand times is a bomb."""

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


class Anchors:
    """What entries point at in a document's narrative: elements by their ``ID``, the first of each.

    Args:
        root: the document.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> Anchors(read_xml(b"<text><content ID='a'>x</content></text>")).text("#a")
        'x'
    """

    def __init__(self, root: Node) -> None:
        self._nodes: dict[str, Node] = {}
        self._texts: dict[str, str] = {}
        self._left = MOST_REFERRED
        for node in root.walk():
            if name := node.attrs.get("ID"):
                self._nodes.setdefault(name, node)

    def text(self, reference: str) -> str:
        """The words that a reference points at; one that isn't ``#ID`` of this document is not followed.

        Raises:
            Refused: ``xml_too_large`` once references have multiplied the narrative beyond all measure.
        """
        name = reference.removeprefix("#")
        if name not in self._nodes:
            return ""
        if name not in self._texts:
            self._texts[name] = plain_text(self._nodes[name])
        if len(self._texts[name]) > self._left:
            raise Refused("xml_too_large")
        self._left -= len(self._texts[name])
        return self._texts[name]


def text_of(node: Node, named: Anchors) -> str:
    """What an ED or ST says: its own words, or those of the narrative that its reference points at."""
    own = plain_text(node)
    if own:
        return own
    reference = node.one("reference")
    return "" if reference is None else named.text(reference.attrs.get("value", ""))
