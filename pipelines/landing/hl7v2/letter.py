"""A message in hand while it is mapped: who, what and when it speaks of, and the ids given so far."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plummer.pipelines.landing.hl7v2.dates import agrees, read_date, version_of
from plummer.pipelines.landing.hl7v2.message import Segment
from plummer.pipelines.landing.hl7v2.rules import Path, Plan
from plummer.pipelines.landing.hl7v2.tree import Node, grow
from plummer.pipelines.landing.mapping_rows import logical_id
from plummer.pipelines.landing.refusal import Refused


def hashed(kind: str, parts: Sequence[str]) -> str:
    """The id of what some identifiers name, the same in every message; none of them shows in it.

    Example:
        >>> hashed("Patient", ["H", "1"]) == hashed("Patient", ["H", "1"]) != hashed("Patient", ["", "1"])
        True
    """
    return logical_id([kind, *parts])


@dataclass(slots=True)
class Letter:
    """A message in its groups.

    Attributes:
        plan: the mapping.
        segments: all of them.
        root: those that the mapping knows, in their groups.
        kind: message type, ``ADT``.
        event: trigger event, ``A01``.
        firsts: the first segment of each name.
        names: ids given so far by kind and id, with the place that gave them.
        made: resources that a rule made on the way, not yet handed over.
        bodies: all that were.
        claims: how often segments claimed the same id.
        said: how often segments side by side say the same at a path.
    """

    plan: Plan
    segments: Sequence[Segment]
    root: Node
    kind: str
    event: str
    firsts: Mapping[str, Segment]
    names: dict[tuple[str, str], Node] = field(default_factory=dict)
    made: list[tuple[Node, bytes]] = field(default_factory=list)
    bodies: set[bytes] = field(default_factory=set)
    claims: Counter[tuple[str, ...]] = field(default_factory=Counter)
    said: dict[tuple[int, str, tuple[Path, ...]], Counter[tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, segments: Sequence[Segment], plan: Plan, zone: str = "") -> "Letter":
        """Open a message.

        Args:
            segments: all of it.
            plan: the mapping.
            zone: IANA zone of the site's wall clock, "" where nobody declared it.

        Raises:
            Refused: ``message_untyped`` where MSH-9 says nothing.
        """
        firsts = {segment.name: segment for segment in reversed(segments)}
        kind, event = _at(firsts, "MSH", 9, 1).upper(), _at(firsts, "MSH", 9, 2).upper()
        if not kind:
            raise Refused("message_untyped")
        event = event or _at(firsts, "EVN", 1, 1).upper()
        if zone and agrees(_at(firsts, "MSH", 7, 1), zone):
            for segment in segments:
                segment.zone = zone
        structure = _at(firsts, "MSH", 9, 3).upper() or f"{kind}_{event}"
        nesting = plan.nestings.get(structure) or plan.nestings.get(kind) or plan.nestings[""]
        return cls(plan, segments, grow(segments, nesting), kind, event, firsts)

    def meta(self, kind: str) -> dict[str, str]:
        """Which version of a resource this message gives: by when it was recorded (EVN-2) or sent (MSH-7).

        Messages that have the last word on a kind come before all others, whenever they were sent: an order's
        PID is a copy that may lack half of what admission knows.
        """
        times = [_at(self.firsts, "EVN", 2, 1), _at(self.firsts, "MSH", 7, 1)]
        zone = self.segments[0].zone
        number = next((told for text in times if (told := version_of(text, zone))), "")
        if not number:
            return {}
        rank = "2" if kind in self.plan.ranks.get(self.kind, ()) else "1"
        sequence = _at(self.firsts, "MSH", 13, 1)
        version = {"versionId": rank + number + (sequence if sequence.isdigit() else "").rjust(6, "0")[-6:]}
        moment = read_date(next(text for text in times if version_of(text)), "instant", zone)
        return version | ({"lastUpdated": moment} if moment else {})

    def claimed(self, kind: str, parts: Sequence[str]) -> int:
        """How many segments before this one claimed an id."""
        claim = kind, *parts
        self.claims[claim] += 1
        return self.claims[claim] - 1

    def own_id(self, node: Node, kind: str) -> str:
        """An id for what has no identifier: of the message and the place in it."""
        sender = [_at(self.firsts, "MSH", at, 1) for at in (3, 4)]
        control = _at(self.firsts, "MSH", 10, 1)
        if not control:
            control = hashlib.sha256(b"\r".join(segment.raw for segment in self.segments)).hexdigest()
        return hashed(kind, ["message", *sender, control, str(node.order)])

    def pseudo(self, name: str) -> str:
        """What the paths ``message`` and ``event`` stand for."""
        return self.kind if name == "message" else self.event


def _at(firsts: Mapping[str, Segment], name: str, number: int, component: int) -> str:
    cells = firsts[name].cells(number) if name in firsts else []
    return cells[0].at(component).peek() if cells else ""
