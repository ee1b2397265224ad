"""Rules applied to a place in a message; pure and value-free."""

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.hl7v2.letter import Letter, hashed
from plummer.pipelines.landing.hl7v2.message import Cell
from plummer.pipelines.landing.hl7v2.names import tables
from plummer.pipelines.landing.hl7v2.rules import (
    Condition,
    Conditions,
    Const,
    Context,
    First,
    Guard,
    Join,
    Make,
    Many,
    Obj,
    Path,
    Rule,
    Take,
)
from plummer.pipelines.landing.hl7v2.tree import Node, context, nearest
from plummer.pipelines.landing.hl7v2.values import CONVERSIONS, OF_PARTS, is_number

_ENCODE: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is applied: a segment, or a repetition or component in it."""

    letter: Letter
    node: Node
    cell: Cell | None = None


def render(rule: Rule, place: Place) -> Any:  # noqa: ANN401 - any JSON value
    """What a rule makes, None where it is nothing.

    Raises:
        Refused: ``invalid_date`` and what `Segment.cells` raises.
    """
    return _RENDER[type(rule)](rule, place)


def _take(rule: Take, place: Place) -> Any:  # noqa: ANN401
    found = []
    for path in rule.paths:
        if path.pseudo:
            return tables()[rule.to].get(place.letter.pseudo(path.pseudo))
        for cell in cells(path, place):
            made = _convert(rule.to, cell, place)
            if made is not None and not rule.each:
                return made
            found += [] if made is None else made if isinstance(made, list) else [made]
    return found or None


def _convert(to: str, cell: Cell, place: Place) -> Any:  # noqa: ANN401
    datatype = place.letter.plan.types.get(to)
    if datatype is not None:
        return render(datatype, replace(place, cell=cell)) if cell.holds else None
    if to in OF_PARTS:
        return CONVERSIONS[to](cell)
    known = cell.is_read
    table = tables().get(to)
    if table is None:
        made = CONVERSIONS[to](cell)
    else:
        text = cell.text()
        made = table.get(text, table.get(text.upper())) if text else None
    if made is None and not known:
        cell.unread()
    return made


def cells(path: Path, place: Place) -> list[Cell]:
    """What stands at a path, as seen from a place."""
    node: Node | None = place.node
    if path.segment:
        node = nearest(place.node, path.segment)
    elif place.cell is not None:
        return [place.cell.at(*path.places)]
    if node is None or node.segment is None or path.pseudo:
        return []
    found = node.segment.cells(path.places[0])
    if path.only is not None:
        component, values = path.only
        found = [cell for cell in found if cell.at(component).peek() in values]
    return [cell.at(*path.places[1:]) for cell in found]


def _objects(rule: Obj, place: Place) -> Any:  # noqa: ANN401
    if rule.of or rule.everywhere:
        base = place.letter.root.below() if rule.everywhere else place.node.below()
        name = rule.everywhere or rule.of
        places = [replace(place, node=node, cell=None) for node in base if node.name == name]
        return _all(rule, places)
    if not holds(rule.conditions, place):
        return None
    if rule.each is not None:
        return _all(rule, [replace(place, cell=cell) for cell in cells(rule.each, place) if cell.holds])
    return _object(rule, place)


def _all(rule: Obj, places: list[Place]) -> list[dict[str, Any]] | None:
    made = (_object(rule, one) for one in places if holds(rule.conditions, one))
    return [one for one in made if one is not None] or None


def _object(rule: Obj, place: Place) -> dict[str, Any] | None:
    found = ((name, render(part, place)) for name, part in rule.parts)
    made = {name: value for name, value in found if value is not None}
    if rule.told and rule.told.isdisjoint(made):
        return None
    return made if made and all(name in made for name in rule.need) else None


def _many(rule: Many, place: Place) -> list[Any] | None:
    found: list[Any] = []
    for one in rule.rules:
        made = render(one, place)
        if made is not None:
            found += made if isinstance(made, list) else [made]
    return found or None


def _join(rule: Join, place: Place) -> str | None:
    found = render(Many(rule.rules), place)
    if found is None:
        return None
    text = rule.by.join(str(part["text"] if isinstance(part, dict) else part) for part in found)
    return base64.b64encode(text.encode()).decode() if rule.base64 else text


def _context(rule: Context, place: Place) -> Any:  # noqa: ANN401
    if not rule.below:
        name = _named(rule, place)
        return None if name is None else {"reference": f"{rule.kind}/{name}"}
    names = [name for node in place.node.below() for kind, name in node.made if kind == rule.kind]
    return [{"reference": f"{rule.kind}/{name}"} for name in dict.fromkeys(names)] or None


def _named(rule: Context, place: Place) -> str | None:
    start = place.node.parent if rule.above else place.node
    return None if start is None else context(start, rule.kind)


def key(alternatives: tuple[tuple[Take | Context, ...], ...], place: Place) -> list[str] | None:
    """The parts of an id, by the first alternative of which none is absent."""
    for alternative in alternatives:
        parts: list[str] = []
        for one in alternative:
            if isinstance(one, Context):
                name = _named(one, place)
                found = None if name is None else [name]
            else:
                made = _take(one, place)
                found = [made] if isinstance(made, str) else made
            if found is None:
                break
            parts += found
        else:
            return parts
    return None


def _make(rule: Make, place: Place) -> Any:  # noqa: ANN401
    parts = key(rule.keys, place)
    if parts is None:
        return render(rule.otherwise, place)
    name = hashed(rule.kind, parts)
    body = _ENCODE({"resourceType": rule.kind, "id": name, **(render(rule.body, place) or {})})
    if body not in place.letter.bodies:  # one number with two names is both, so that both are looked for
        place.letter.bodies.add(body)
        place.letter.made.append((place.node, body))
    return {"reference": f"{rule.kind}/{name}"}


def holds(conditions: Conditions, place: Place) -> bool:
    """Whether something is to be made at a place."""
    return (
        all(_holds(one, place) for one in conditions.when)
        and (not conditions.any_of or any(_holds(one, place) for one in conditions.any_of))
        and not (conditions.unless and all(_holds(one, place) for one in conditions.unless))
    )


def all_hold(conditions: tuple[Condition, ...], place: Place) -> bool:
    """Whether there are conditions and all hold."""
    return bool(conditions) and all(_holds(one, place) for one in conditions)


def _holds(one: Condition, place: Place) -> bool:
    return _fulfilled(one, place) != one.negated


def _fulfilled(one: Condition, place: Place) -> bool:
    if not one.paths:
        return bool(one.values & set(_around(one.operator, place.node)))
    if one.operator == "in":
        return any(text in one.values for text in _texts(one.paths, place))
    found = [cell for path in one.paths for cell in cells(path, place) if cell.holds]
    if one.operator == "many":
        return len(found) > 1
    if one.operator == "number":
        return bool(found) and is_number(found[0].peek())
    return _repeats(one, place) if one.operator == "repeats" else bool(found)


def _around(operator: str, node: Node) -> list[str]:
    """Names of the segments below, right above, or anywhere above."""
    if operator == "child":
        return [child.name for child in node.children]
    above = [one.name for one in node.upwards()][1:]
    return above[:1] if operator == "parent" else above


def _texts(paths: tuple[Path, ...], place: Place) -> Iterator[str]:
    for path in paths:
        if path.pseudo:
            yield place.letter.pseudo(path.pseudo)
        else:
            yield from (cell.text() for cell in cells(path, place))


def _repeats(one: Condition, place: Place) -> bool:
    """Whether a segment beside this one, of its name, says the same at the path."""
    node = place.node
    mine = _said(one.paths, place)
    if node.parent is None or not any(mine):
        return False
    group = node.parent.order, node.name, one.paths
    said = place.letter.said
    if group not in said:
        beside = node.parent.named[node.name]
        said[group] = Counter(_said(one.paths, replace(place, node=other, cell=None)) for other in beside)
    return said[group][mine] > 1


def _said(paths: tuple[Path, ...], place: Place) -> tuple[str, ...]:
    return tuple(cell.peek() for path in paths for cell in cells(path, place))


def _const(rule: Const, _place: Place) -> object:
    return rule.value


def _first(rule: First, place: Place) -> Any:  # noqa: ANN401
    return next((made for one in rule.rules if (made := render(one, place)) is not None), None)


def _guard(rule: Guard, place: Place) -> Any:  # noqa: ANN401
    return render(rule.rule, place) if holds(rule.conditions, place) else None


_RENDER: Final[Mapping[type, Callable[[Any, Place], Any]]] = {
    Const: _const,
    Take: _take,
    Context: _context,
    Many: _many,
    First: _first,
    Join: _join,
    Guard: _guard,
    Obj: _objects,
    Make: _make,
}
