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
from plummer.schemas.fhir.iso import COUNTRIES, is_language
from plummer.schemas.fhir.tables import code_table, displays

__all__ = [
    "COUNTRIES",
    "Element",
    "TypeInfo",
    "child",
    "code_table",
    "displays",
    "elements",
    "is_known_code",
    "is_language",
    "path_exists",
    "primitive_types",
    "required_codes",
    "resource_types",
    "types",
]
