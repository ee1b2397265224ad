"""HL7 version 3 times (TS, IVL_TS) as FHIR's date, dateTime and Period."""

import re
from datetime import datetime
from typing import Final

from plummer.pipelines.landing.ccda.xml_tree import Node
from plummer.pipelines.landing.local_time import offset_of
from plummer.pipelines.landing.refusal import Refused

DEFAULT_ZONE: Final = "Z"
"""What a clock time without an offset is taken for where no zone is declared; FHIR allows none without."""

_TIME: Final = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?:(?P<second>\d\d)(?P<fraction>\.\d{1,9})?)?)?)?)?)?(?P<zone>[+-]\d{4}|Z)?"
)


def fhir_time(value: str, zone: str = "") -> str:
    """A TS as dateTime, as precise as it is given.

    Args:
        value: the TS.
        zone: IANA zone of a clock time without an offset, "" where nobody declared it. One that the clock
            skips or has twice stays at its day.

    Raises:
        Refused: ``invalid_date`` where it is none.

    Example:
        >>> fhir_time("2015"), fhir_time("20150409"), fhir_time("201504092031-0500")
        ('2015', '2015-04-09', '2015-04-09T20:31:00-05:00')
        >>> fhir_time("201504092031"), fhir_time("201504092031", "America/New_York")
        ('2015-04-09T20:31:00Z', '2015-04-09T20:31:00-04:00')
    """
    match = _TIME.fullmatch(value.strip())
    if match is None:
        raise Refused("invalid_date")
    parts = match.groupdict()
    try:
        moment = datetime(  # noqa: DTZ001 - whether it exists; its zone comes next
            int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1),
            int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts["second"] or 0),
        )  # fmt: skip
    except ValueError:
        raise Refused("invalid_date") from None
    date = "-".join(part for part in (parts["year"], parts["month"], parts["day"]) if part)
    if parts["hour"] is None:
        return date
    clock = f"{parts['hour']}:{parts['minute'] or '00'}:{parts['second'] or '00'}"
    away = offset_of(moment, zone) if zone and parts["zone"] is None else _zone(parts["zone"])
    return f"{date}T{clock}{parts['fraction'] or ''}{away}" if away else date


def midnight(day: str, zone: str) -> str:
    """The first moment of a day, as an instant.

    Example:
        >>> midnight("2020-07-01", ""), midnight("2020-07-01", "Europe/Oslo")
        ('2020-07-01T00:00:00Z', '2020-07-01T00:00:00+02:00')
    """
    away = offset_of(datetime.fromisoformat(day), zone) if zone else ""
    return f"{day}T00:00:00{away or DEFAULT_ZONE}"


def _zone(zone: str | None) -> str:
    if zone is None or zone == "Z":
        return DEFAULT_ZONE
    if int(zone[1:3]) > 14 or int(zone[3:]) > 59:
        raise Refused("invalid_date")
    return "Z" if zone in ("+0000", "-0000") else f"{zone[:3]}:{zone[3:]}"


def _value(node: Node | None) -> str | None:
    if node is None or not (value := node.attrs.get("value", "").strip()):
        return None
    return fhir_time(value, node.zone)


def start(node: Node) -> str | None:
    """The point, the low end, or the centre of a time; None where it has a null flavour."""
    return _value(node) or _value(node.one("low")) or _value(node.one("center"))


def end(node: Node) -> str | None:
    """The high end of an interval."""
    return _value(node.one("high"))


def period(node: Node) -> dict[str, str] | None:
    """A Period, of an interval or of a point.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> period(read_xml(b"<effectiveTime xmlns='urn:hl7-org:v3'><low value='2015'/></effectiveTime>"))
        {'start': '2015'}
    """
    found = {"start": start(node), "end": end(node)}
    return {name: time for name, time in found.items() if time} or None


def is_interval(node: Node) -> bool:
    """Whether it has a low or high end with a value."""
    return _value(node.one("high")) is not None or _value(node.one("low")) is not None
