"""FHIR R4's element table (HL7, CC0): what may stand where, and which codes a required binding allows."""

from plummer.schemas.fhir.codes import is_known_code, required_codes
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
    "is_known_code",
    "path_exists",
    "primitive_types",
    "required_codes",
    "resource_types",
    "types",
]
