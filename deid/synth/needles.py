"""Every planted identifier as a row of ``gold/needles.jsonl``: what a leak scan must not find."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from plummer.deid.synth.fhir import Json
from plummer.deid.synth.records import Record, Written

_IDENTIFIED: Final = frozenset({"Patient", "RelatedPerson", "Practitioner"})
_SKIPPED: Final = frozenset({"DATE", "AGE", "CITY", "COUNTY", "ZIP", "ORGANIZATION"})
_NUMBERS: Final = {"subscriberId": "health_plan", "serialNumber": "device"}
_NOTE_PATH: Final = "DocumentReference.content.attachment.data"


@dataclass(frozen=True, slots=True)
class Needle:
    """A value that must not be found, what it is, and the path where it was planted."""

    value: str
    kind: str
    resource: str
    path: str


def _names(kind: str, names: Iterable[Json]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        if "family" in name:
            yield name["family"], "family", f"{kind}.name.family"
        for given in name.get("given", ()):
            yield given, "given", f"{kind}.name.given"


def _identifier_kind(system: str) -> str:
    if "us-ssn" in system:
        return "ssn"
    tail = system.rsplit("/", 1)[-1]
    return {"mrn": "mrn", "us-npi": "npi", "member": "health_plan"}.get(tail, "identifier")


def _values(resource: Json) -> Iterator[tuple[str, str, str]]:
    """(value, kind, path) of the identifiers of a person's resource."""
    kind = resource["resourceType"]
    yield resource["id"], "resource_id", f"{kind}.id"
    yield from _names(kind, resource.get("name", ()))
    for contact in resource.get("contact", ()):
        yield from _names(f"{kind}.contact", [contact["name"]])
        for point in contact["telecom"]:
            yield point["value"], point["system"], f"{kind}.contact.telecom.value"
    for point in resource.get("telecom", ()):
        yield point["value"], point["system"], f"{kind}.telecom.value"
    for home in resource.get("address", ()):
        yield home["line"][0], "street", f"{kind}.address.line"
    for item in resource.get("identifier", ()):
        yield item["value"], _identifier_kind(item["system"]), f"{kind}.identifier.value"


def of_resource(resource: Json) -> Iterator[Needle]:
    """The needles of one resource; persons whole, elsewhere the numbers."""
    kind = resource["resourceType"]
    here = f"{kind}/{resource['id']}"
    if kind in _IDENTIFIED:
        for value, what, path in _values(resource):
            yield Needle(value, what, here, path)
        return
    for item in resource.get("identifier", ()):
        yield Needle(item["value"], _identifier_kind(item["system"]), here, f"{kind}.identifier.value")
    for element, what in _NUMBERS.items():
        if element in resource:
            yield Needle(resource[element], what, here, f"{kind}.{element}")


def of_note(written: Written) -> Iterator[Needle]:
    """The needles of a note: every span but dates, ages, places and initials."""
    for span in written.note.spans:
        if span.needle and span.type not in _SKIPPED:
            value = " ".join(span.value.split())
            yield Needle(value, span.type.lower(), f"DocumentReference/{written.id}", _NOTE_PATH)


def of_record(record: Record) -> Iterator[Needle]:
    """The needles of a patient's record, each once for a place."""
    found = [needle for resource in record.resources for needle in of_resource(resource)]
    found += [needle for written in record.notes for needle in of_note(written)]
    yield from dict.fromkeys(found)
