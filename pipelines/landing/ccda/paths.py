"""Paths through a document, as the mapping writes them.

``entryRelationship[@typeCode=MFST]/observation[template=22.4.9]/value``: names of elements, ``*`` for any,
``..`` for the element around, ``.`` for the one itself, ``@name`` last for an attribute. A condition in
brackets is ``@name=A|B`` (one of the values), ``child/@name=A|B``, ``template=T|U`` or ``name`` (there is
such a child), and ``!`` before it turns it round. Templates are written below their arc
2.16.840.1.113883.10.20.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from plummer.pipelines.landing.ccda.xml_tree import Node

ARC: Final = "2.16.840.1.113883.10.20."
_STEP: Final = re.compile(r"(?P<name>@?[A-Za-z:]+|\*|\.\.?)(?P<tests>(?:\[[^\]]+\])*)")
_TEST: Final = re.compile(r"(?P<no>!?)(?P<path>[A-Za-z@/:]+)(?:=(?P<values>[^\]]+))?")

Test = Callable[[Node], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the element's or attribute's name, and what must hold of the element."""

    name: str
    tests: tuple[Test, ...]


def templates(node: Node) -> set[str]:
    """Roots of the templates that an element says it follows.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> templates(read_xml(b"<act xmlns='urn:hl7-org:v3'><templateId root='1.2' extension='3'/></act>"))
        {'1.2'}
    """
    return {child.attrs.get("root", "") for child in node.all("templateId")}


@cache
def compiled(path: str) -> tuple[Step, ...]:
    """The steps of a path.

    Raises:
        ValueError: it isn't one.

    Example:
        >>> [step.name for step in compiled("id[@root]/@extension")]
        ['id', '@extension']
    """
    steps, at = [], 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (match.end() < len(path) and path[match.end()] != "/"):
            raise ValueError(f"no path: {path}")
        tests = tuple(_test(part) for part in re.findall(r"\[([^\]]+)\]", match["tests"]))
        steps.append(Step(match["name"], tests))
        at = match.end() + 1
    return tuple(steps)


def _test(text: str) -> Test:
    match = _TEST.fullmatch(text)
    if match is None:
        raise ValueError(f"no condition: {text}")
    wanted = frozenset((match["values"] or "").split("|")) if match["values"] else None
    path, turned = match["path"], bool(match["no"])
    if path == "template":
        full = {ARC + value for value in wanted or ()}
        return lambda node: bool(templates(node) & full) != turned
    *inner, last = path.split("/")
    return lambda node: _holds(node, inner, last, wanted) != turned


def _holds(node: Node, inner: list[str], last: str, wanted: frozenset[str] | None) -> bool:
    places = [node]
    for name in inner:
        places = [child for place in places for child in place.all(name)]
    if not last.startswith("@"):
        return any("nullFlavor" not in child.attrs for at in places for child in at.all(last))
    values = [at.attrs[last[1:]] for at in places if last[1:] in at.attrs]
    return any(wanted is None or value in wanted for value in values)


def nodes(node: Node, path: str) -> list[Node]:
    """The elements that a path leads to, marked as seen with those on the way."""
    found: Iterable[Node] = [node]
    for step in compiled(path):
        found = [
            there for at in found for there in _next(at, step.name) if all(test(there) for test in step.tests)
        ]
        for there in found:
            there.seen = True
    return list(found)


def is_attribute(path: str) -> bool:
    """Whether a path ends with an attribute.

    Example:
        >>> is_attribute("id/@root"), is_attribute("effectiveTime[low/@value]")
        (True, False)
    """
    return path.rpartition("/")[2].startswith("@") and not path.endswith("]")


def attribute(node: Node, path: str) -> list[str]:
    """The values of the attribute that a path ends with."""
    way, _, name = path.rpartition("/") if "/" in path else ("", "", path)
    places = nodes(node, way) if way else [node]
    return [value for place in places if (value := place.attrs.get(name[1:], "").strip())]


def _next(node: Node, name: str) -> list[Node]:
    if name == ".":
        return [node]
    if name == "..":
        return [node.parent] if node.parent is not None else []
    if name == "*":
        return node.children
    return node.all(name)
