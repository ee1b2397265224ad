"""Identifiers of persons and places, as the text engine will look for them."""

from collections.abc import Iterator
from typing import Any, Final

from plummer.pipelines.index.walk import PEOPLE, PLACES

Fact = tuple[str, str]
"""Label (names, ids, phones, emails, addresses, dates) and value as received."""

_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "rev"})
_DEGREES: Final = frozenset({"MD", "RN", "NP", "PhD", "PharmD", "DDS", "DMD", "DVM", "LPN", "CNP"})
_ELSEWHERE_AT_LEAST: Final = 5
_IDENTIFIED_TYPES: Final = frozenset(
    {
        "Account",
        "Appointment",
        "Claim",
        "Coverage",
        "Device",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "EpisodeOfCare",
        "ExplanationOfBenefit",
        "ImagingStudy",
        "MedicationDispense",
        "MedicationRequest",
        "ServiceRequest",
        "Specimen",
    }
)
# identifiers in elements of their own, by type (HL7 FHIR R4 resource definitions)
_NUMBERS: Final[dict[str, tuple[str, ...]]] = {
    "Coverage": ("subscriberId",),
    "Device": ("serialNumber", "lotNumber", "distinctIdentifier"),
}
_WEB: Final = frozenset({"email", "url"})
_PHONE: Final = frozenset({"phone", "fax", "pager", "sms", "other"})
_URN: Final = ("urn:uuid:", "urn:oid:")


def facts(resource: dict[str, Any]) -> Iterator[Fact]:
    """Facts that a resource states about persons and places, contained resources included.

    Of Patient, RelatedPerson, Practitioner, Person, Organization and the like every HumanName,
    Address, ContactPoint and Identifier at any depth (contacts and extensions such as the mother's
    maiden name too); of other types the numbers a note may quote, such as accession numbers.

    Example:
        >>> person = {"resourceType": "Patient", "name": [{"family": "Doe", "given": ["Jo"]}]}
        >>> list(facts({**person, "birthDate": "1950-01-02"}))
        [('names', 'Jo Doe'), ('dates', '1950-01-02')]
    """
    yield from _of_one(resource)
    contained = resource.get("contained")
    for inner in contained if type(contained) is list else ():
        if type(inner) is dict:
            yield from _of_one(inner)


def strip_honorifics(name: str) -> str:
    """A name without titles before it, and without what follows a comma if that is a degree.

    Example:
        >>> strip_honorifics("Dr. Ernest565 Runte676, MD"), strip_honorifics("Anh Do")
        ('Ernest565 Runte676', 'Anh Do')
        >>> strip_honorifics("Runte676, Ernest565")
        'Runte676, Ernest565'
    """
    words = name.split()
    while len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        del words[0]
    # a comma must stand before short ones: Do and Pa are family names too
    while len(words) > 1 and _is_degree(words[-1], after_comma=words[-2].endswith(",")):
        del words[-1]
    return " ".join(words).strip(" ,")


def _is_degree(word: str, *, after_comma: bool) -> bool:
    plain = word.replace(".", "").strip(",")
    return plain in _DEGREES or (after_comma and plain in ("DO", "PA", "PA-C", "Esq"))


def human_name(node: dict[str, Any]) -> Iterator[str]:
    """The forms of a HumanName: its text, and given names before the family name."""
    text, family, given = node.get("text"), node.get("family"), node.get("given")
    parts = [part for part in (given if type(given) is list else [given]) if type(part) is str]
    if type(family) is str:
        parts.append(family)
    built = " ".join(part.strip() for part in parts if part.strip())
    if built:
        yield built
    if type(text) is str and (plain := strip_honorifics(text)) and plain != built:
        yield plain


def _of_one(resource: dict[str, Any]) -> Iterator[Fact]:
    kind = resource.get("resourceType")
    if kind in PEOPLE or kind in PLACES:
        yield from _of_bearer(str(kind), resource)
    elif kind in _IDENTIFIED_TYPES:
        yield from _numbers(str(kind), resource)
    elif kind == "FamilyMemberHistory":
        yield from _plain("names", resource.get("name"))


def _of_bearer(kind: str, resource: dict[str, Any]) -> Iterator[Fact]:
    if kind == "Patient":
        yield from _plain("ids", resource.get("id"))
    if kind in PLACES:
        yield from _plain("names", resource.get("name"))
        alias = resource.get("alias")
        for other in alias if type(alias) is list else ():
            yield from _plain("names", other)
    stack: list[tuple[str, Any]] = [
        (key, value) for key, value in resource.items() if key not in ("contained", "text", "meta")
    ]
    stack.reverse()
    while stack:
        element, node = stack.pop()
        if type(node) is list:
            stack.extend((element, item) for item in reversed(node))
        elif type(node) is dict:
            yield from _of_node(element, node)
            stack.extend(reversed(node.items()))
        elif element == "birthDate":
            yield from _plain("dates", node)


def _of_node(element: str, node: dict[str, Any]) -> Iterator[Fact]:
    """Facts of one complex value, told by the keys it has."""
    if "family" in node or "given" in node or element == "name":
        yield from (("names", form) for form in human_name(node))
    elif "postalCode" in node or "city" in node or "line" in node:
        yield from _address(node)
    elif element in ("identifier", "valueIdentifier"):
        yield from _identifier(node)
    elif "value" in node and "system" in node and type(node["value"]) is str:
        yield from _contact_point(node)
    elif str(node.get("url", "")).endswith("mothersMaidenName"):
        yield from _plain("names", node.get("valueString"))


def _address(node: dict[str, Any]) -> Iterator[Fact]:
    lines = node.get("line")
    for line in lines if type(lines) is list else [lines]:
        yield from _plain("addresses", line)
    for element in ("text", "city", "postalCode"):
        yield from _plain("addresses", node.get(element))


def _contact_point(node: dict[str, Any]) -> Iterator[Fact]:
    if node["system"] in _WEB or "@" in node["value"]:
        yield from _plain("emails", node["value"])
    elif node["system"] in _PHONE:
        yield from _plain("phones", node["value"])


def _identifier(node: dict[str, Any], at_least: int = 1) -> Iterator[Fact]:
    value = node.get("value")
    if type(value) is not str:
        return
    for prefix in _URN:
        if value.lower().startswith(prefix):
            value = value[len(prefix) :]
    if len(value.strip()) >= at_least:
        yield "ids", value.strip()


def _numbers(kind: str, resource: dict[str, Any]) -> Iterator[Fact]:
    """Numbers of a resource that isn't a person; short ones would match everywhere in text."""
    for element in (
        "identifier",
        "accessionIdentifier",
        "requisition",
        "groupIdentifier",
        "masterIdentifier",
    ):
        found = resource.get(element)
        for node in found if type(found) is list else [found]:
            if type(node) is dict:
                yield from _identifier(node, _ELSEWHERE_AT_LEAST)
    for element in _NUMBERS.get(kind, ()):
        yield from _identifier({"value": resource.get(element)}, _ELSEWHERE_AT_LEAST)
    carriers = resource.get("udiCarrier")
    for node in carriers if type(carriers) is list else ():
        if type(node) is dict:
            yield from _plain("ids", node.get("carrierHRF"))


def _plain(label: str, value: object) -> Iterator[Fact]:
    if type(value) is str and (text := value.strip()):
        yield label, text
