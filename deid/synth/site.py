"""The hospital's staff and buildings, which all patients of one seed share."""

import random
from dataclasses import dataclass
from typing import Final

from plummer.deid.synth import identifiers as ids
from plummer.deid.synth.addresses import Address, draw_address
from plummer.deid.synth.lists import places, words
from plummer.deid.synth.names import Name, draw_name, plain


@dataclass(frozen=True, slots=True)
class Doctor:
    """A member of staff."""

    id: str
    name: Name
    npi: str
    specialty: str
    suffix: str
    phone: str
    email: str
    username: str
    license: str


@dataclass(frozen=True, slots=True)
class Facility:
    """A hospital or clinic with its organisation, ward and contact points."""

    id: str
    location_id: str
    name: str
    ward: str
    address: Address
    phone: str
    fax: str
    url: str
    inpatient: bool


_SPECIALTIES: Final = (
    "family medicine",
    "internal medicine",
    "cardiology",
    "radiology",
    "pathology",
    "emergency medicine",
    "general surgery",
    "orthopedics",
    "pediatrics",
    "oncology",
    "nursing",
    "social work",
)


def draw_doctor(rng: random.Random, specialty: str) -> Doctor:
    """A member of staff of a specialty."""
    name = draw_name(rng, rng.choice("fm"))
    suffix = {"nursing": "RN", "social work": "LICSW"}.get(specialty, rng.choice(("MD", "MD", "DO")))
    return Doctor(
        id=ids.draw_id(rng),
        name=name,
        npi=ids.npi(rng),
        specialty=specialty,
        suffix=suffix,
        phone=ids.phone(rng, rng.choice(places()).area_code),
        email=f"{plain(name.family)}.{plain(name.given)}@hospital.invalid",
        username=f"{plain(name.given)[0]}{plain(name.family)[:6]}{rng.randint(10, 99)}",
        license=f"{rng.choice(('MN', 'WI', 'IA'))}{ids.digits(rng, 6)}",
    )


def draw_facility(rng: random.Random, *, inpatient: bool) -> Facility:
    """A hospital or clinic."""
    place = rng.choice(places()[:30])
    kind = "hospital" if inpatient else "clinic"
    name = rng.choice(words()[kind]).format(city=place.city, county=place.county)
    ward = rng.choice(
        ("4 West", "Cardiac Unit", "Medical ICU", "5 Tower") if inpatient else ("Suite 200", "Clinic B")
    )
    return Facility(
        id=ids.draw_id(rng),
        location_id=ids.draw_id(rng),
        name=name,
        ward=ward,
        address=draw_address(rng, place),
        phone=ids.phone(rng, place.area_code),
        fax=ids.phone(rng, place.area_code),
        url=f"https://www.{plain(name)}.example.invalid",
        inpatient=inpatient,
    )


@dataclass(frozen=True, slots=True)
class Site:
    """The staff and facilities that all patients of one seed share."""

    doctors: tuple[Doctor, ...]
    facilities: tuple[Facility, ...]

    def doctor(self, rng: random.Random, *specialties: str) -> Doctor:
        """Someone of one of the specialties."""
        return rng.choice([d for d in self.doctors if d.specialty in specialties])

    def facility(self, rng: random.Random, *, inpatient: bool) -> Facility:
        """A hospital or a clinic."""
        return rng.choice([f for f in self.facilities if f.inpatient == inpatient])


def draw_site(rng: random.Random) -> Site:
    """Two of staff for every specialty, three hospitals, four clinics."""
    doctors = tuple(draw_doctor(rng, specialty) for specialty in _SPECIALTIES for _ in range(2))
    facilities = tuple(draw_facility(rng, inpatient=i < 3) for i in range(7))
    return Site(doctors, facilities)
