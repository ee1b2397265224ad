"""FHIR R4's element table: what may stand where."""

from plummer.schemas.fhir.elements import (
    Element,
    TypeInfo,
    child,
    elements,
    path_exists,
    primitive_types,
    resource_types,
    types,
)

__all__ = [
    "Element",
    "TypeInfo",
    "child",
    "elements",
    "path_exists",
    "primitive_types",
    "resource_types",
    "types",
]
