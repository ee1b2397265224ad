"""The lines under ``types`` and ``paths``, read into rules; what isn't one is told with its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from plummer.deid.policy.conditions import parse_key
from plummer.deid.policy.constants import fits, whole
from plummer.deid.policy.model import Action, Rule
from plummer.deid.policy.parameters import (
    Generalise,
    Parameters,
    Substitute,
    read_generalise,
    read_perturb,
)
from plummer.deid.policy.paths import field_kind, may_hold, place_of
from plummer.deid.policy.strict_yaml import Lines
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import elements, primitive_types, types

_TEXTS: Final = frozenset({"string", "markdown"})
_NUMBERS: Final = frozenset({"decimal", "integer", "positiveInt", "unsignedInt"})
_QUANTITIES: Final = frozenset({"Quantity", "Count", "Distance", "Duration", "Age"})
_APPLIES: Final[Mapping[Action, frozenset[str]]] = {
    Action.DATE: frozenset({"date", "dateTime", "instant"}),
    Action.BIRTH: frozenset({"date"}),
    Action.AGE: frozenset({"Age", "Range"}),
    Action.CLEAN: _TEXTS,
    Action.PHRASE: _TEXTS,
    Action.ZIP3: _TEXTS,
    Action.STATE: _TEXTS,
    Action.COUNTRY: _TEXTS,
    Action.NUMBERS: _TEXTS,
    Action.CODE: frozenset({"code"}),
    Action.CODING: frozenset({"Coding"}),
    Action.QUANTITY: _QUANTITIES,
    Action.REFERENCE: frozenset({"Reference"}),
    Action.ATTACHMENT: frozenset({"Attachment", "base64Binary"}),
    Action.EXTENSION: frozenset({"Extension"}),
    Action.KEEP: _NUMBERS | {"boolean"},
    Action.PSEUDONYMISE: frozenset({"Identifier", "string", "uri"}),
    Action.PERTURB: _NUMBERS | _QUANTITIES,
}
_WITH_PARAMETERS: Final = frozenset({Action.GENERALISE, Action.PERTURB, Action.SUBSTITUTE})
_MANY: Final = 64


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for which a policy is refused.

    Attributes:
        error: code, message, and the key with its line; never a value.
        line: where it stands; 0 for the file as a whole.
    """

    error: PlummerError
    line: int


@dataclass(frozen=True, slots=True)
class _Target:
    """What a rule's key names: its kinds, a code's path, and where a condition's field is looked up."""

    kinds: tuple[str, ...]
    path: str
    inside: str
    around: str


def refuse(code: str, message: str, key: str, line: int) -> Finding:
    """A finding of one kind, at a key and line."""
    place = f"{key}, line {line}" if line else key
    return Finding(PlummerError(f"policy_{code}", message, ExitCode.USAGE, place), line)


def read_rules(scope: str, block: Mapping[str, Any], lines: Lines, origin: str) -> Iterator[Rule | Finding]:
    """The rules of one block, in order; in place of each that is none, why."""
    name = f"{scope}s"
    for key, value in block.items():
        yield _rule(scope, key, value, lines.get((name, key), 0), origin)


def _target(scope: str, name: str) -> _Target | None:
    if scope == "type":
        if name not in types():
            return None
        return _Target((name,), "", "" if name in primitive_types() else name, "")
    place = place_of(name)
    if place is None:
        return None
    element = elements().get(name)
    path = element.path if element else f"{place.context}.{place.name}"
    return _Target(place.kinds, path, place.inside, place.context)


def _rule(scope: str, key: str, value: Any, line: int, origin: str) -> Rule | Finding:  # noqa: ANN401
    parsed = parse_key(key)
    if parsed is None:
        return refuse("bad_condition", "a condition is FIELD=VALUE, with | between values", key, line)
    name, conditions = parsed
    target = _target(scope, name)
    if target is None:
        return refuse("unknown_path", "R4 has no such path or type", key, line)
    block = {"action": value} if isinstance(value, str) else value
    word = block.get("action") if isinstance(block, dict) else None
    if word not in tuple(Action) or not applies(Action(word), target.kinds):
        return refuse("bad_action", "no action, or not one for this datatype", key, line)
    action = Action(word)
    parameters = _parameters(action, {k: v for k, v in block.items() if k != "action"}, target)
    if isinstance(parameters, str):
        return refuse("bad_parameter", parameters, key, line)
    if "Extension" in target.kinds and conditions:
        return refuse("bad_condition", "list extensions by URL under `extensions`", key, line)
    placed = tuple(replace(c, beside=c.beside or not target.inside) for c in conditions)
    return _judged(Rule(scope, name, action, placed, parameters, origin, line), target, key)


def _judged(rule: Rule, target: _Target, key: str) -> Rule | Finding:
    for condition in rule.when:
        found = field_kind(target.around if condition.beside else target.inside, condition.field)
        if found is None:
            return refuse("bad_condition", "R4 has no such field to compare here", key, rule.line)
        listed = [(value, False) for value in condition.exact] + [(v, True) for v in condition.prefixes]
        if not all(may_hold(*found, value, prefix=prefix) for value, prefix in listed):
            return refuse("never_true", "the field can't have one of these values", key, rule.line)
    for one in rule.when:
        if any(not one.meets(other) for other in rule.when if "." not in one.field):
            return refuse("never_true", "two conditions exclude each other", key, rule.line)
    return rule


def applies(action: Action, kinds: tuple[str, ...]) -> bool:
    """Whether an action makes sense for all of some datatypes.

    Example:
        >>> applies(Action.DATE, ("dateTime",)), applies(Action.DATE, ("string",))
        (True, False)
    """
    if action in {Action.DROP, Action.MASK, Action.GENERALISE, Action.SUBSTITUTE}:
        return True  # the parameters say more
    if action is Action.WALK:
        return not primitive_types() & set(kinds)
    if action is Action.VERBATIM:
        return primitive_types() >= set(kinds)
    return _APPLIES[action] >= set(kinds)


def _parameters(action: Action, block: dict[str, Any], target: _Target) -> Parameters | str | None:
    """The parameters, None where the action has none, or what is wrong with them."""
    if action not in _WITH_PARAMETERS:
        return "this action takes no parameter" if block else None
    if action is Action.SUBSTITUTE:
        return _substitute(block, target)
    if action is Action.PERTURB:
        return read_perturb(block) or "perturb takes span, of (fixed, proportional) and digits (0 to 9)"
    found = read_generalise(block)
    if found is None:
        return "generalise takes one of width, bounds, to (year, month), or cases with others"
    wrong = _generalise(found, target)
    return wrong or found


def _substitute(block: dict[str, Any], target: _Target) -> Parameters | str:
    import json

    if set(block) != {"value"} or not all(fits(kind, target.path, block["value"]) for kind in target.kinds):
        return "substitute takes a value that R4 allows here; no date, reference, extension or bytes"
    return Substitute(json.dumps(block["value"], ensure_ascii=False, separators=(",", ":")))


def _generalise(found: Generalise, target: _Target) -> str:
    kinds = set(target.kinds)
    if found.to is not None:
        return "" if kinds <= {"date", "dateTime"} else "to: is for date and dateTime"
    if found.cases:
        return _cases(found, target)
    if not kinds <= _NUMBERS:
        return "width and bounds are for numbers"
    numbers = [found.width] if found.width else found.bounds
    fine = kinds == {"decimal"} or all(number is not None and whole(number) for number in numbers)
    return "" if fine else "a whole number stays one"


def _cases(found: Generalise, target: _Target) -> str:
    kinds = set(target.kinds)
    if not kinds <= _NUMBERS | _TEXTS | {"code"} or len(found.cases) > _MANY:
        return "cases are for numbers, codes and texts"
    ranged = any(case.start is not None or case.below is not None for case in found.cases)
    if ranged and not kinds <= _NUMBERS:
        return "a range is for numbers"
    if not all(fits(kind, target.path, case.to) for case in found.cases for kind in kinds):
        return "what a case becomes must be what R4 allows here"
    allowed = {"mask", "drop"} | ({"phrase", "clean"} if kinds <= _TEXTS else {"keep"})
    return (
        "" if found.others in allowed else "others: mask, drop; keep for numbers and codes; clean for texts"
    )
