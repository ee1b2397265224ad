"""From YAML data to a checked mapping: an unknown key or a bad path is refused, never ignored."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings.model import (
    RULES,
    VALUE_KINDS,
    CodeSource,
    CodeSystems,
    EventSpec,
    StatusRule,
    TypeMapping,
)
from plummer.schemas.mappings.paths import Path, compile_path

_SAID: Final = ("status_code", "verification")
_TYPE_KEYS: Final = frozenset({"about", "status", "encounter", "events", *_SAID})
_STATUS_KEYS: Final = frozenset({"path", "exclude", "prefix"})
_SOURCE_KEYS: Final = frozenset({"reference", "type", "path"})
_TEXTS: Final = ("constant", "code_prefix", "qualifier", "default")
_FLAGS: Final = ("every_code", "static", "needs_time", "optional")
_LISTS: Final = ("time", "end_time", "available_time", "members")
_SINGLE: Final = ("for_each", "interpretation", "reference_range")
_EVENT_KEYS: Final = frozenset(
    {"about", "event_type", "code", "rule", "value", *_TEXTS, *_FLAGS, *_LISTS, *_SINGLE}
)
_SYSTEM_KEYS: Final = frozenset({"standard", "other", "namespaces", "hierarchies"})


def parse_mapping(resource_type: str, data: object) -> TypeMapping:
    """Check one type's block and compile it.

    Raises:
        PlummerError: ``mapping_invalid`` (exit 2) with the place in the block.

    Example:
        >>> block = {"events": [{"event_type": "flag", "code": ["code"], "time": ["period.start"]}]}
        >>> parse_mapping("Flag", block).events[0].event_type
        'flag'
    """
    block = _block(data, _TYPE_KEYS, resource_type)
    encounter = _list(block.get("encounter", []), f"{resource_type}.encounter")
    itself = encounter == ["self"]
    events = _list(block.get("events"), f"{resource_type}.events")
    if not events:
        _refuse("has no events", resource_type)
    return TypeMapping(
        resource_type,
        tuple(_event(e, f"{resource_type}.events[{i}]") for i, e in enumerate(events)),
        tuple(
            _status(s, f"{resource_type}.status[{i}]")
            for i, s in enumerate(_list(block.get("status", []), f"{resource_type}.status"))
        ),
        () if itself else _paths(encounter, f"{resource_type}.encounter"),
        itself,
        **{
            key: _paths(_list(block.get(key, []), f"{resource_type}.{key}"), f"{resource_type}.{key}")
            for key in _SAID
        },
    )


def parse_systems(data: object) -> CodeSystems:
    """Check the table of code systems.

    Raises:
        PlummerError: ``mapping_invalid`` (exit 2).
    """
    block = _block(data, _SYSTEM_KEYS, "code_systems")
    namespaces = tuple(str(n) for n in _list(block.get("namespaces", []), "code_systems.namespaces"))
    tables = [_texts(block.get(key, {}), f"code_systems.{key}") for key in ("standard", "other")]
    return CodeSystems(tables[0], tables[1], namespaces, _hierarchies(block.get("hierarchies", {})))


def _hierarchies(data: object) -> dict[str, tuple[int, ...]]:
    at = "code_systems.hierarchies"
    if not isinstance(data, dict):
        _refuse("isn't a table", at)
    made = {str(prefix): tuple(_list(lengths, at)) for prefix, lengths in data.items()}
    if not all(type(n) is int and n > 0 for lengths in made.values() for n in lengths):
        _refuse("isn't a table of lengths", at)
    return made


def _event(data: object, at: str) -> EventSpec:
    block = _block(data, _EVENT_KEYS, at)
    spec = EventSpec(
        event_type=_text(block.get("event_type"), f"{at}.event_type"),
        code=tuple(_source(c, f"{at}.code") for c in _list(block.get("code", []), f"{at}.code")),
        rule=_one_of(block["rule"], RULES, f"{at}.rule") if "rule" in block else None,
        value=tuple(_value(p, k, at) for p, k in _texts(block.get("value", {}), f"{at}.value").items()),
        **_plain_keys(block, at),
    )
    if not (spec.code or spec.constant or spec.rule):
        _refuse("names no code", at)
    if spec.static and (spec.time or spec.end_time):
        _refuse("is static and has a time", at)
    return spec


def _plain_keys(block: Mapping[str, Any], at: str) -> dict[str, Any]:
    plain: dict[str, Any] = {key: _text(block[key], f"{at}.{key}") for key in _TEXTS if key in block}
    plain |= {key: _flag(block[key], f"{at}.{key}") for key in _FLAGS if key in block}
    plain |= {key: _path(block[key], f"{at}.{key}") for key in _SINGLE if key in block}
    lists = (key for key in _LISTS if key in block)
    return plain | {key: _paths(_list(block[key], f"{at}.{key}"), f"{at}.{key}") for key in lists}


def _source(data: object, at: str) -> CodeSource:
    if isinstance(data, str):
        return CodeSource(_path(data, at))
    block = _block(data, _SOURCE_KEYS, at)
    return CodeSource(
        _path(block.get("path"), f"{at}.path"),
        _path(block.get("reference"), f"{at}.reference"),
        _text(block.get("type"), f"{at}.type"),
    )


def _status(data: object, at: str) -> StatusRule:
    block = _block(data, _STATUS_KEYS, at)
    return StatusRule(
        _path(block.get("path"), f"{at}.path"),
        _texts(block.get("exclude", {}), f"{at}.exclude"),
        _texts(block.get("prefix", {}), f"{at}.prefix"),
    )


def _value(path: str, kind: str, at: str) -> tuple[Path, str]:
    return _path(path, f"{at}.value"), _one_of(kind, VALUE_KINDS, f"{at}.value")


def _block(data: object, keys: frozenset[str], at: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        _refuse("isn't a block of keys", at)
    if unknown := sorted(str(key) for key in data if key not in keys):
        _refuse(f"has an unknown key {unknown[0]!r}", at)
    return data


def _list(data: object, at: str) -> list[Any]:
    if not isinstance(data, list):
        _refuse("isn't a list", at)
    return data


def _texts(data: object, at: str) -> dict[str, str]:
    if not isinstance(data, dict) or not all(isinstance(x, str) for item in data.items() for x in item):
        _refuse("isn't a table of texts", at)
    return data


def _text(data: object, at: str) -> str:
    if not isinstance(data, str) or not data:
        _refuse("isn't a text", at)
    return data


def _flag(data: object, at: str) -> bool:
    if not isinstance(data, bool):
        _refuse("isn't true or false", at)
    return data


def _one_of(data: object, allowed: Iterable[str], at: str) -> str:
    if data not in (names := tuple(allowed)):
        _refuse(f"isn't one of {', '.join(names)}", at)
    return str(data)


def _paths(data: list[Any], at: str) -> tuple[Path, ...]:
    return tuple(_path(p, at) for p in data)


def _path(data: object, at: str) -> Path:
    try:
        return compile_path(_text(data, at))
    except ValueError:
        _refuse("isn't a path", at)


def _refuse(what: str, at: str) -> NoReturn:
    raise PlummerError("mapping_invalid", f"the event mapping {what}", ExitCode.USAGE, at) from None
