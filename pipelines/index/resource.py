"""Everything the index says about one resource."""

from collections.abc import Iterator
from typing import Any, Final

from plummer.deid.dates import parse_fhir_date
from plummer.deid.policy.links import LinkIdentifier
from plummer.deid.structure.dates import is_placeholder
from plummer.pipelines.index.facts import Fact, facts, strip_honorifics
from plummer.pipelines.index.links import linked_patients, patient_links
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.index.rows import SHARED, IndexRow, owner_of
from plummer.pipelines.index.sites import same_as
from plummer.pipelines.index.walk import PEOPLE, PLACES, Mention, conditional_name, mentions
from plummer.pipelines.timeline.raw import raw_event_times
from plummer.schemas.mappings import Mappings
from plummer.schemas.references import normalise_reference

# types that others name by identifier (conditional references); indexing those of every type would
# double the table, and a conditional reference to any other simply finds no target
_NAMED_BY_IDENTIFIER: Final = PEOPLE | PLACES | {"Medication", "Device"}
_LINKED: Final = (PEOPLE - {"Patient"}) | PLACES


def index_resource(  # noqa: PLR0913 (columns of a row of identified/resources)
    resource: dict[str, Any],
    *,
    site: str,
    patient_key: str | None,
    full_url: str | None,
    lookups: Lookups,
    zone: str,
    mappings: Mappings,
    resource_id: str | None = None,
    links: tuple[LinkIdentifier, ...] = (),
) -> Iterator[IndexRow]:
    """Rows of one parsed resource: name, ref, link, merge, same, linkage, fact and time.

    Args:
        resource: the parsed body.
        site: name of its site.
        patient_key: its patient's key ``SITE/ID``, None outside a compartment.
        full_url: its Bundle entry's fullUrl.
        lookups: keyed hashes of the site's names.
        zone: IANA zone of the site, in whose wall clock instants are.
        mappings: which elements are events (`plummer.schemas.mappings.load_mappings`).
        resource_id: the id to take where the body has none.
        links: identifiers by which the site's patients are joined with others.

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> rows = index_resource(
        ...     {"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/7"}},
        ...     site="main", patient_key="main/7", full_url=None,
        ...     lookups=Lookups(bytes(32), "main"), zone="UTC", mappings=load_mappings(),
        ... )
        >>> [(row.owner, row.kind, row.label) for row in rows]
        [('main/7', 'name', 'Encounter'), ('main/7', 'ref', None)]
    """
    kind, own_id = str(resource.get("resourceType")), str(resource.get("id") or resource_id)
    owner = owner_of(site, kind, own_id, patient_key)
    source = f"{site}/{kind}/{own_id}"
    target = lookups.of(f"{kind}/{own_id}")
    for name in dict.fromkeys(_names(resource, kind, own_id, full_url)):
        yield IndexRow(owner, "name", source, lookups.of(name), target, kind)
    found = list(dict.fromkeys(mentions(resource)))
    yield from _references(owner, source, kind, found, lookups)
    for label, value in dict.fromkeys((*facts(resource), *_displayed(owner, found))):
        yield IndexRow(owner, "fact", source, label=label, value=value)
    if kind == "Patient":
        for link in patient_links(resource, full_url):
            named = lookups.of(link.name) if link.name else None
            yield IndexRow(owner, "merge", source, named, target, link.label)
        for same in dict.fromkeys(same_as(resource, links, lookups.key)):
            yield IndexRow(owner, "same", source, same, target, *_told_of_person(resource))
    if kind == "Linkage":
        for name in linked_patients(resource):
            yield IndexRow(owner, "linkage", source, lookups.of(name), target)
    if not owner.startswith(SHARED):
        for micros in sorted(_instants(resource, mappings, zone)):
            yield IndexRow(owner, "time", source, micros=micros)


def _told_of_person(patient: dict[str, Any]) -> tuple[str | None, str | None]:
    """Gender and birth date, by which two people with one identifier are told apart."""
    gender, born = patient.get("gender"), patient.get("birthDate")
    known = gender if type(gender) is str and gender != "unknown" else None
    return known, born if type(born) is str else None


def _names(resource: dict[str, Any], kind: str, own_id: str, full_url: str | None) -> Iterator[str]:
    """Every name by which others refer to the resource; the first is its canonical one."""
    yield f"{kind}/{own_id}"
    if full_url and (name := normalise_reference(full_url)):
        yield name
    if kind in _NAMED_BY_IDENTIFIER:
        identifiers = resource.get("identifier")
        for identifier in identifiers if type(identifiers) is list else [identifiers]:
            if (name := conditional_name(kind, identifier)) is not None:
                yield name


def _references(
    owner: str, source: str, kind: str, found: list[Mention], lookups: Lookups
) -> Iterator[IndexRow]:
    links = kind == "PractitionerRole" or not owner.startswith(SHARED)
    types: dict[str, str] = {}
    for mention in found:
        if mention.name is not None:
            types[mention.name] = types.get(mention.name) or mention.type
    for name, named in types.items():
        yield IndexRow(owner, "ref", source, lookups.of(name))
        # a urn tells no type, so it may be a practitioner's
        if links and (named in _LINKED or name.startswith("urn:")):
            yield IndexRow(owner, "link", source, lookups.of(name))


def _displayed(owner: str, found: list[Mention]) -> Iterator[Fact]:
    """Texts beside references: a person's is a name, a place's is looked for as a whole phrase."""
    for mention in found:
        display = mention.display.strip()
        if display and mention.type in PEOPLE:
            yield "names", strip_honorifics(display)
        elif display and mention.type in PLACES and not owner.startswith(SHARED):
            yield "addresses", display


def _instants(resource: dict[str, Any], mappings: Mappings, zone: str) -> set[int]:
    """Event instants known to the day at least; a year alone would move the first event to January."""
    parsed = (parse_fhir_date(text, zone) for text in raw_event_times(mappings, resource))
    exact = (instant for instant in parsed if instant and instant.precision in ("day", "time"))
    # 1900-01-01 or 9999-12-31 stands for no date: it is neither a first nor a latest event
    return {instant.micros for instant in exact if not is_placeholder(instant)}
