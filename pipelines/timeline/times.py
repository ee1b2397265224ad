"""Times of a scrubbed resource, and the date strings of a raw one, from the same candidates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from plummer.deid.dates import EPOCH, parse_fhir_date
from plummer.schemas.extensions import EVENT_ORDER, FLAG, RELATIVE_DAY
from plummer.schemas.flags import FLAGS
from plummer.schemas.mappings.paths import Path, walk

_MOST_DAYS: Final = 366 * 150


@dataclass(frozen=True, slots=True)
class Moment:
    """A released time: `at` is 1970-01-01 plus whole days under relative; `order` the true rank."""

    at: datetime
    order: int | None = None


def read_time(resource: object, candidates: tuple[Path, ...], flags: set[str] | None = None) -> Moment | None:
    """The first candidate that holds a time, as a date string or as a relative day.

    Args:
        resource: a scrubbed resource.
        candidates: paths in order.
        flags: takes what the scrubber found odd about the dates that were tried (`plummer.schemas.flags`).

    Example:
        >>> from plummer.schemas.mappings.paths import compile_path
        >>> body = {"_issued": {"extension": [{"url": "urn:plummer:relative-day", "valueInteger": 3}]}}
        >>> read_time(body, (compile_path("effectiveDateTime"), compile_path("issued"))).at.isoformat()
        '1970-01-04T00:00:00'
        >>> odd = set()
        >>> body = {"_issued": {"extension": [{"url": "urn:plummer:flag", "valueCode": "impossible_date"}]}}
        >>> read_time(body, (compile_path("issued"),), odd), odd
        (None, {'impossible_date'})
    """
    for path in candidates:
        for value, element in elements(resource, path):
            if flags is not None and element is not None:
                flags.update(_odd(element))
            if (moment := _moment(value, element)) is not None:
                return moment
    return None


def raw_date(resource: object, candidates: tuple[Path, ...]) -> str | None:
    """The first candidate of a raw resource that holds a FHIR date."""
    for path in candidates:
        for value, _ in elements(resource, path):
            if isinstance(value, str) and parse_fhir_date(value) is not None:
                return value
    return None


def elements(resource: object, path: Path) -> Iterator[tuple[Any, Any]]:
    """Each primitive at a path with its ``_name`` element (https://hl7.org/fhir/R4/json.html#primitive)."""
    name = path[-1][0]
    for parent in walk(resource, path[:-1]) if len(path) > 1 else (resource,):
        if not isinstance(parent, dict):
            continue
        value, element = parent.get(name), parent.get("_" + name)
        if isinstance(value, list) or isinstance(element, list):
            yield from _pairs(value, element)
        elif value is not None or element is not None:
            yield value, element


def integer(element: object, url: str) -> int | None:
    """The valueInteger of an element's extension, None where there is none."""
    value = _extension(element, url).get("valueInteger")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(element: object, url: str) -> bool:
    """Whether an element has an extension whose valueBoolean is true."""
    return _extension(element, url).get("valueBoolean") is True


def _extension(element: object, url: str) -> dict[str, Any]:
    extensions = element.get("extension") if isinstance(element, dict) else None
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and extension.get("url") == url:
            return extension
    return {}


def _odd(element: object) -> Iterator[str]:
    extensions = element.get("extension") if isinstance(element, dict) else None
    for extension in extensions if isinstance(extensions, list) else ():
        if (
            isinstance(extension, dict)
            and extension.get("url") == FLAG
            and extension.get("valueCode") in FLAGS
        ):
            yield extension["valueCode"]


def _pairs(value: object, element: object) -> Iterator[tuple[Any, Any]]:
    values = value if isinstance(value, list) else []
    under = element if isinstance(element, list) else []
    for i in range(max(len(values), len(under))):
        yield values[i] if i < len(values) else None, under[i] if i < len(under) else None


def _moment(value: object, element: object) -> Moment | None:
    if isinstance(value, str):
        instant = parse_fhir_date(value)
        return None if instant is None else Moment(instant.wall, integer(element, EVENT_ORDER))
    days = integer(element, RELATIVE_DAY)
    if days is None or not 0 <= days <= _MOST_DAYS:
        return None
    return Moment(EPOCH + timedelta(days=days), integer(element, EVENT_ORDER))
