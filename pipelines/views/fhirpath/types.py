"""What is known of a path's values before any record is read: R4's element table as a type system."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from plummer.schemas.fhir.elements import child, elements, primitive_types, resource_types, types

#: Primitive types by what their JSON is.
INTEGERS: Final = frozenset({"integer", "positiveInt", "unsignedInt", "integer64"})
TEMPORAL: Final = frozenset({"date", "dateTime", "instant", "time"})


@lru_cache(maxsize=4096)
def choice(context: str, name: str) -> Mapping[str, str]:
    """JSON keys of a choice element and the type of each, or nothing where it is none.

    Example:
        >>> choice("Patient", "deceased")
        {'deceasedBoolean': 'boolean', 'deceasedDateTime': 'dateTime'}
    """
    element = elements().get(f"{context}.{name}[x]")
    return {name + _capital(kind): kind for kind in element.types} if element else {}


def _capital(kind: str) -> str:
    return kind[0].upper() + kind[1:]


def key_of(name: str, kind: str) -> str:
    """The JSON key of a choice element with a type.

    Example:
        >>> key_of("value", "dateTime")
        'valueDateTime'
    """
    return name + _capital(kind)


@lru_cache(maxsize=1)
def suffixes() -> tuple[tuple[str, str], ...]:
    """What may end the key of a choice element: the name of each datatype, and the datatype.

    Example:
        >>> ("DateTime", "dateTime") in suffixes()
        True
    """
    kinds = [one.name for one in types().values() if one.kind != "resource" and not one.abstract]
    return tuple(sorted((_capital(kind), kind) for kind in kinds))


@lru_cache(maxsize=1)
def _suffix_set() -> frozenset[str]:
    return frozenset(suffix for suffix, _ in suffixes())


def is_choice_key(key: str, name: str) -> bool:
    """Whether a key could be a choice element's, for elements that the table doesn't know.

    Example:
        >>> is_choice_key("valueQuantity", "value"), is_choice_key("valueSet", "value")
        (True, False)
    """
    return key.startswith(name) and key[len(name) :] in _suffix_set()


def member(context: str, name: str) -> str | None:
    """The type of an element, or None where R4 has no such element; ``""`` for one of unknown type.

    Example:
        >>> member("Patient", "name"), member("Observation", "component"), member("Patient", "colour")
        ('HumanName', 'Observation.component', None)
    """
    found = child(context, name)
    if found is None:
        return None
    kind = found.context
    return "" if kind in ("Resource", "DomainResource") else kind


def is_primitive(kind: str) -> bool:
    """Whether a type's JSON is a string, number or boolean.

    Example:
        >>> is_primitive("code"), is_primitive("Quantity")
        (True, False)
    """
    return kind in primitive_types()


def is_a(kind: str, wanted: str) -> bool:
    """Whether a known type is another or derives from it.

    Example:
        >>> is_a("code", "string"), is_a("Age", "Quantity"), is_a("string", "code")
        (True, True, False)
    """
    seen = kind
    while seen:
        if seen == wanted:
            return True
        info = types().get(seen)
        seen = info.base if info else ""
    return False


def is_resource(kind: str) -> bool:
    """Whether a type is a concrete resource type."""
    return kind in resource_types()


def could_be(value: object, kind: str) -> bool:
    """Whether a JSON value of unknown type could be of a type, by its form.

    Example:
        >>> could_be("x", "code"), could_be(5, "string"), could_be({"resourceType": "Patient"}, "Patient")
        (True, False, True)
    """
    if isinstance(value, dict):
        told = value.get("resourceType")
        return told == kind if told is not None else not is_primitive(kind)
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind in INTEGERS or kind == "decimal"
    if isinstance(value, str):
        return is_primitive(kind) and kind not in INTEGERS and kind not in ("boolean", "decimal")
    return kind == "decimal"
