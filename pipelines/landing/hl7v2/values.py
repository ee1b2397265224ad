"""Conversions that a rule names with ``as``: a value of HL7 v2 to a JSON value of R4, None where it is none.

None takes the value back from what was read, so that it is counted as not carried.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.hl7v2.dates import read_date, read_time
from plummer.pipelines.landing.hl7v2.message import Cell
from plummer.pipelines.landing.hl7v2.names import systems

_NUMBER: Final = re.compile(r"([<>]=?)?\s*([+-]?)0*([0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_INTEGER: Final = re.compile(r"0*([1-9][0-9]{0,8})")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_TABLE: Final = re.compile(r"HL7([0-9]{4})")
_MIME: Final = re.compile(r"[a-z0-9.+-]{1,60}")
_MAIN: Final[Mapping[str, str]] = {
    "AP": "application", "IM": "image", "SI": "image", "NS": "image", "AU": "audio", "FT": "text",
    "TX": "text", "TEXT": "text", "MULTIPART": "multipart", "SD": "image",
}  # fmt: skip


def is_number(text: str) -> bool:
    """Whether a text is a number, with a comparison before it or not."""
    return _NUMBER.fullmatch(text.strip()) is not None


def authority(cell: Cell) -> str:
    """Who assigned an identifier (HD, or the last parts of an EI): its universal id where it has one.

    Two that only share their short name may be two, so the universal id goes first.
    """
    return cell.at(2).peek() or cell.at(1).peek()


def _string(cell: Cell) -> str | None:
    return cell.text() or None


def _number_of(cell: Cell) -> str | None:
    """An identifier; zeros alone say that there is none, and would make one person of many."""
    text = cell.text()
    return text if text.strip("0") else None


def _code(cell: Cell) -> str | None:
    return " ".join(cell.text().split()) or None


def _date(kind: str) -> Callable[[Cell], str | None]:
    return lambda cell: read_date(cell.text(), kind, cell.segment.zone) or None


def _time(cell: Cell) -> str | None:
    return read_time(cell.text()) or None


def _decimal(cell: Cell) -> object:
    """The number's own digits: 7.30 stays 7.30."""
    match = _NUMBER.fullmatch(cell.text())
    if match is None:
        return None
    sign = "-" if match[2] == "-" else ""
    return msgspec.Raw(f"{sign}{'0' if match[3][0] == '.' else ''}{match[3]}".encode())


def _comparator(cell: Cell) -> str | None:
    match = _NUMBER.fullmatch(cell.text())
    return match[1] if match else None


def _compared(cell: Cell) -> str | None:
    text = cell.text()
    return text if text in {"<", "<=", ">", ">="} else None


def _positive(cell: Cell) -> object:
    match = _INTEGER.fullmatch(cell.text())
    return msgspec.Raw(match[1].encode()) if match else None


def _boolean(cell: Cell) -> bool | None:
    return {"Y": True, "N": False}.get(cell.text().upper())


def _oid(text: str, kind: str) -> str | None:
    if kind in {"ISO", "OID", ""} and _OID.fullmatch(text):
        return f"urn:oid:{text}"
    if kind in {"UUID", "GUID", ""} and _UUID.fullmatch(text):
        return f"urn:uuid:{text.lower()}"
    return text if kind in {"URI", "URL"} and text and not re.search(r"\s", text) else None


def _hd(cell: Cell) -> str | None:
    """An HD, or the namespace, universal id and type of an EI, as a URI."""
    return _oid(cell.at(2).text(), cell.at(3).text().upper())


def _ei(cell: Cell) -> str | None:
    return _oid(cell.at(3).text(), cell.at(4).text().upper())


def _system(cell: Cell) -> str | None:
    """The URI of a coding system's name (HL7 table 0396)."""
    name = cell.text().upper()
    table = _TABLE.fullmatch(name)
    if table:
        return f"http://terminology.hl7.org/CodeSystem/v2-{table[1]}"
    return systems().get(name) or _oid(name, "ISO")


def _mime(cell: Cell) -> str | None:
    """The type of an ED: its type of data and subtype."""
    main = _MAIN.get(cell.at(2).text().upper(), cell.at(2).text().lower())
    minor = cell.at(3).text().lower()
    if main in {"text", ""} and not minor:
        minor = "plain" if main else ""
    if "/" in minor:
        main, _, minor = minor.partition("/")
    whole = _MIME.fullmatch(main) and _MIME.fullmatch(minor)
    return f"{main}/{minor}" if whole else None


def _data(cell: Cell) -> str | None:
    """The bytes of an ED as base64."""
    how, text = cell.at(4).text().upper(), cell.at(5).text()
    try:
        if how == "BASE64":
            return base64.b64encode(base64.b64decode("".join(text.split()), validate=True)).decode() or None
        if how == "HEX":
            return base64.b64encode(bytes.fromhex(text)).decode() or None
    except (ValueError, binascii.Error):
        cell.at(5).unread()
        return None
    return base64.b64encode(text.encode()).decode() or None if how in {"A", ""} else None


def _sided(cell: Cell, who: Cell) -> list[str] | None:
    name = _number_of(cell)
    return [authority(who), name] if name else None


def _key_ei(cell: Cell) -> list[str] | None:
    name = _number_of(cell.at(1))
    return [cell.at(3).peek() or cell.at(2).peek(), name] if name else None


def _key_xon(cell: Cell) -> list[str] | None:
    for place in (10, 3, 1):
        if cell.at(place).text():
            return [str(place), authority(cell.at(6)), cell.at(place).text()]
    return None


def _key_pl(cell: Cell) -> list[str] | None:
    parts = [cell.at(place).text() for place in (1, 2, 3, 4, 7, 8, 9)]
    return parts if any(parts) else None


CONVERSIONS: Final[Mapping[str, Callable[[Cell], Any]]] = {
    "string": _string,
    "number": _number_of,
    "code": _code,
    "date": _date("date"),
    "dateTime": _date("dateTime"),
    "instant": _date("instant"),
    "time": _time,
    "decimal": _decimal,
    "comparator": _comparator,
    "compared": _compared,
    "positiveInt": _positive,
    "boolean": _boolean,
    "uri": _hd,
    "uriEI": _ei,
    "system": _system,
    "mime": _mime,
    "data": _data,
    "keyCX": lambda cell: _sided(cell.at(1), cell.at(4)),
    "keyEI": _key_ei,
    "keyXCN": lambda cell: _sided(cell.at(1), cell.at(9)),
    "keyXON": _key_xon,
    "keyPL": _key_pl,
    "key": lambda cell: [cell.text()] if cell.text() else None,
}

OF_PARTS: Final = frozenset({"uriEI", "mime", "data"}) | {name for name in CONVERSIONS if name[:3] == "key"}
"""Conversions that read several components, each of which says for itself what was read."""
