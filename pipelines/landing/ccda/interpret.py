"""Rules applied: elements to resources, each once, with ids that hold across documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.ccda.ids import hashed, instances, patient_id
from plummer.pipelines.landing.ccda.model import (
    Branch,
    Constant,
    Each,
    First,
    Items,
    Leaf,
    Part,
    Rule,
    When,
    from_place,
    rule,
)
from plummer.pipelines.landing.ccda.narrative import Anchors
from plummer.pipelines.landing.ccda.paths import attribute, is_attribute, nodes
from plummer.pipelines.landing.ccda.values import of_node
from plummer.pipelines.landing.ccda.xml_tree import Node
from plummer.pipelines.landing.refusal import Refused

_ENCODE: Final = msgspec.json.Encoder().encode
_SHARED: Final = frozenset({"Practitioner", "Organization", "Location"})
_NAMED: Final = _SHARED | {"RelatedPerson"}
_WHAT: Final = ("code", "medicationCodeableConcept", "vaccineCode", "type", "deviceName", "relationship")
_WHEN: Final = (
    "effectiveDateTime", "effectivePeriod", "onsetDateTime", "performedDateTime", "performedPeriod",
    "occurrenceDateTime", "period", "authoredOn", "date", "name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A resource, or why there is none.

    Attributes:
        node: the element that drove it.
        body: the resource as JSON, empty where it is refused.
        reason: why it is refused, else "".
    """

    node: Node
    body: bytes
    reason: str = ""


@dataclass(slots=True)
class Maker:
    """Makes resources of one document.

    Attributes:
        patient: the patient's id.
        named: the narrative's elements by their ID.
        last_updated: time of the document as instant, None where it has none.
        special: what stands for ``$NAME`` in a rule.
        places: elements that a path may begin at, by ``$NAME``.
        made: what has been made, in order.
    """

    patient: str
    named: Anchors
    last_updated: str | None
    special: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Node] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    _known: dict[tuple[str, int], dict[str, str] | None] = field(default_factory=dict)
    _taken: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _people: dict[tuple[str, str], "_Person"] = field(default_factory=dict)

    def make(self, told: Rule, node: Node, name: str | None = None, version: str | None = None) -> Any:  # noqa: ANN401
        """A reference to the resource that a rule makes of an element, None where it makes none.

        Args:
            told: the rule.
            node: the element.
            name: the resource's id, where it isn't to be made of the element's.
            version: its ``versionId``.
        """
        key = (told.name, id(node))
        if key in self._known:
            return self._known[key]
        self._known[key] = None  # two rules that lead to each other end here
        node.seen = True
        if told.needs and not self._there(told.needs, node):
            return None
        try:
            body = self._branch(told.body, node, whole=True)
            if body is None:
                return None
            found = name or self._id(told, node, body)
        except Refused as no:
            self.made.append(Made(node, b"", no.reason))
            return None
        self._put(told.resource, found, node, body, version)
        self._known[key] = {"reference": f"{told.resource}/{found}"}
        return self._known[key]

    def _put(self, kind: str, name: str, node: Node, body: dict[str, Any], version: str | None) -> None:
        """Add a resource; what a document says here and there of one person or place is one."""
        known = self._people.get((kind, name))
        if known is not None:
            known.add(body)
            return
        told = {"versionId": version, "lastUpdated": self.last_updated}
        meta = {key: value for key, value in told.items() if value}
        whole = {"resourceType": kind, "id": name, **({"meta": meta} if meta else {}), **body}
        if kind in _NAMED:
            self._people[kind, name] = _Person(len(self.made), whole)
        self.made.append(Made(node, _ENCODE(whole)))

    def finished(self) -> tuple[Made, ...]:
        """What was made, every person with all that the document says of them."""
        for person in self._people.values():
            if person.grown:
                self.made[person.at] = Made(self.made[person.at].node, _ENCODE(person.body))
        return tuple(self.made)

    def _id(self, told: Rule, node: Node, body: Mapping[str, Any]) -> str:
        found = instances(nodes(node, told.id))
        if told.resource == "Patient":
            return patient_id(nodes(node, told.id)) or hashed(told.resource, self.patient)
        if told.resource in _SHARED:
            # one number with two names is two persons to a search for names
            who = [told.resource, *found[0]] if found else [told.resource, _text(body)]
            return hashed(*who, _text(body.get("name")))
        scope = (told.resource, self.patient)
        if not found:
            return hashed(*scope, "", _text(body))
        plain, print_ = hashed(*scope, *found[0]), _print(body)
        known = self._taken.setdefault((told.resource, plain), print_)
        # an id that a document gives to two different things names neither alone
        return plain if known == print_ else hashed(*scope, *found[0], print_.decode())

    def _from(self, path: str, node: Node) -> tuple[Node | None, str]:
        place, way = from_place(path)
        return (self.places.get(place) if place else node), way

    def _there(self, path: str, node: Node) -> bool:
        at, way = self._from(path, node)
        return at is not None and any("nullFlavor" not in found.attrs for found in nodes(at, way))

    def render(self, part: Part, node: Node) -> Any:  # noqa: ANN401 - any JSON value
        """A part of a rule for an element, None where it says nothing.

        Raises:
            Refused: where what it leads to isn't what it must be.
        """
        return _RENDER[type(part)](self, part, node)

    def _leaf(self, leaf: Leaf, node: Node) -> Any:  # noqa: ANN401
        return next(iter(self._all(leaf, node)), leaf.otherwise)

    def _all(self, leaf: Leaf, node: Node) -> list[Any]:
        at, path = self._from(leaf.path, node)
        if at is None:
            return []
        if is_attribute(path):
            found: Sequence[Any] = attribute(at, path)
        else:
            found = [self._value(leaf.kind, there) for there in nodes(at, path)]
        if leaf.values is not None:
            found = [leaf.values.get(str(value), leaf.otherwise) for value in found]
        return [value for value in found if value is not None]

    def _value(self, kind: str, node: Node) -> Any:  # noqa: ANN401
        if kind.startswith("ref "):
            return self.make(rule(kind[4:]), node)
        return of_node(kind, node, self.named)

    def _constant(self, part: Constant, _node: Node) -> Any:  # noqa: ANN401
        if isinstance(part.value, str) and part.value.startswith("$"):
            return self.special.get(part.value[1:])
        return part.value

    def _first(self, part: First, node: Node) -> Any:  # noqa: ANN401
        for option in part.options:
            found = self.render(option, node)
            if found is not None:
                return found
        return None

    def _when(self, part: When, node: Node) -> Any:  # noqa: ANN401
        chosen = part.then if self._there(part.path, node) else part.otherwise
        return None if chosen is None else self.render(chosen, node)

    def _each(self, part: Each, node: Node) -> Any:  # noqa: ANN401
        found = (self.render(part.do, there) for there in nodes(node, part.path))
        return next((value for value in found if value is not None), None)

    def _items(self, part: Items, node: Node) -> Any:  # noqa: ANN401
        found: list[Any] = []
        for item in part.parts:
            found += self._several(item, node)
        return found or None

    def _several(self, part: Part, node: Node) -> list[Any]:
        if isinstance(part, Leaf):
            found = self._all(part, node)
            return found or ([part.otherwise] if part.otherwise is not None else [])
        if isinstance(part, Each):
            inner = [self._several(part.do, there) for there in nodes(node, part.path)]
            return [value for values in inner for value in values]
        if isinstance(part, First):
            return next((found for option in part.options if (found := self._several(option, node))), [])
        value = self.render(part, node)
        return value if isinstance(value, list) else [] if value is None else [value]

    def _branch(self, branch: Branch, node: Node, *, whole: bool = False) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        told = whole
        for name, part in branch.parts:
            value = self.render(part, node)
            if value is None:
                continue
            told = told or not isinstance(part, Constant)
            if name.endswith("[x]"):
                suffix, value = value
                found[name[:-3] + suffix] = value
            else:
                found[name] = value
        return found if found and told else None


_RENDER: Final[Mapping[type, Callable[[Maker, Any, Node], Any]]] = {
    Leaf: Maker._leaf,
    Constant: Maker._constant,
    First: Maker._first,
    When: Maker._when,
    Each: Maker._each,
    Items: Maker._items,
    Branch: Maker._branch,
}


class _Person:
    """A person or place of a document, and what is said of it in several places."""

    def __init__(self, at: int, body: dict[str, Any]) -> None:
        self.at = at
        self.body = body
        self.grown = False
        self._said = {(name, _ENCODE(item)) for name, value in body.items() for item in _listed(value)}

    def add(self, more: Mapping[str, Any]) -> None:
        for name, value in more.items():
            if not isinstance(value, list):
                self.grown |= name not in self.body
                self.body.setdefault(name, value)
            for item in _listed(value):
                said = name, _ENCODE(item)
                if said not in self._said:
                    self._said.add(said)
                    self.body.setdefault(name, []).append(item)
                    self.grown = True


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return _ENCODE(value).decode()


def _print(body: Mapping[str, Any]) -> bytes:
    """What a resource is about and since when, in short: its first code or words, and its beginning."""
    what: list[Any] = []
    for name in _WHAT:
        concept = body.get(name)
        first = concept[0] if isinstance(concept, list) and concept else concept
        codings = first.get("coding") if isinstance(first, dict) else None
        code = [codings[0].get("system"), codings[0].get("code")] if codings else None
        what.append(code or (first.get("text") if isinstance(first, dict) else None))
    for name in _WHEN:
        value = body.get(name)
        what.append(value.get("start") if isinstance(value, dict) and "start" in value else value)
    return _ENCODE(what)
