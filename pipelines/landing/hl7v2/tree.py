"""Segments in their groups, told by what each may stand under (`maps/`), not by a grammar of the message.

Feeds leave groups out, repeat and reorder them; a segment goes under the nearest open one that it may.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from plummer.pipelines.landing.hl7v2.message import Segment

ANY: Final = "*"
_WIDE: Final = frozenset({"", "PID"})
_OF_ALL: Final = frozenset({"MSH", "EVN"})
_SHARED: Final = frozenset({"Patient", "Encounter"})


@dataclass(slots=True)
class Node:
    """A segment in its place.

    Attributes:
        segment: the segment, None for the message itself.
        order: position in the message.
        parent: the group's head.
        children: what stands under it.
        named: the same by the segments' names.
        made: kind and id of the resources made of it.
        makers: those of the children that make resources, by kind.
    """

    segment: Segment | None
    order: int
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    named: dict[str, list["Node"]] = field(default_factory=dict)
    made: list[tuple[str, str]] = field(default_factory=list)
    makers: dict[str, list["Node"]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The segment's name, "" of the message."""
        return "" if self.segment is None else self.segment.name

    def add(self, child: "Node") -> None:
        """Put a segment under this one."""
        self.children.append(child)
        self.named.setdefault(child.name, []).append(child)

    def make(self, kind: str, name: str) -> None:
        """Note that a resource is made of it."""
        self.made.append((kind, name))
        if self.parent is not None:
            self.parent.makers.setdefault(kind, []).append(self)

    def upwards(self) -> Iterator["Node"]:
        """Itself and what it stands under."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def below(self) -> Iterator["Node"]:
        """All that stands under it, at any depth, in order."""
        for child in self.children:
            yield child
            yield from child.below()


@dataclass(frozen=True, slots=True)
class Nesting:
    """Where a segment stands.

    Attributes:
        under: names of segments that it may stand under; `ANY` for whichever is open.
        leaf: whether nothing stands under it.
    """

    under: tuple[str, ...]
    leaf: bool


def grow(segments: Sequence[Segment], nesting: Mapping[str, Nesting]) -> Node:
    """The message with its segments in their groups; those that no rule knows are left out."""
    root = Node(None, -1)
    top = root
    for order, segment in enumerate(segments):
        place = nesting.get(segment.name)
        if place is None:
            continue
        parent = next((n for n in top.upwards() if n.name in place.under or ANY in place.under), root)
        node = Node(segment, order, parent)
        parent.add(node)
        top = top if place.leaf else node
    return root


def nearest(node: Node, name: str) -> Node | None:
    """The segment of a name that belongs to a place: itself, what it stands under, or beside those.

    Beside a patient's segments stand other orders, which are none of its own; so what stands under a PID is
    looked at from that PID alone. Of several the last before the place is meant, else the first after it.
    """
    for one in node.upwards():
        if one.name == name:
            return one
        beside = one.named.get(name, ())
        if beside and (one is node or one.name not in _WIDE or name in _OF_ALL):
            return _closest(beside, node)
    return None


def context(node: Node, kind: str) -> str | None:
    """The id of the resource of a kind that a place belongs to; found as `nearest` finds a segment.

    A patient and a visit are those of the whole group.
    """
    for one in node.upwards():
        if found := _made(one, kind):
            return found
        if one.name in _WIDE and kind not in _SHARED:
            continue
        beside = one.makers.get(kind, ())
        if beside:
            return _made(_closest(beside, node), kind)
    return None


def _closest(beside: Sequence[Node], node: Node) -> Node:
    before = bisect_right(beside, node.order, key=lambda child: child.order)
    return beside[max(0, before - 1)]


def _made(node: Node, kind: str) -> str | None:
    return next((name for what, name in node.made if what == kind), None)
