"""Every element of FHIR R4 (4.0.1), and how to walk from one to the next.

Generated from HL7's base StructureDefinitions (https://hl7.org/fhir/R4/, CC0-1.0) by
``scripts/make_elements.py``; nothing is typed by hand.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

_NESTED: Final = frozenset({"BackboneElement", "Element"})


@dataclass(frozen=True, slots=True)
class Element:
    """One element definition.

    Attributes:
        path: as the specification writes it, choice types with ``[x]``: ``Observation.value[x]``.
        types: its datatypes; exactly one in what `child` returns.
        min: least number of repetitions, 0 or 1 (HL7 has no larger one but in a few datatypes).
        max: greatest, ``1``, another number or ``*``.
        binding: strength of a code's binding: ``required``, ``extensible``, ``preferred``, ``example`` or "".
        modifier: whether it can change the meaning of its parent (``isModifier``).
        targets: resource types a Reference may point to.
        same_as: the path whose children this one has (``contentReference``), else "".
    """

    path: str
    types: tuple[str, ...]
    min: int
    max: str
    binding: str = ""
    modifier: bool = False
    targets: tuple[str, ...] = ()
    same_as: str = ""

    @property
    def repeats(self) -> bool:
        """Whether JSON writes it as an array."""
        return self.max not in {"0", "1"}

    @property
    def context(self) -> str:
        """What to pass to `child` for the elements below this one."""
        if self.same_as:
            return self.same_as
        return self.path if self.types and self.types[0] in _NESTED else self.types[0]


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """A resource or datatype: ``kind`` is ``resource``, ``complex-type`` or ``primitive-type``."""

    name: str
    kind: str
    abstract: bool
    base: str


@cache
def _table() -> dict[str, list[Any]]:
    packed = files("plummer.schemas.fhir").joinpath("r4_elements.json.gz").read_bytes()
    table: dict[str, list[Any]] = json.loads(gzip.decompress(packed))
    return table


@cache
def types() -> Mapping[str, TypeInfo]:
    """Every type of R4 by name.

    Example:
        >>> types()["HumanName"].kind, types()["code"].base
        ('complex-type', 'string')
    """
    return MappingProxyType({name: TypeInfo(name, *row[:3]) for name, row in _table().items()})


def _element(path: str, row: list[Any]) -> Element:
    kinds, low, high, *rest = row
    binding, modifier, targets, same_as = (rest + ["", False, (), ""][len(rest) :])[:4]
    return Element(path, tuple(kinds), low, high, binding, modifier, tuple(targets), same_as)


@cache
def elements() -> Mapping[str, Element]:
    """All 7,466 elements by path.

    Example:
        >>> len(elements()), elements()["Patient.gender"].binding
        (7466, 'required')
    """
    return MappingProxyType(
        {
            f"{name}.{path}": _element(f"{name}.{path}", e)
            for name, row in _table().items()
            for path, e in row[3].items()
        }
    )


@cache
def resource_types() -> frozenset[str]:
    """The concrete resource types.

    Example:
        >>> "Patient" in resource_types(), "DomainResource" in resource_types()
        (True, False)
    """
    return frozenset(t.name for t in types().values() if t.kind == "resource" and not t.abstract)


@cache
def primitive_types() -> frozenset[str]:
    """The primitive datatypes, those whose JSON form is a string, number or boolean.

    Example:
        >>> "instant" in primitive_types(), "Quantity" in primitive_types()
        (True, False)
    """
    return frozenset(t.name for t in types().values() if t.kind == "primitive-type")


@cache
def _children() -> Mapping[tuple[str, str], Element]:
    """(context, JSON name) to the element with its one type; choice types under each of their names."""
    found: dict[tuple[str, str], Element] = {}
    for path, element in elements().items():
        parent, _, name = path.rpartition(".")
        if not name.endswith("[x]"):
            found[parent, name] = element if element.types else replace(element, types=("BackboneElement",))
            continue
        for kind in element.types:
            found[parent, name[:-3] + kind[0].upper() + kind[1:]] = replace(element, types=(kind,))
    return found


@lru_cache(maxsize=65_536)
def child(type_or_path: str, name: str) -> Element | None:
    """The element that a JSON key stands for, or None if R4 has no such key there.

    Args:
        type_or_path: a type (``Observation``, ``HumanName``) or the path of a backbone element
            (``Observation.component``); `Element.context` of the parent is always right.
        name: the JSON key without a leading underscore; ``resourceType`` is no element.

    Example:
        >>> child("Observation", "valueQuantity").types, child("Observation", "valueQuantity").path
        (('Quantity',), 'Observation.value[x]')
        >>> child("Observation", "component").context, child("Observation.component", "code").types
        ('Observation.component', ('CodeableConcept',))
        >>> child("Observation.component", "referenceRange").context
        'Observation.referenceRange'
        >>> child("HumanName", "family").types, child("Patient", "nickname")
        (('string',), None)
    """
    return _children().get((type_or_path, name))


def path_exists(path: str) -> bool:
    """Whether a dotted path can occur in R4, through datatypes too.

    Example:
        >>> path_exists("Patient.address.postalCode"), path_exists("Patient.address.colour")
        (True, False)
        >>> path_exists("Observation.value[x]"), path_exists("Observation.component.value[x]")
        (True, True)
    """
    if path in elements() or path in types():
        return True
    head, *names = path.split(".")
    if head not in types():
        return False
    context = head
    for name in names:
        found = child(context, name) or elements().get(f"{context}.{name}")
        if found is None:
            return False
        context = found.context
    return True
