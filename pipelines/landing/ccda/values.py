"""What a rule's value is: an element or attribute in the FHIR type that the rule names."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from plummer.pipelines.landing.ccda import datatypes as dt
from plummer.pipelines.landing.ccda import times
from plummer.pipelines.landing.ccda.narrative import Anchors, plain_text
from plummer.pipelines.landing.ccda.tables import table
from plummer.pipelines.landing.ccda.xml_tree import Node

_CLOCK: Final = re.compile(r"T\d\d:\d\d:\d\d")
_UNITS: Final = {
    "s": "s",
    "min": "min",
    "h": "h",
    "hr": "h",
    "d": "d",
    "wk": "wk",
    "mo": "mo",
    "a": "a",
    "y": "a",
}


def instant(node: Node) -> str | None:
    """A time as ``instant``; a day is its first moment, less than a day is none.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> instant(read_xml(b"<time value='20200101'/>"))
        '2020-01-01T00:00:00Z'
    """
    found = times.start(node)
    if found is None or len(found) < 10:
        return None
    return found if _CLOCK.search(found) else times.midnight(found, node.zone)


def moment(node: Node) -> tuple[str, object] | None:
    """A dateTime of a point, a Period of an interval, with FHIR's suffix."""
    if times.is_interval(node):
        return "Period", times.period(node)
    found = times.start(node)
    return None if found is None else ("DateTime", found)


def absent(node: Node) -> str | None:
    """FHIR's reason why there is no value, of a null flavour."""
    found = table("absent").get(node.attrs.get("nullFlavor", ""))
    return None if found is None else str(found)


def repeat(node: Node) -> dt.Json | None:
    """How often, of a PIVL_TS with a period."""
    part = node.one("period")
    if part is None or node.attrs.get("xsi:type") != "PIVL_TS":
        return None
    unit = _UNITS.get(part.attrs.get("unit", ""))
    value = part.attrs.get("value", "").strip()
    return {"frequency": 1, "period": dt.number(value), "periodUnit": unit} if unit and value else None


def note_data(node: Node) -> str | None:
    """What a document or note says, as base64; a broken one as it is, to be refused where it is read.

    Text that isn't base64 is a note in plain words.
    """
    if node.attrs.get("representation") != "B64":
        words = plain_text(node)
        return base64.b64encode(words.encode()).decode("ascii") if words else None
    data = "".join(node.text.split())
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return base64.b64encode(data.encode()).decode("ascii") if data else None
    return data or None


def media_type(node: Node) -> str | None:
    """Its media type; words without one are plain text."""
    told = node.attrs.get("mediaType", "").strip().lower()
    binary = node.attrs.get("representation") == "B64"
    if told and (binary or told != "text/x-hl7-text+xml"):
        return told
    return "application/octet-stream" if binary else "text/plain"


def gtin(node: Node) -> dt.Json | None:
    """The UDI carrier of a product's id (FDA's arc)."""
    value = node.attrs.get("extension", "").strip()
    return {"carrierHRF": value} if value and node.attrs.get("root") == "2.16.840.1.113883.3.3719" else None


def digits(node: Node) -> int | None:
    """A positive whole number of ``value``."""
    value = node.attrs.get("value", "").strip()
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value[:10]) < 2**31 else None


def flag(node: Node) -> tuple[str, object] | None:
    """A boolean with FHIR's suffix."""
    found = dt.boolean(node)
    return None if found is None else ("Boolean", found)


def point(node: Node) -> tuple[str, object] | None:
    """The beginning with FHIR's suffix of a dateTime."""
    found = times.start(node)
    return None if found is None else ("DateTime", found)


def day(node: Node) -> tuple[str, object] | None:
    """A date with its suffix."""
    found = times.start(node)
    return None if found is None else ("Date", found[:10])


def span(node: Node) -> tuple[str, object] | None:
    """A Period with its suffix."""
    found = times.period(node)
    return None if found is None else ("Period", found)


def age(node: Node) -> tuple[str, object] | None:
    """An Age with its suffix."""
    found = dt.quantity(node)
    return None if found is None or "code" not in found else ("Age", found)


def target(node: Node, named: Anchors) -> tuple[str, object] | None:
    """A value that a goal can have."""
    found = dt.any_value(node, named)
    return None if found is None or found[0] in ("DateTime", "Period") else found


def referred(node: Node, named: Anchors) -> str | None:
    """The narrative that a note points at, as base64."""
    words = dt.text(node, named)
    return base64.b64encode(words.encode()).decode("ascii") if words else None


def full_name(node: Node) -> str | None:
    """A name in one line."""
    found = dt.human_name(node) or {}
    parts = [found.get("text"), *found.get("given", []), found.get("family")]
    return " ".join(part for part in parts if part) or None


def language(node: Node) -> dt.Json | None:
    """A language by its BCP 47 tag."""
    tag = node.attrs.get("code", "").strip()
    return {"coding": [{"system": "urn:ietf:bcp:47", "code": tag}]} if tag else None


_Function = Callable[[Node, Anchors], Any]
_KINDS: Final[Mapping[str, _Function]] = {
    "concept": dt.concept,
    "text": dt.text,
    "value": dt.any_value,
    "detail": target,
    "referred_note": referred,
    "coding": lambda node, _: dt.coding(node),
    "identifier": lambda node, _: dt.identifier(node),
    "quantity": lambda node, _: dt.quantity(node),
    "range": lambda node, _: dt.value_range(node),
    "ratio": lambda node, _: dt.ratio(node),
    "name": lambda node, _: dt.human_name(node),
    "address": lambda node, _: dt.address(node),
    "contact": lambda node, _: dt.contact(node),
    "boolean": lambda node, _: dt.boolean(node),
    "period": lambda node, _: times.period(node),
    "start": lambda node, _: times.start(node),
    "end": lambda node, _: times.end(node),
    "date": lambda node, _: (times.start(node) or "")[:10] or None,
    "instant": lambda node, _: instant(node),
    "moment": lambda node, _: moment(node),
    "flag": lambda node, _: flag(node),
    "point": lambda node, _: point(node),
    "day": lambda node, _: day(node),
    "span": lambda node, _: span(node),
    "age": lambda node, _: age(node),
    "full_name": lambda node, _: full_name(node),
    "language": lambda node, _: language(node),
    "absent": lambda node, _: absent(node),
    "repeat": lambda node, _: repeat(node),
    "note": lambda node, _: note_data(node),
    "media": lambda node, _: media_type(node),
    "words": lambda node, _: plain_text(node) or None,
    "udi": lambda node, _: gtin(node),
    "count": lambda node, _: digits(node),
}


def of_node(kind: str, node: Node, named: Anchors) -> Any:  # noqa: ANN401 - any JSON value
    """An element as a value of a kind.

    Raises:
        KeyError: there is no such kind.
        Refused: ``invalid_date`` or ``invalid_number``.
    """
    return _KINDS[kind](node, named)


def is_kind(kind: str) -> bool:
    """Whether there is such a kind of value."""
    return kind in _KINDS or kind == "string" or kind.startswith("ref ")
