"""Source kinds that have a reader of their own: formats other than JSON, mapped to FHIR resources.

A kind is a package beside this file whose module ``door`` has a `Door`; it is imported where a source of that
kind is read, so that nobody pays for a format that isn't there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from plummer.pipelines.landing.framing import Readable
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.landing.tasks import ReadTask

DOORS: Final[Mapping[str, str]] = {
    "ccda": "plummer.pipelines.landing.ccda.door",
    "hl7v2": "plummer.pipelines.landing.hl7v2.door",
}
"""The module that reads each kind."""


@dataclass(frozen=True, slots=True)
class Door:
    """How files of one kind are told and read.

    Attributes:
        forms: forms that hold records, e.g. ``hl7v2`` and ``hl7v2.gz``; each begins with its kind's name,
            and one that ends in ``.gz`` is inflated before it is read.
        form_of: the form of a file by its path below the source and its URI, ``other`` where it isn't of this
            kind. Raises ``source_unreadable``.
        read: every unit of a file, from its decompressed bytes; raises `Refused` before the first one where
            nothing of the file can be taken. A unit is a mapped resource, with the line of the row or segment
            that drove it (1-based), or what was refused.
    """

    forms: frozenset[str]
    form_of: Callable[[str, str], str]
    read: Callable[[Readable, ReadTask], Iterator[Outcome]]


def is_form(form: str) -> bool:
    """Whether files of this form are read by a door.

    Example:
        >>> is_form("ndjson.gz")
        False
    """
    return form.partition(".")[0] in DOORS


def door_of(kind: str) -> Door:
    """The door of a kind, or of the kind that a form begins with.

    Raises:
        KeyError: no door has that name.
    """
    return _door(kind.partition(".")[0])


@cache
def _door(kind: str) -> Door:
    door = import_module(DOORS[kind]).DOOR
    if not isinstance(door, Door):
        raise TypeError("a module of DOORS lacks its DOOR")
    return door
