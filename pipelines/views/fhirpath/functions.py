"""The functions of a path, by name."""

from collections.abc import Mapping
from typing import Final

from plummer.pipelines.views.fhirpath import fn_collections, fn_fhir, fn_numbers, fn_text
from plummer.pipelines.views.fhirpath.builder import Builder

FUNCTIONS: Final[Mapping[str, Builder]] = {
    **fn_collections.BUILDERS,
    **fn_fhir.BUILDERS,
    **fn_numbers.BUILDERS,
    **fn_text.BUILDERS,
}
