"""Which of a policy's targets one of Microsoft's FHIRPath expressions names.

Taken over: plain paths, ``nodesByType``, ``nodesByName``, ``as``/``ofType`` and ``where(FIELD='VALUE')``.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from plummer.deid.policy.paths import json_names, place_of
from plummer.schemas.fhir import elements, types

_TOKEN: Final = re.compile(
    r"\.?(?:nodesByType\('(?P<type>\w+)'\)|nodesByName\('(?P<named>\w+)'\)"
    r"|(?:ofType|as)\((?:FHIR\.)?(?P<of>\w+)\)|where\((?P<field>[\w.]+)\s*=\s*'(?P<value>[^'|;*]+)'\)"
    r"|(?P<name>[A-Za-z]\w*)(?![\w(]))|\s+as\s+(?:FHIR\.)?(?P<as>\w+)"
)


@dataclass(frozen=True, slots=True)
class Selected:
    """One target of a policy.

    Attributes:
        scope: ``type`` or ``path``.
        target: datatype or path.
        when: conditions as a policy's key writes them, without the first ``;``.
    """

    scope: str
    target: str
    when: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key under ``types`` or ``paths``."""
        return ";".join([self.target, *self.when])

    @property
    def kinds(self) -> tuple[str, ...]:
        """The datatypes that stand there."""
        place = place_of(self.target) if self.scope == "path" else None
        return place.kinds if place is not None else (self.target,)


def select(path: str) -> tuple[Selected, ...] | str:
    """The targets of an expression, or why it names none: ``fhirpath``, ``unknown_path``, ``whole_resource``.

    Example:
        >>> [found.key for found in select("nodesByType('Address').postalCode")]
        ['Address.postalCode']
        >>> [found.key for found in select("FamilyMemberHistory.condition.onset as Age")]
        ['FamilyMemberHistory.condition.onsetAge']
        >>> [found.key for found in select("Patient.identifier.where(use='usual')")]
        ['Patient.identifier;use=usual']
        >>> select("Patient.name.first()"), select("Patient.nickname")
        ('fhirpath', 'unknown_path')
    """
    text = path.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    found: tuple[Selected, ...] = ()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            return "fhirpath"
        step = _step(found, match, first=position == 0)
        if isinstance(step, str):
            return step
        found, position = step, match.end()
    if any(one.scope == "path" and "." not in one.target for one in found):
        return "whole_resource"
    return found or "unknown_path"


def _step(found: tuple[Selected, ...], match: re.Match[str], *, first: bool) -> tuple[Selected, ...] | str:
    told = match.groupdict()
    if told["type"]:
        return _by_type(found, told["type"], first=first)
    if told["named"]:
        return _by_name(found, told["named"], first=first)
    if told["field"]:
        condition = f"{told['field']}={told['value']}"
        return tuple(replace(one, when=(*one.when, condition)) for one in found) or "fhirpath"
    if kind := told["of"] or told["as"]:
        narrowed = [_of_type(one, kind) for one in found]
        return tuple(one for one in narrowed if one is not None) or "unknown_path"
    return _named(found, told["name"], first=first)


def _named(found: tuple[Selected, ...], name: str, *, first: bool) -> tuple[Selected, ...] | str:
    if first:
        return (Selected("path", name),) if name in types() else "unknown_path"
    below = [_below(one, name) for one in found]
    known = tuple(one for one in below if one is not None)
    return known if len(known) == len(below) else "unknown_path"


def _below(one: Selected, name: str) -> Selected | None:
    if any(condition.startswith("../") for condition in one.when):
        return None  # the condition would be two objects away
    when = tuple(f"../{condition}" for condition in one.when)
    for written in (name, f"{name}[x]"):
        target = f"{one.target}.{written}"
        if place_of(target) is not None:
            return Selected("path", target, when)
    return None


def _of_type(one: Selected, kind: str) -> Selected | None:
    if kind not in one.kinds:
        return None
    if not one.target.endswith("[x]"):
        return one
    parent, _, name = one.target.rpartition(".")
    return replace(one, target=f"{parent}.{json_names(name, (kind,))[0]}")


def _paths(within: tuple[Selected, ...], *, first: bool) -> list[tuple[str, str]]:
    """(path as JSON writes it, datatype) of all elements, or of those below some resource types."""
    roots = tuple(f"{one.target}." for one in within)
    return [
        (f"{path.rpartition('.')[0]}.{key}", kind)
        for path, element in elements().items()
        if first or path.startswith(roots)
        for kind in element.types
        for key in json_names(path.rpartition(".")[2], (kind,))
    ]


def _by_type(found: tuple[Selected, ...], kind: str, *, first: bool) -> tuple[Selected, ...] | str:
    if kind not in types():
        return "unknown_path"
    if first:
        return (Selected("type", kind),)
    return tuple(Selected("path", path) for path, there in _paths(found, first=False) if there == kind) or (
        "unknown_path"
    )


def _by_name(found: tuple[Selected, ...], name: str, *, first: bool) -> tuple[Selected, ...] | str:
    named = [path for path, _ in _paths(found, first=first) if path.rpartition(".")[2] == name]
    return tuple(Selected("path", path) for path in dict.fromkeys(named)) or "unknown_path"
