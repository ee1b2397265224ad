"""Reads the rules of `maps/`: YAML to the forms of `plummer.pipelines.landing.hl7v2.rules`.

A text is ``=CONSTANT``, ``%JSON``, ``@KIND`` (the resource of that kind that this belongs to), ``@@KIND``
(all below), ``@^KIND`` (not of this segment), or ``[each ]PATH[|PATH...][ as NAME]``; a path is
``[SEG-]FIELD[COMPONENT=VALUE,...][.COMPONENT[.SUB]]``.
docs/hl7v2.md has the whole of it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from plummer.pipelines.landing.hl7v2.names import read
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
    Plan,
    Rule,
    SegmentRules,
    Spec,
    Take,
)
from plummer.pipelines.landing.hl7v2.tree import Nesting

_PATH: Final = re.compile(
    r"(?:(?P<segment>[A-Z][A-Z0-9]{2})-)?(?P<field>[0-9]+)(?:\[(?P<by>[0-9]+)=(?P<of>[^\]]+)\])?"
    r"(?P<rest>(?:\.[0-9]+)*)"
)
_TAKE: Final = re.compile(r"(?P<each>each )?(?P<paths>\S+)(?: as (?P<to>\w+))?")
_PLACED: Final = re.compile(r"(?P<not>not )?(?P<operator>under|parent|child) (?P<values>.+)")
_HELD: Final = re.compile(
    r"(?P<not>not )?(?P<paths>\S+) (?P<operator>in|present|number|many|repeats)(?P<values> .+)?"
)
_CONDITIONS: Final = {"$when", "$any", "$unless"}


class RuleError(ValueError):
    """A rule of `maps/` that can't be read; the mapping ships with the code, so this is a defect of it."""


def path_of(text: str) -> Path:
    """A path.

    Example:
        >>> path_of("OBR-16.9.2").places, path_of("3[5=MR,PI]").only[0]
        ((16, 9, 2), 5)
    """
    if text in {"event", "message"}:
        return Path(pseudo=text)
    if text == ".":
        return Path()
    match = _PATH.fullmatch(text)
    if match is None:
        raise RuleError(text)
    places = (int(match["field"]), *map(int, match["rest"].split(".")[1:]))
    only = (int(match["by"]), frozenset(match["of"].split(","))) if match["by"] else None
    return Path(match["segment"] or "", places, only)


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(map(path_of, text.split("|")))


def rule_of(shown: object) -> Rule:
    """A rule.

    Example:
        >>> rule_of("=final"), rule_of("@Patient")
        (Const(value='final'), Context(kind='Patient', below=False, above=False))
    """
    if isinstance(shown, str):
        return _text(shown)
    if isinstance(shown, Mapping):
        return next((form(shown) for name, form in _FORMS.items() if name in shown), None) or _obj(shown)
    if isinstance(shown, Sequence):
        return Many(tuple(map(rule_of, shown)))
    raise RuleError(type(shown).__name__)


def _first(shown: Mapping[str, Any]) -> Rule:
    return First(tuple(map(rule_of, shown["$first"])))


def _guard(shown: Mapping[str, Any]) -> Rule:
    return Guard(_conditions(_told(shown)), rule_of(shown["$then"]))


def _join(shown: Mapping[str, Any]) -> Rule:
    return Join(tuple(map(rule_of, shown["$join"])), shown.get("$by", " "), bool(shown.get("$base64")))


def _make(shown: Mapping[str, Any]) -> Rule:
    otherwise = rule_of(shown.get("else", {}))
    return Make(shown["$make"], _keys(shown["key"]), rule_of(shown["body"]), otherwise)


_FORMS: Final = {"$first": _first, "$then": _guard, "$join": _join, "$make": _make}


def _text(text: str) -> Rule:
    if text[:1] == "%":
        return Const(json.loads(text[1:]))
    if text[:1] == "=":
        return Const(text[1:])
    if text[:1] == "@":
        return _context(text)
    return _take(text)


def _context(text: str) -> Context:
    return Context(text.lstrip("@^"), text[:2] == "@@", text[:2] == "@^")


def _take(text: str) -> Take:
    match = _TAKE.fullmatch(text)
    if match is None:
        raise RuleError(text)
    return Take(_paths(match["paths"]), bool(match["each"]), match["to"] or "string")


def _obj(shown: Mapping[str, Any]) -> Obj:
    parts = tuple((name, rule_of(rule)) for name, rule in shown.items() if name[0] != "$")
    each = path_of(shown["$each"]) if "$each" in shown else None
    need = tuple(shown.get("$need", "").split())
    places = shown.get("$of", ""), shown.get("$all", "")
    told = frozenset(name for name, rule in parts if not _constant(rule))
    return Obj(parts, told, _conditions(_told(shown)), each, *places, need)


def _constant(rule: Rule) -> bool:
    if isinstance(rule, (Many, First)):
        return all(map(_constant, rule.rules))
    return isinstance(rule, Const) or (isinstance(rule, Obj) and not rule.told)


def _told(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lstrip("$"): shown[name] for name in _CONDITIONS & shown.keys()}


def _conditions(shown: Mapping[str, Any]) -> Conditions:
    return Conditions(*(_several(shown.get(name)) for name in ("when", "any", "unless")))


def _several(shown: object) -> tuple[Condition, ...]:
    told = [shown] if isinstance(shown, str) else shown or []
    return tuple(map(_condition, told)) if isinstance(told, Sequence) else ()


def _condition(text: str) -> Condition:
    match = _PLACED.fullmatch(text) or _HELD.fullmatch(text)
    if match is None:
        raise RuleError(text)
    parts = match.groupdict()
    values = frozenset((parts["values"] or "").split())
    return Condition(
        parts["operator"], _paths(parts["paths"]) if "paths" in parts else (), values, bool(parts["not"])
    )


def _keys(shown: Sequence[str]) -> tuple[tuple[Take | Context, ...], ...]:
    return tuple(tuple(_key(part) for part in str(one).split(", ")) for one in shown)


def _key(text: str) -> Take | Context:
    return _context(text) if text[0] == "@" else _take(text)


def _spec(shown: Mapping[str, Any]) -> Spec:
    return Spec(
        shown["type"],
        bool(shown.get("shared")),
        bool(shown.get("required")),
        _conditions(shown),
        _several(shown.get("delete")),
        _keys(shown.get("key", ())),
        _obj(shown.get("body", {})),
        bool(shown.get("pair")),
    )


def _segment(shown: Mapping[str, Any]) -> SegmentRules:
    return SegmentRules(
        Nesting(tuple(shown.get("under", ())), bool(shown.get("leaf"))),
        frozenset(map(int, shown.get("ignore", ()))),
        tuple(map(_spec, shown.get("resources", ()))),
        tuple(map(rule_of, shown.get("also", ()))),
    )


@cache
def plan() -> Plan:
    """The mapping as it ships."""
    names = [item.name for item in files("plummer.pipelines.landing.hl7v2.maps").iterdir()]
    segments = {
        name.removesuffix(".yaml"): _segment(read(name, texts=True))
        for name in sorted(names)
        if name.endswith(".yaml") and name[0] != "_"
    }
    types = {name: rule_of(shown) for name, shown in read("_types.yaml", texts=True).items()}
    usual = {name: rules.nesting for name, rules in segments.items()}
    told = read("_messages.yaml")
    nestings = {"": usual}
    for message, changes in told["nesting"].items():
        nestings[message] = usual | {
            name: Nesting(tuple(under), usual[name].leaf) for name, under in changes.items()
        }
    ranks = {kind: frozenset(kinds) for kind, kinds in told["last_word"].items()}
    return Plan(segments, types, nestings, ranks)
