"""Puts the elements of a mapping into one tree, each place checked against R4's element table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from plummer.pipelines.landing.mapping_model import Branch, Choice, Items, Plan, When, from_row
from plummer.schemas.fhir import Element, child

_STEP: Final = re.compile(r"([A-Za-z][A-Za-z0-9]*)(?:\[([0-9]{1,2})\])?")


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
        return Branch(told, any(dynamic for _, _, dynamic in told))

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
    return Items(plans) if element is not None and element.repeats else plans[0]


def _conditions(plan: Plan | None) -> list[tuple[When, ...]]:
    return [conditions for conditions, _ in plan.options] if isinstance(plan, Choice) else [()]


_Conditions = list[tuple[When, ...]]


def _pairs(kinds: list[_Conditions]) -> Iterator[tuple[_Conditions, _Conditions]]:
    for position, one in enumerate(kinds):
        for two in kinds[position + 1 :]:
            yield one, two


def _apart(one: _Conditions, two: _Conditions) -> bool:
    return all(any(_exclude(a, b) for a in first for b in second) for first in one for second in two)


def _exclude(one: When, two: When) -> bool:
    return one.column == two.column and not one.texts & two.texts


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
