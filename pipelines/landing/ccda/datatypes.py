"""HL7 version 3 data types as FHIR R4 data types; each gives None where nothing is said."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.ccda import times
from plummer.pipelines.landing.ccda.ids import is_uuid
from plummer.pipelines.landing.ccda.narrative import Anchors, text_of
from plummer.pipelines.landing.ccda.tables import table
from plummer.pipelines.landing.ccda.xml_tree import Node
from plummer.pipelines.landing.refusal import Refused

Json = dict[str, Any]
_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]+|(?=\.[0-9]))(?P<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)"
)
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_SCHEMES: Final = {"tel": "phone", "fax": "fax", "mailto": "email", "http": "url", "https": "url"}


def said(**parts: object) -> Json | None:
    """The parts that say something, under FHIR's names.

    Example:
        >>> said(value="1", unit=None, coding=[])
        {'value': '1'}
    """
    return {name: part for name, part in parts.items() if part not in (None, "", [], {})} or None


def number(text: str) -> msgspec.Raw:
    """A number's own digits: 7.30 stays 7.30.

    Raises:
        Refused: ``invalid_number``.

    Example:
        >>> bytes(number("+07.30")), bytes(number("0"))
        (b'7.30', b'0')
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise Refused("invalid_number")
    sign = "-" if match["sign"] == "-" else ""
    return msgspec.Raw(f"{sign}{match['whole'].lstrip('0') or '0'}{match['rest']}".encode())


def system(oid: str) -> str | None:
    """The URL of a code system or of a namespace of identifiers by its OID, else ``urn:oid:``.

    Example:
        >>> system("2.16.840.1.113883.6.1"), system("1.2.3")
        ('http://loinc.org', 'urn:oid:1.2.3')
    """
    known = table("systems").get(oid)
    if known:
        return str(known)
    if is_uuid(oid):
        return f"urn:uuid:{oid.lower()}"
    return f"urn:oid:{oid}" if _OID.fullmatch(oid) else None


def coding(node: Node) -> Json | None:
    """A Coding; None where no code is given."""
    code = " ".join(node.attrs.get("code", "").split())
    if not code:
        return None
    return said(
        system=system(node.attrs.get("codeSystem", "")),
        code=code,
        display=node.attrs.get("displayName", "").strip(),
    )


def concept(node: Node, named: Anchors) -> Json | None:
    """A CodeableConcept: the code, its translations, and the words that it was made of."""
    codings = [found for part in (node, *node.all("translation")) if (found := coding(part))]
    original = node.one("originalText")
    text = (text_of(original, named) if original is not None else "") or node.attrs.get(
        "displayName", ""
    ).strip()
    return said(coding=codings, text=text)


def identifier(node: Node) -> Json | None:
    """An Identifier; a root alone is a URN."""
    if "nullFlavor" in node.attrs:
        return None
    root, extension = node.attrs.get("root", "").strip(), node.attrs.get("extension", "").strip()
    if extension:
        return said(system=system(root), value=extension)
    urn = system(root)
    return said(system="urn:ietf:rfc3986", value=urn) if urn and urn.startswith("urn:") else None


def quantity(node: Node) -> Json | None:
    """A Quantity of a PQ or a number, with the digits as received."""
    value = node.attrs.get("value", "").strip()
    if not value:
        return None
    unit = node.attrs.get("unit", "").strip()
    return said(
        value=number(value),
        unit=unit,
        system="http://unitsofmeasure.org" if unit and " " not in unit else None,
        code=unit if " " not in unit else None,
    )


def ends(node: Node) -> tuple[Json | None, Json | None]:
    """Low and high of an IVL_PQ."""
    low, high = node.one("low"), node.one("high")
    return (None if low is None else quantity(low)), (None if high is None else quantity(high))


def value_range(node: Node) -> Json | None:
    """A Range of an IVL_PQ."""
    low, high = ends(node)
    return said(low=low, high=high)


def compared(node: Node) -> Json | None:
    """A Quantity with its comparator, of an interval with one end."""
    low, high = ends(node)
    one, side = (low, "low") if low else (high, "high")
    if one is None:
        return None
    closed = node.one(side).attrs.get("inclusive") != "false"  # type: ignore[union-attr]
    sign = (">" if low else "<") + ("=" if closed else "")
    return {"value": one.pop("value"), "comparator": sign, **one}


def ratio(node: Node) -> Json | None:
    """A Ratio of an RTO."""
    parts = [node.one("numerator"), node.one("denominator")]
    over, under = (None if part is None else quantity(part) for part in parts)
    return said(numerator=over, denominator=under) if over and under else None


def human_name(node: Node) -> Json | None:
    """A HumanName; one without parts, such as a sole text, is its text."""
    if "nullFlavor" in node.attrs:
        return None
    parts = {tag: [text for part in node.all(tag) if (text := _words(part))] for tag in
             ("family", "given", "prefix", "suffix")}  # fmt: skip
    use = table("name_use").get(node.attrs.get("use", "").partition(" ")[0])
    text = "" if any(parts.values()) else _words(node)
    found = said(
        text=text, family=" ".join(parts["family"]), given=parts["given"],
        prefix=parts["prefix"], suffix=parts["suffix"],
    )  # fmt: skip
    return {**({"use": use} if use else {}), **found} if found else None


def _words(node: Node) -> str:
    return " ".join("".join(part.text + part.tail for part in _inside(node)).split())


def _inside(node: Node) -> list[Node]:
    """The element with its text, then those within with text and tail; its own tail is not its."""
    own = Node(node.tag, {}, None, 0, 0)
    own.text = node.text
    return [own, *(part for part in node.walk() if part is not node)]


def address(node: Node) -> Json | None:
    """An Address; one without parts is its text."""
    if "nullFlavor" in node.attrs:
        return None
    names = {"streetAddressLine": "line", "city": "city", "county": "district", "state": "state",
             "postalCode": "postalCode", "country": "country"}  # fmt: skip
    found: Json = {}
    for tag, name in names.items():
        words = [text for part in node.all(tag) if (text := _words(part))]
        if words:
            found[name] = words if name == "line" else " ".join(words)
    other = [
        text for part in node.children if part.tag not in {*names, "useablePeriod"} and (text := _words(part))
    ]
    if other:
        found.setdefault("line", []).extend(other)
    if not found and (text := _words(node)):
        found["text"] = text
    use = table("address_use").get(node.attrs.get("use", "").partition(" ")[0])
    return {**({"use": use} if use else {}), **found} if found else None


def contact(node: Node) -> Json | None:
    """A ContactPoint of a TEL; without a scheme it is taken for a phone number."""
    value = node.attrs.get("value", "").strip()
    if not value or "nullFlavor" in node.attrs:
        return None
    scheme, colon, rest = value.partition(":")
    kind = _SCHEMES.get(scheme.lower()) if colon else None
    if kind == "url":
        rest = value
    elif kind is None:
        kind, rest = ("email" if "@" in value else "phone"), value
    use = table("telecom_use").get(node.attrs.get("use", "").partition(" ")[0])
    return said(system=kind, value=rest.strip().removeprefix("//"), use=use)


def text(node: Node, named: Anchors) -> str | None:
    """A string of an ED or ST."""
    return text_of(node, named) or None


def boolean(node: Node) -> bool | None:
    """A BL."""
    return {"true": True, "false": False}.get(node.attrs.get("value", "").strip().lower())


def any_value(node: Node, named: Anchors) -> tuple[str, object] | None:
    """What stands in ``value``, by its ``xsi:type``: FHIR's suffix and the value.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> xsi = b"http://www.w3.org/2001/XMLSchema-instance"
        >>> any_value(read_xml(b"<value xmlns:x='%s' x:type='INT' value='3'/>" % xsi), None)
        ('Integer', 3)
    """
    kind = node.attrs.get("xsi:type", "")
    if kind == "IVL_PQ" or (kind == "PQ" and not node.attrs.get("value") and node.children):
        both = all(ends(node))
        made: object = value_range(node) if both else compared(node)
        return ("Range" if both else "Quantity", made) if made else None
    if kind == "INT":
        return _integer(node)
    maker = _VALUES.get(kind)
    if maker is None:
        return None
    suffix, function = maker
    found = function(node, named)
    return None if found is None else (suffix, found)


def _integer(node: Node) -> tuple[str, object] | None:
    value = node.attrs.get("value", "").strip()
    if re.fullmatch(r"[+-]?[0-9]{1,9}", value):
        return "Integer", int(value)
    found = quantity(node)
    return None if found is None else ("Quantity", found)


_VALUES: Final[Mapping[str, tuple[str, Any]]] = {
    **dict.fromkeys(("CD", "CE", "CV", "CO", "CS"), ("CodeableConcept", concept)),
    **dict.fromkeys(("ED", "ST"), ("String", text)),
    **dict.fromkeys(("PQ", "REAL", "MO"), ("Quantity", lambda node, _: quantity(node))),
    **dict.fromkeys(("RTO", "RTO_PQ_PQ"), ("Ratio", lambda node, _: ratio(node))),
    "BL": ("Boolean", lambda node, _: boolean(node)),
    "TS": ("DateTime", lambda node, _: times.start(node)),
    "IVL_TS": ("Period", lambda node, _: times.period(node)),
}
