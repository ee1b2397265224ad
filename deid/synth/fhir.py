"""Small builders of FHIR R4 JSON objects; numbers keep the digits with which they are written."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

Json = dict[str, Any]
SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX: Final = "http://hl7.org/fhir/sid/cvx"
ICD10: Final = "http://hl7.org/fhir/sid/icd-10-cm"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition/"
SITE: Final = "https://hospital.invalid/"


def number(token: str) -> msgspec.Raw:
    """A JSON number exactly as written, since FHIR decimals keep trailing zeros.

    https://hl7.org/fhir/R4/datatypes.html#decimal

    Example:
        >>> msgspec.json.encode({"value": number("1.10")})
        b'{"value":1.10}'
    """
    return msgspec.Raw(token.encode())


def encode(resource: Json) -> bytes:
    """A resource as one line of NDJSON: keys in the order of building, UTF-8, newline at the end."""
    return msgspec.json.encode(resource) + b"\n"


def resource(kind: str, id_: str, updated: datetime | None = None, **elements: Any) -> Json:  # noqa: ANN401
    """A resource; elements that are None or empty are left out, and a trailing ``_`` of a key is dropped."""
    meta = {"meta": {"versionId": "1", "lastUpdated": instant(updated)}} if updated else {}
    kept = {key.rstrip("_"): value for key, value in elements.items() if value not in (None, "", [], {})}
    return {"resourceType": kind, "id": id_, **meta, **kept}


def instant(moment: datetime) -> str:
    """A FHIR instant or dateTime with its offset, to the second.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> instant(datetime(2019, 7, 1, 9, 30, tzinfo=ZoneInfo("America/Chicago")))
        '2019-07-01T09:30:00-05:00'
    """
    return moment.isoformat(timespec="seconds")


def later(moment: datetime, minutes: int) -> datetime:
    """A moment some minutes later."""
    return moment + timedelta(minutes=minutes)


def coding(system: str, code: str, display: str) -> Json:
    """A Coding."""
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str, text: str = "") -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code, display)], "text": text or display}


def status(system: str, code: str) -> Json:
    """A CodeableConcept for one of HL7's own status code systems."""
    return {"coding": [{"system": TERMINOLOGY + system, "code": code}]}


def quantity(token: str, unit: str) -> Json:
    """A Quantity in UCUM."""
    return {"value": number(token), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def reference(kind: str, id_: str, display: str = "") -> Json:
    """A literal reference, with the target's name where given."""
    out = {"reference": f"{kind}/{id_}"}
    return {**out, "display": display} if display else out


def period(start: datetime, end: datetime) -> Json:
    """A Period."""
    return {"start": instant(start), "end": instant(end)}


def identifier(system: str, value: str, code: str = "", use: str = "") -> Json:
    """An Identifier with a v2-0203 type."""
    kind = {"type": {"coding": [{"system": TERMINOLOGY + "v2-0203", "code": code}]}} if code else {}
    return {**({"use": use} if use else {}), **kind, "system": system, "value": value}


def day(value: date) -> str:
    """A FHIR date."""
    return value.isoformat()
