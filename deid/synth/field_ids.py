"""Fields that become places, organisations, telephones, addresses on the net and numbers."""

from typing import Final

from plummer.deid.synth import identifiers as ids
from plummer.deid.synth.addresses import Address
from plummer.deid.synth.lists import words
from plummer.deid.synth.scene import Field, Piece, Scene


def _address(address: Address) -> list[Piece]:
    place = address.place
    return [
        Piece(address.street, "STREET"),
        Piece(", "),
        Piece(place.city, "CITY"),
        Piece(f", {place.state} "),
        Piece(place.zip, "ZIP"),
    ]


def _phone(scene: Scene, ten: str, *, known: bool = True, kind: str = "PHONE") -> list[Piece]:
    return [Piece(ids.write_phone(scene.rng, ten), kind, known)]


def _desk(scene: Scene) -> list[Piece]:
    """A telephone number with an extension."""
    return [Piece(ids.write_phone(scene.rng, scene.visit.facility.phone, extension=True), "PHONE")]


def _seven(scene: Scene) -> list[Piece]:
    """A local number without area code."""
    return [Piece(f"{scene.person.phone[3:6]}-{scene.person.phone[6:]}", "PHONE")]


def _organisation(kind: str) -> Field:
    def field(scene: Scene) -> list[Piece]:
        place = scene.person.address.place
        name = scene.rng.choice(words()[kind]).format(city=place.city, county=place.county)
        return [Piece(name, "ORGANIZATION", known=False)]

    return field


def _ssn(scene: Scene) -> list[Piece]:
    ssn = scene.person.ssn
    return [Piece(scene.rng.choice((ssn, ssn, ssn.replace("-", " "), ssn.replace("-", ""))), "SSN")]


def _biometric(scene: Scene) -> list[Piece]:
    return [
        Piece(
            f"{scene.rng.choice(('FP', 'VP', 'IRIS'))}-{ids.digits(scene.rng, 8)}", "BIOMETRIC", known=False
        )
    ]


def _accession(scene: Scene) -> list[Piece]:
    """The record holds the number where the visit has a report of that kind."""
    reported = not {"radiology", "pathology"}.isdisjoint(scene.visit.styles)
    return [Piece(scene.visit.accession, "OTHER_ID", reported)]


def _case(scene: Scene) -> list[Piece]:
    return [Piece(f"{ids.letters(scene.rng, 2)}-{ids.digits(scene.rng, 7)}", "OTHER_ID", known=False)]


ID_FIELDS: Final[dict[str, Field]] = {
    "address": lambda s: _address(s.person.address),
    "street": lambda s: [Piece(s.person.address.street, "STREET")],
    "city": lambda s: [Piece(s.person.address.place.city, "CITY")],
    "county": lambda s: [Piece(s.person.address.place.county, "COUNTY")],
    "state": lambda s: [Piece(s.person.address.place.state)],
    "zip": lambda s: [Piece(s.person.address.place.zip, "ZIP")],
    "relative.address": lambda s: _address(s.relative.address),
    "relative.city": lambda s: [Piece(s.relative.address.place.city, "CITY")],
    "facility": lambda s: [Piece(s.visit.facility.name, "ORGANIZATION")],
    "facility.address": lambda s: _address(s.visit.facility.address),
    "facility.phone": lambda s: _phone(s, s.visit.facility.phone),
    "facility.fax": lambda s: _phone(s, s.visit.facility.fax, kind="FAX"),
    "facility.url": lambda s: [Piece(s.visit.facility.url, "URL")],
    "desk": _desk,
    "employer": lambda s: [Piece(s.person.employer, "ORGANIZATION", known=False)],
    "insurer": lambda s: [Piece(s.person.insurer, "ORGANIZATION")],
    "clinic": _organisation("clinic"),
    "church": _organisation("church"),
    "shelter": _organisation("shelter"),
    "pharmacy": _organisation("pharmacy"),
    "phone": lambda s: _phone(s, s.person.phone),
    "phone.seven": _seven,
    "mobile": lambda s: _phone(s, s.person.mobile),
    "relative.phone": lambda s: _phone(s, s.relative.phone),
    "stranger.phone": lambda s: _phone(s, s.stranger.phone, known=False),
    "doctor.phone": lambda s: _phone(s, s.visit.doctor.phone),
    "other.phone": lambda s: _phone(s, s.visit.other.phone),
    "email": lambda s: [Piece(s.person.email, "EMAIL")],
    "relative.email": lambda s: [Piece(s.relative.email, "EMAIL")],
    "doctor.email": lambda s: [Piece(s.visit.doctor.email, "EMAIL")],
    "url": lambda s: [Piece(s.person.url, "URL", known=False)],
    "ip": lambda s: [Piece(ids.ip_address(s.rng), "IP", known=False)],
    "ssn": _ssn,
    "mrn": lambda s: [Piece(s.person.mrn, "MRN")],
    "plan": lambda s: [Piece(s.person.health_plan, "HEALTH_PLAN")],
    "account": lambda s: [Piece(s.person.account, "ACCOUNT")],
    "license": lambda s: [Piece(s.person.license, "LICENSE")],
    "doctor.license": lambda s: [Piece(s.visit.doctor.license, "LICENSE")],
    "npi": lambda s: [Piece(s.visit.doctor.npi, "LICENSE")],
    "plate": lambda s: [Piece(s.person.plate, "VEHICLE", known=False)],
    "vin": lambda s: [Piece(s.person.vin, "VEHICLE", known=False)],
    "serial": lambda s: [Piece(s.person.device_serial, "DEVICE")],
    "biometric": _biometric,
    "username": lambda s: [Piece(s.person.username, "USERNAME", known=False)],
    "doctor.username": lambda s: [Piece(s.visit.doctor.username, "USERNAME", known=False)],
    "accession": _accession,
    "visit": lambda s: [Piece(s.visit.number, "OTHER_ID")],
    "case": _case,
}
