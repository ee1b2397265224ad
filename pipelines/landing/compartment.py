"""In whose compartment a resource is.

https://hl7.org/fhir/R4/compartmentdefinition-patient.html; the elements are in
``patient_compartment.json``.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from plummer.schemas.references import normalise_reference


@cache
def compartment_elements() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Per resource type the paths of the references that decide, the subject first.

    Example:
        >>> compartment_elements()["Observation"]
        (('subject',), ('performer',))
    """
    text = files("plummer.pipelines.landing").joinpath("patient_compartment.json").read_text("utf-8")
    return {
        name: tuple(tuple(path.split(".")) for path in paths)
        for name, paths in json.loads(text)["elements"].items()
    }


def patient_id(resource: Mapping[str, Any], resource_id: str, full_urls: Mapping[str, str]) -> str | None:
    """Id of the one patient in whose compartment the resource is, None where there is no such one.

    The first element that names a patient decides. If it names several different ones the resource
    belongs to none of them. References to a Group, to contained resources and by identifier only
    name no patient here.

    Args:
        resource: the parsed resource, its shape already checked.
        resource_id: its id.
        full_urls: fullUrl to ``Type/id`` of the entries of the same Bundle.

    Example:
        >>> patient_id({"resourceType": "Flag", "subject": {"reference": "Patient/7"}}, "f", {})
        '7'
        >>> patient_id({"resourceType": "Flag", "subject": {"reference": "#p"}}, "f", {}) is None
        True
    """
    kind = resource["resourceType"]
    if kind == "Patient":
        return resource_id
    for path in compartment_elements().get(kind, ()):
        named = {found for value in _values(resource, path) if (found := _patient(value, full_urls))}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _values(value: object, path: tuple[str, ...]) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _patient(reference: object, full_urls: Mapping[str, str]) -> str | None:
    literal = reference.get("reference") if isinstance(reference, dict) else None
    return patient_named(literal, full_urls) if isinstance(literal, str) else None


def patient_named(literal: str, full_urls: Mapping[str, str]) -> str | None:
    """Id of the patient that a literal reference names, None where it names something else.

    Args:
        literal: ``Reference.reference``.
        full_urls: fullUrl to ``Type/id`` of the entries of the same Bundle.

    Example:
        >>> patient_named("https://h.invalid/fhir/Patient/7", {}), patient_named("Group/1", {})
        ('7', None)
    """
    if not full_urls and "Patient/" not in literal:
        return None
    if literal.startswith("Patient/") and literal.count("/") == 1 and "?" not in literal and not full_urls:
        return literal[8:]  # nearly all of them
    name = normalise_reference(literal)
    if name is None:
        return None
    name = full_urls.get(name, full_urls.get(literal, name))
    return name[8:] if name.startswith("Patient/") else None
