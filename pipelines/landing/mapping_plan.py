"""Puts the elements of a mapping into one tree, each place checked against R4's element table."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from plummer.pipelines.landing.mapping_model import (
    Branch,
    Choice,
    Items,
    Leaf,
    Memo,
    Plan,
    When,
    from_row,
)
from plummer.schemas.fhir import Element, child, resource_types

_STEP: Final = re.compile(r"([A-Za-z][A-Za-z0-9]*)(?:\[([0-9]{1,2})\])?")
_CONTAINED: Final = re.compile(r"contained\(([A-Za-z]+)\)")


class NoPlace(Exception):  # noqa: N818 - a verdict on a mapping, turned into `mapping_invalid` where the line is known
    """Why an element can't stand where the mapping puts it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Node:
    """One place of the tree while it is made.

    Attributes:
        context: what `child` needs for the elements below.
        element: the element itself, None at the root.
        plan: what was put here.
        below: the places below by JSON key and position.
    """

    context: str
    element: Element | None = None
    plan: Plan | None = None
    below: dict[str, dict[int, "Node"]] = field(default_factory=dict)

    def at(self, path: str) -> "Node":
        """The place at a path, made where it isn't there; positions count from 0, none means the first.

        ``contained(Device)`` is the one contained resource of that type.

        Raises:
            NoPlace: R4 has no such element, or something stands on the way.

        Example:
            >>> Node("Patient").at("name.given[1]").element.path
            'HumanName.given'
        """
        node = self
        for step in path.split("."):
            node = node._step(step)
        return node

    def _step(self, step: str) -> "Node":
        contained = _CONTAINED.fullmatch(step)
        if contained is not None:
            return self._contained(contained[1])
        match = _STEP.fullmatch(step)
        element = None if match is None else child(self.context, match[1])
        if match is None or element is None:
            raise NoPlace("R4 has no such element")
        if self.plan is not None:
            raise NoPlace("an element stands both as a whole and in parts")
        if match[2] is not None and not element.repeats:
            raise NoPlace("the element doesn't repeat, so it has no position")
        items = self.below.setdefault(match[1], {})
        return items.setdefault(int(match[2] or 0), Node(element.context, element))

    def _contained(self, resource: str) -> "Node":
        element = child(self.context, "contained")
        if element is None or resource not in resource_types():
            raise NoPlace("contained(TYPE) stands at the top, with a resource type of R4")
        name = json.dumps(resource).encode()
        items = self.below.setdefault("contained", {})
        for node in items.values():
            if node.below["resourceType"][0].plan == Leaf("code", constant=name):
                return node
        made = items[len(items)] = Node(resource, element)
        made.below["resourceType"] = {0: Node("", None, Leaf("code", constant=name))}
        return made

    def put(self, plan: Plan) -> None:
        """Say what stands here.

        Raises:
            NoPlace: something stands here or below.
        """
        if self.plan is not None or self.below:
            raise NoPlace("the element stands twice")
        self.plan = plan

    def frozen(self) -> Plan:
        """The finished tree.

        Raises:
            NoPlace: two kinds of one choice (``value[x]``) could stand in one row.
        """
        if self.plan is not None:
            return self.plan
        self._check_choices()
        parts = [(b'"%s":' % name.encode(), _frozen(items)) for name, items in self.below.items()]
        told = tuple((key, plan, from_row(plan)) for key, plan in parts)
        whole = "resourceType" in self.below  # a contained resource is there: something refers to it
        return Branch(told, not whole and any(dynamic for _, _, dynamic in told))

    def _check_choices(self) -> None:
        seen: dict[str, list[list[tuple[When, ...]]]] = {}
        for items in self.below.values():
            for node in items.values():
                if node.element is not None and node.element.path.endswith("[x]"):
                    seen.setdefault(node.element.path, []).append(_conditions(node.plan))
        for kinds in seen.values():
            if any(not _apart(one, two) for one, two in _pairs(kinds)):
                raise NoPlace("two kinds of one choice need conditions that no row fulfils both")


def _frozen(items: dict[int, Node]) -> Plan:
    plans = tuple(items[position].frozen() for position in sorted(items))
    element = items[min(items)].element
    if element is None or not element.repeats:
        return plans[0]
    # two codes of one concept may come out as the same one; nobody gains by reading it twice
    return Items(plans, distinct=element.types == ("Coding",))


def _conditions(plan: Plan | None) -> list[tuple[When, ...]]:
    shown = plan.plan if isinstance(plan, Memo) else plan
    return [conditions for conditions, _ in shown.options] if isinstance(shown, Choice) else [()]


_Conditions = list[tuple[When, ...]]


def _pairs(kinds: list[_Conditions]) -> Iterator[tuple[_Conditions, _Conditions]]:
    for position, one in enumerate(kinds):
        for two in kinds[position + 1 :]:
            yield one, two


def _apart(one: _Conditions, two: _Conditions) -> bool:
    return all(any(a.excludes(b) for a in first for b in second) for first in one for second in two)


def root(resource: str) -> Node:
    """The place of a whole resource.

    Example:
        >>> root("Patient").context
        'Patient'
    """
    return Node(resource)


def inside(element: Element) -> Node:
    """A tree for one element's own parts."""
    return Node(element.context, replace(element))
