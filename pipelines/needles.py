"""The values that must stand nowhere outside the identified zone, taken from raw resources.

Family names, streets, telephone numbers, e-mail addresses, identifier values and logical ids of
patients, relatives and staff, each with the FHIR path it came from.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

PERSON_TYPES: Final = ("Patient", "RelatedPerson", "Practitioner")


def needles_of(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Value and FHIR path of each identifier of a Patient, RelatedPerson or Practitioner.

    Example:
        >>> person = {"resourceType": "Patient", "id": "p-1", "name": [{"family": "Oyelaran"}]}
        >>> list(needles_of(person))
        [('p-1', 'Patient.id'), ('Oyelaran', 'Patient.name.family')]
    """
    kind = str(resource.get("resourceType"))
    for element, field in (
        ("id", None), ("name", "family"), ("address", "line"), ("telecom", "value"), ("identifier", "value"),
    ):  # fmt: skip
        path = f"{kind}.{element}" + (f".{field}" if field else "")
        for value in values_at(resource, path):
            if value.strip():
                yield value.strip(), path


def values_at(resource: Mapping[str, Any], path: str) -> Iterator[str]:
    """Every string at a FHIR path, through arrays.

    Example:
        >>> list(values_at({"name": [{"given": ["A", "B"]}]}, "Patient.name.given"))
        ['A', 'B']
    """
    return (item for item in nodes_at(resource, path) if isinstance(item, str))


def nodes_at(resource: Mapping[str, Any], path: str) -> Iterator[Any]:
    """Whatever JSON stands at a FHIR path, through arrays.

    Example:
        >>> list(nodes_at({"name": [{"given": ["A", "B"]}, {"given": ["C"]}]}, "Patient.name"))
        [{'given': ['A', 'B']}, {'given': ['C']}]
    """
    found: list[Any] = [resource]
    for step in path.split(".")[1:]:
        found = [item[step] for item in _flat(found) if isinstance(item, Mapping) and step in item]
    return _flat(found)


def _flat(items: list[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item
