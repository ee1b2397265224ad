"""Patient, RelatedPerson, Coverage, and the shared Organization, Location, Practitioner."""

import random
from html import escape
from typing import Final

from plummer.deid.synth import fhir
from plummer.deid.synth.addresses import Address
from plummer.deid.synth.fhir import Json
from plummer.deid.synth.identifiers import draw_id
from plummer.deid.synth.names import Name
from plummer.deid.synth.people import Person, Relative
from plummer.deid.synth.site import Doctor, Facility, Site
from plummer.deid.synth.story import Story

SSN_SYSTEM: Final = "http://hl7.org/fhir/sid/us-ssn"
NPI_SYSTEM: Final = "http://hl7.org/fhir/sid/us-npi"
_RACE: Final = {
    "english": ("2106-3", "White"),
    "somali": ("2054-5", "Black or African American"),
    "nigerian": ("2054-5", "Black or African American"),
    "hmong": ("2028-9", "Asian"),
    "vietnamese": ("2028-9", "Asian"),
    "chinese": ("2028-9", "Asian"),
    "korean": ("2028-9", "Asian"),
    "indian": ("2028-9", "Asian"),
    "native": ("1002-5", "American Indian or Alaska Native"),
}


def human_name(name: Name, use: str = "official", prefix: str = "") -> Json:
    """A HumanName."""
    given = [name.given, name.middle] if name.middle else [name.given]
    out: Json = {"use": use, "text": name.middle_full, "family": name.family, "given": given}
    return {**out, "prefix": [prefix]} if prefix else out


def address(value: Address) -> Json:
    """An Address of the home."""
    place = value.place
    lines = [value.line, value.unit] if value.unit else [value.line]
    where = {"city": place.city, "district": place.county, "state": place.state, "postalCode": place.zip}
    return {"use": "home", "line": lines, **where, "country": "US"}


def telecom(system: str, value: str, use: str = "home") -> Json:
    """A ContactPoint; telephone numbers as the registration desk writes them."""
    if system in {"phone", "fax"}:
        value = f"({value[:3]}) {value[3:6]}-{value[6:]}"
    return {"system": system, "value": value, "use": use}


def _us_core(name: str, code: str, display: str) -> Json:
    system = "urn:oid:2.16.840.1.113883.6.238"
    parts = [
        {"url": "ombCategory", "valueCoding": fhir.coding(system, code, display)},
        {"url": "text", "valueString": display},
    ]
    return {"url": fhir.US_CORE + name, "extension": parts}


def _extensions(person: Person) -> list[Json]:
    race = _RACE.get(person.name.origin, ("2106-3", "White"))
    latino = person.name.origin == "hispanic"
    ethnicity = ("2135-2", "Hispanic or Latino") if latino else ("2186-5", "Not Hispanic or Latino")
    sex = {"url": fhir.US_CORE + "us-core-birthsex", "valueCode": person.name.gender.upper()}
    return [_us_core("us-core-race", *race), _us_core("us-core-ethnicity", *ethnicity), sex]


def _identifiers(person: Person) -> list[Json]:
    return [
        fhir.identifier(fhir.SITE + "mrn", person.mrn, "MR", "usual"),
        fhir.identifier(SSN_SYSTEM, person.ssn, "SS"),
        fhir.identifier("urn:oid:2.16.840.1.113883.4.3.27", person.license, "DL"),
        fhir.identifier(fhir.SITE + "account", person.account, "AN"),
    ]


def _names(person: Person) -> list[Json]:
    official = human_name(person.name)
    return [official, {"use": "maiden", "family": person.maiden}] if person.maiden else [official]


def _contact(relative: Relative) -> Json:
    return {
        "relationship": [fhir.concept(fhir.TERMINOLOGY + "v2-0131", "N", "Next-of-Kin", relative.relation)],
        "name": {"family": relative.name.family, "given": [relative.name.given]},
        "telecom": [telecom("phone", relative.phone)],
    }


def patient(story: Story) -> Json:
    """The Patient, with a narrative that repeats the name, as many servers write it."""
    person = story.person
    narrative = (
        f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(person.name.full)}, MRN {person.mrn}</p></div>'
    )
    telecoms = [
        telecom("phone", person.phone),
        telecom("phone", person.mobile, "mobile"),
        {"system": "email", "value": person.email},
    ]
    child = person.age(story.visits[-1].day) < 18
    marital = ("v3-MaritalStatus", "M") if person.maiden else ("v3-NullFlavor", "UNK")
    return fhir.resource(
        "Patient",
        person.id,
        story.visits[-1].end,
        text={"status": "generated", "div": narrative},
        extension=_extensions(person),
        identifier=_identifiers(person),
        active=True,
        name=_names(person),
        telecom=telecoms,
        gender=person.gender,
        birthDate=fhir.day(person.birth),
        deceasedDateTime=fhir.day(person.death) if person.death else None,
        address=[address(person.address)],
        maritalStatus=None if child else fhir.status(*marital),
        contact=[_contact(person.relatives[0])],
        managingOrganization=fhir.reference("Organization", story.visits[0].facility.id),
    )


def related_person(person: Person, relative: Relative) -> Json:
    """A RelatedPerson of the patient."""
    return fhir.resource(
        "RelatedPerson",
        relative.id,
        active=True,
        patient=fhir.reference("Patient", person.id, person.name.full),
        relationship=[fhir.concept(fhir.TERMINOLOGY + "v3-RoleCode", relative.code, relative.relation)],
        name=[human_name(relative.name)],
        telecom=[telecom("phone", relative.phone), {"system": "email", "value": relative.email}],
        gender="female" if relative.name.gender == "f" else "male",
        address=[address(relative.address)],
    )


def coverage(rng: random.Random, story: Story) -> Json:
    """The patient's Coverage; the payer is named, not referenced."""
    person = story.person
    return fhir.resource(
        "Coverage",
        draw_id(rng),
        identifier=[fhir.identifier(fhir.SITE + "member", person.health_plan, "MB")],
        status="active",
        subscriber=fhir.reference("Patient", person.id),
        subscriberId=person.health_plan,
        beneficiary=fhir.reference("Patient", person.id),
        relationship=fhir.status("subscriber-relationship", "self"),
        period={"start": fhir.day(story.visits[0].day)},
        payor=[{"display": person.insurer}],
    )


def practitioner(doctor: Doctor) -> Json:
    """A Practitioner with NPI, licence, telephone and e-mail."""
    return fhir.resource(
        "Practitioner",
        doctor.id,
        identifier=[
            fhir.identifier(NPI_SYSTEM, doctor.npi, "NPI"),
            fhir.identifier(fhir.SITE + "license", doctor.license, "MD"),
        ],
        active=True,
        name=[{**human_name(doctor.name, prefix="Dr."), "suffix": [doctor.suffix]}],
        telecom=[telecom("phone", doctor.phone, "work"), {"system": "email", "value": doctor.email}],
        gender="female" if doctor.name.gender == "f" else "male",
        qualification=[{"code": {"text": doctor.specialty}}],
    )


def organization(facility: Facility) -> Json:
    """The Organization that runs a facility."""
    contacts = [
        telecom("phone", facility.phone, "work"),
        telecom("fax", facility.fax, "work"),
        {"system": "url", "value": facility.url},
    ]
    return fhir.resource(
        "Organization",
        facility.id,
        active=True,
        type_=[fhir.concept(fhir.TERMINOLOGY + "organization-type", "prov", "Healthcare Provider")],
        name=facility.name,
        telecom=contacts,
        address=[{**address(facility.address), "use": "work"}],
    )


def location(facility: Facility) -> Json:
    """The ward or suite where visits take place."""
    return fhir.resource(
        "Location",
        facility.location_id,
        status="active",
        name=f"{facility.name} {facility.ward}",
        telecom=[telecom("phone", facility.phone, "work")],
        address={**address(facility.address), "use": "work"},
        managingOrganization=fhir.reference("Organization", facility.id, facility.name),
    )


def shared(site: Site) -> list[Json]:
    """Every resource that belongs to no patient."""
    out = [organization(f) for f in site.facilities] + [location(f) for f in site.facilities]
    return out + [practitioner(d) for d in site.doctors]
