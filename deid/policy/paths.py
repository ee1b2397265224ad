"""R4's paths as a policy writes them: through backbone elements, and through datatypes too."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from plummer.schemas.fhir import Element, child, elements, primitive_types, types

_SCALARS: Final = frozenset({"string", "uri", "code", "id", "markdown", "url", "canonical", "oid", "uuid"})
_YES_NO: Final = frozenset({"true", "false"})


def json_names(name: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """How JSON writes an element's name: a choice under each of its types.

    Example:
        >>> json_names("deceased[x]", ("boolean", "dateTime"))
        ('deceasedBoolean', 'deceasedDateTime')
    """
    if not name.endswith("[x]"):
        return (name,)
    return tuple(f"{name[:-3]}{kind[0].upper()}{kind[1:]}" for kind in kinds)


@cache
def names_below() -> Mapping[str, tuple[str, ...]]:
    """Context (see `plummer.schemas.fhir.child`) to the JSON names that it has.

    Example:
        >>> "deceasedBoolean" in names_below()["Patient"]
        True
    """
    found: dict[str, list[str]] = defaultdict(list)
    for path, element in elements().items():
        parent, _, name = path.rpartition(".")
        found[parent] += json_names(name, element.types)
    return {context: tuple(names) for context, names in found.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a policy's path.

    Attributes:
        context: where the last name is looked up.
        name: the last name.
        kinds: its datatypes; several for a choice written with ``[x]``.
        inside: context of its own parts, empty where they have none or the choice has several types.
    """

    context: str
    name: str
    kinds: tuple[str, ...]
    inside: str


def _element(context: str, name: str) -> Element | None:
    return child(context, name) or elements().get(f"{context}.{name}")


@lru_cache(maxsize=16_384)
def place_of(path: str) -> Place | None:
    """The place of a path; None if R4 has none such.

    Example:
        >>> place_of("Patient.address.postalCode").context, place_of("Observation.value[x]").inside
        ('Address', '')
        >>> place_of("Patient.nickname") is None
        True
    """
    context, *names = path.split(".")
    if context not in types() or not names:
        return None
    found: Element | None = None
    for position, name in enumerate(names):
        if position:
            if found is None or not _inside(found):
                return None
            context = _inside(found)
        found = _element(context, name)
        if found is None:
            return None
    if found is None:
        return None
    return Place(context, names[-1], found.types or ("BackboneElement",), _inside(found))


def _inside(element: Element) -> str:
    if len(element.types) > 1:
        return ""
    return "" if element.types and element.types[0] in primitive_types() else element.context


def field_kind(context: str, field: str) -> tuple[str, str] | None:
    """Datatype and element path of a condition's field; None if R4 has no such string, number or boolean.

    Example:
        >>> field_kind("Identifier", "type.coding.code"), field_kind("Identifier", "period")
        (('code', 'Coding.code'), None)
    """
    found: Element | None = None
    for name in field.split("."):
        if found is not None:
            context = found.context
        found = child(context, name)
        if found is None:
            return None
    if found is None or found.types[0] not in _SCALARS | {"boolean", "integer", "positiveInt"}:
        return None
    return found.types[0], found.path


def may_hold(kind: str, path: str, value: str, *, prefix: bool) -> bool:
    """Whether an element of a kind could ever have a value: a required code's list, true or false, digits.

    Example:
        >>> may_hold("code", "ContactPoint.system", "email", prefix=False)
        True
        >>> may_hold("code", "ContactPoint.system", "pigeon", prefix=False)
        False
    """
    from plummer.schemas.fhir import required_codes

    if kind == "boolean":
        listed: frozenset[str] | None = _YES_NO
    elif kind in {"integer", "positiveInt"}:
        return prefix or value.removeprefix("-").isdecimal()
    else:
        listed = required_codes().get(path) if kind == "code" else None
    if listed is None:
        return True
    return any(code.startswith(value) for code in listed) if prefix else value in listed
