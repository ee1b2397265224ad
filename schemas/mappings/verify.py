"""A mapping held against FHIR R4's own table: a path that R4 hasn't would find nothing, and say nothing.

Looked at once, where a job is planned (`plummer.schemas.mappings.fingerprints`), not in every worker.
"""

from collections.abc import Iterator
from typing import Final, NoReturn

from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import Element, child, is_known_code, resource_types
from plummer.schemas.mappings.model import CodeSource, EventSpec, StatusRule, TypeMapping
from plummer.schemas.mappings.paths import Path

_TIMES: Final = frozenset({"date", "dateTime", "instant"})
_CODES: Final = frozenset({"CodeableConcept", "Coding", "code", "boolean"})
_VALUES: Final = {
    "quantity": frozenset({"Quantity", "Age", "Count", "Distance", "Duration"}),
    "money": frozenset({"Money"}),
    "number": frozenset({"integer", "decimal", "positiveInt", "unsignedInt"}),
    "coded": frozenset({"CodeableConcept", "Coding"}),
    "code": frozenset({"code"}),
    "string": frozenset({"string", "date", "dateTime", "time"}),
    "boolean": frozenset({"boolean"}),
    "range": frozenset({"Range"}),
    "ratio": frozenset({"Ratio"}),
}
_REFERENCE: Final = frozenset({"Reference"})
_ANY: Final[frozenset[str]] = frozenset()


def verify(mapping: TypeMapping) -> None:
    """Refuse a mapping that R4 can't fulfil.

    Raises:
        PlummerError: ``mapping_unknown_path`` (no such type or element), ``mapping_wrong_type`` (the
            element holds something else) or ``mapping_unknown_code`` (a status that R4 doesn't know),
            all exit 2, with the place.

    Example:
        >>> from plummer.schemas.mappings.parse import parse_mapping
        >>> block = {"events": [{"event_type": "flag", "code": ["code"], "time": ["period.to"]}]}
        >>> verify(parse_mapping("Flag", block))
        Traceback (most recent call last):
        ...
        plummer.schemas.errors.PlummerError: mapping_unknown_path: FHIR R4 has no such path [Flag.period.to]
    """
    kind = mapping.resource_type
    if kind not in resource_types():
        _refuse("mapping_unknown_path", "FHIR R4 has no such resource type", kind)
    for path in mapping.encounter:
        _held(kind, path, _REFERENCE)
    for path in (*mapping.status_code, *mapping.verification):
        _held(kind, path, _CODES)
    for rule in mapping.status:
        _status(kind, rule)
    for event in mapping.events:
        _event(kind, event)


def _event(kind: str, event: EventSpec) -> None:
    item = kind if event.for_each is None else _held(kind, event.for_each, _ANY).context
    for source in event.code:
        _code(item, source)
    for path, how in event.value:
        _held(item, path, _VALUES[how])
    if event.interpretation is not None:
        _held(item, event.interpretation, _CODES)
    if event.reference_range is not None:
        low = child(_held(item, event.reference_range, _ANY).context, "low")
        if low is None or "Quantity" not in low.types:
            _refuse("mapping_wrong_type", "isn't a range", _place(item, event.reference_range))
    for path in event.members:
        _held(item, path, _REFERENCE)
    for path in (*event.time, *event.end_time, *event.available_time):
        if path[0][0] == "meta":
            _refuse(
                "mapping_wrong_type", "a time is a clinical statement, not a server's", _place(kind, path)
            )
        _held(kind, path, _TIMES)


def _code(kind: str, source: CodeSource) -> None:
    if source.reference is None:
        _held(kind, source.path, _CODES)
        return
    target = source.target or ""
    found = _held(kind, source.reference, _REFERENCE)
    if target not in resource_types():
        _refuse("mapping_unknown_path", "FHIR R4 has no such resource type", target)
    if target not in found.targets and "Resource" not in found.targets:
        _refuse("mapping_wrong_type", f"doesn't point to {target}", _place(kind, source.reference))
    _held(target, source.path, _CODES)


def _status(kind: str, rule: StatusRule) -> None:
    found = _held(kind, rule.path, _CODES)
    for code in (*rule.exclude, *rule.prefix):
        if not _may_be(found, code):
            _refuse("mapping_unknown_code", f"{code!r} is no code of this element", _place(kind, rule.path))


def _may_be(element: Element, code: str) -> bool:
    """A misspelt status would let through what it should hold back; a concept's codes aren't listed."""
    if element.types == ("boolean",):
        return code in {"true", "false"}
    bound = element.types == ("code",) and element.binding == "required"
    return not bound or is_known_code(element.path, code)


def _held(context: str, path: Path, kinds: frozenset[str]) -> Element:
    """The element at a path; `kinds` are the datatypes that it may have, none for any."""
    found, above = None, context
    for name, _ in path:
        found = child(above, name)
        if found is None:
            _refuse("mapping_unknown_path", "FHIR R4 has no such path", _place(context, path))
        above = found.context
    if found is None or (kinds and not kinds & set(found.types)):
        _refuse("mapping_wrong_type", f"isn't of type {', '.join(sorted(kinds))}", _place(context, path))
    return found


def _place(context: str, path: Path) -> str:
    return ".".join((context, *_names(path)))


def _names(path: Path) -> Iterator[str]:
    for name, url in path:
        yield name if url is None else f"{name}('{url}')"


def _refuse(code: str, what: str, at: str) -> NoReturn:
    raise PlummerError(code, what, ExitCode.USAGE, at) from None
