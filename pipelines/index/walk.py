"""One pass over a parsed resource that finds every reference and what stands beside it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from plummer.schemas.references import normalise_reference

PEOPLE: Final = frozenset({"Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Person"})
PLACES: Final = frozenset({"Organization", "Location", "HealthcareService"})

# elements whose reference is to a person even where it names no type (R4: Reference targets)
_PERSON_ELEMENTS: Final = frozenset(
    {
        "subject",
        "patient",
        "individual",
        "practitioner",
        "generalPractitioner",
        "asserter",
        "recorder",
        "requester",
        "collector",
        "beneficiary",
        "subscriber",
        "interpreter",
    }
)


class Mention(NamedTuple):
    """A Reference in a resource.

    Attributes:
        name: normalised name of its target, None where it names none (contained, display only).
        type: resource type of the target, "" where it isn't said.
        display: the text beside it, "" where there is none.
    """

    name: str | None
    type: str
    display: str


def mentions(resource: dict[str, Any]) -> Iterator[Mention]:
    """Every Reference at any depth, contained resources and extensions included.

    An iterative walk: depth is the sender's choice and must not end the run.

    Example:
        >>> encounter = {"subject": {"reference": "Patient/7", "display": "Jo Doe"}}
        >>> [tuple(mention) for mention in mentions(encounter)]
        [('Patient/7', 'Patient', 'Jo Doe')]
    """
    stack: list[tuple[str, Any]] = [("", resource)]
    while stack:
        element, node = stack.pop()
        if type(node) is list:
            stack.extend((element, item) for item in node if type(item) is dict or type(item) is list)
            continue
        if "reference" in node or ("display" in node and "code" not in node):
            mention = _mention(element, node)
            if mention is not None:
                yield mention
        for key, value in node.items():
            if type(value) is dict or type(value) is list:
                stack.append((key, value))


def conditional_name(resource_type: str, identifier: object) -> str | None:
    """The name by which a conditional reference or a logical one finds an identifier's bearer.

    Example:
        >>> conditional_name("Practitioner", {"system": "http://x.invalid", "value": "9"})
        'Practitioner?identifier=http://x.invalid|9'
        >>> conditional_name("Practitioner", {"value": "9"}) is None
        True
    """
    if type(identifier) is not dict:
        return None
    system, value = identifier.get("system"), identifier.get("value")
    if type(system) is not str or type(value) is not str or not system or not value:
        return None
    return f"{resource_type}?identifier={system}|{value}"


def _mention(element: str, node: dict[str, Any]) -> Mention | None:
    reference, display, said = node.get("reference"), node.get("display"), node.get("type")
    shown = display if type(display) is str else ""
    kind = said if type(said) is str else ""
    name = None
    if type(reference) is str:
        name, of_name = _read(reference)
        kind = of_name or kind
    elif type(identifier := node.get("identifier")) is dict:
        name = conditional_name(kind or _type_by(element), identifier)
    if name is None and not shown:
        return None
    return Mention(name, kind or _type_by(element), shown)


@lru_cache(maxsize=100_000)
def _read(reference: str) -> tuple[str | None, str]:
    """Normalised name of a reference and the type it says; a patient's come up in every resource."""
    name = normalise_reference(reference) or None
    return name, _type_in(name)


def _type_in(name: str | None) -> str:
    """The type that a normalised name begins with, "" for urn: names and free text."""
    if name is None or not name[:1].isupper():
        return ""
    before, slash, after = name.partition("/")
    if "?" in before:
        return before.partition("?")[0]
    return before if slash and after else ""


def _type_by(element: str) -> str:
    """The type that an element's name says: practitioner, organization, location, or a person's."""
    guess = element[:1].upper() + element[1:]
    if guess in PEOPLE or guess in PLACES:
        return guess
    return "Practitioner" if element in _PERSON_ELEMENTS else ""
