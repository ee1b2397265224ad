"""References to contained resources must find them (https://hl7.org/fhir/R4/references.html#contained)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from plummer.pipelines.landing.refusal import Refused

_LOCAL: Final = re.compile(rb'"reference"[ \t\r\n]*:[ \t\r\n]*"#([^"]*)"')


def surely_held(text: bytes, held: Iterable[str]) -> bool:
    """Whether `check_contained` would find nothing, as far as that can be said from the bytes.

    Args:
        text: the resource; with escapes in it nothing is sure, since they could spell a reference.
        held: ids of the contained resources.

    Example:
        >>> surely_held(b'{"subject":{"reference":"#p"}}', ["p"]), surely_held(b'{"reference": "#q"}', ["p"])
        (True, False)
    """
    if b'"#' not in text:
        return True
    return b"\\" not in text and {b"", *(name.encode() for name in held)}.issuperset(_LOCAL.findall(text))


def check_contained(text: bytes, resource: Mapping[str, Any]) -> None:
    """Refuse a resource that refers to a contained one it doesn't hold.

    ``#`` alone is the container itself.

    Raises:
        Refused: ``dangling_contained_reference``.

    Example:
        >>> check_contained(b'{"subject":{"reference":"#p"}}', {"subject": {"reference": "#p"}})
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: dangling_contained_reference
    """
    if b'"#' not in text:
        return
    contained = resource.get("contained", ())
    held = {"#", *(f"#{part.get('id')}" for part in contained if isinstance(part, dict))}
    if any(name not in held for name in _local_references(resource)):
        raise Refused("dangling_contained_reference")


def _local_references(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _local_references(item)
    elif isinstance(value, dict):
        name = value.get("reference")
        if isinstance(name, str) and name.startswith("#"):
            yield name
        for item in value.values():
            if isinstance(item, (dict, list)):
                yield from _local_references(item)
