"""The birth event, under the age rule of each time mode (design.md, Profiles and time)."""

from datetime import datetime
from typing import Any

from plummer.deid.dates import parse_fhir_date
from plummer.pipelines.timeline.event import AGE_90, BIRTH
from plummer.pipelines.timeline.times import flag, integer
from plummer.schemas.extensions import AGE_90_PLUS, AGE_AT_FIRST_EVENT


def birth(patient: dict[str, Any]) -> tuple[str, datetime | None] | None:
    """Code and time of the birth event of a scrubbed Patient; None where nothing is known.

    At 90 or more at the latest event it is the static code `AGE//90+` and there is no birth (45 CFR
    164.514(b)(2)(i)(C)). On the relative axis it is 1 January of 1970 less the age at the first event.

    Example:
        >>> age = {"url": "urn:plummer:age-at-first-event", "valueInteger": 41}
        >>> birth({"_birthDate": {"extension": [age]}})
        ('MEDS_BIRTH', datetime.datetime(1929, 1, 1, 0, 0))
        >>> birth({"birthDate": "1950-06-01"})
        ('MEDS_BIRTH', datetime.datetime(1950, 6, 1, 0, 0))
    """
    element = patient.get("_birthDate")
    age = integer(element, AGE_AT_FIRST_EVENT)
    if flag(element, AGE_90_PLUS) or (age is not None and age >= 90):
        return AGE_90, None
    if age is not None and age >= 0:
        return BIRTH, datetime(1970 - age, 1, 1)  # noqa: DTZ001 (TIMESTAMP_NTZ has no zone)
    date = patient.get("birthDate")
    instant = parse_fhir_date(date) if isinstance(date, str) else None
    return None if instant is None else (BIRTH, instant.wall)
