"""Logical ids from HL7 v3 instance identifiers, the same in every document and on every machine.

A patient whose number is a UUID keeps it, since it names one patient anywhere; any other id is a hash of root
and extension, as the same extension under two roots is two things. What a document says of a patient is
named within that patient: exporters repeat sample ids, and one patient's entry must never stand in for
another's.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final

from plummer.pipelines.landing.ccda.xml_tree import Node

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Social security and driver's licence numbers name a person, but seldom stand first and aren't always there.
_CIVIL: Final = ("2.16.840.1.113883.4.1", "2.16.840.1.113883.4.3.")

Instance = tuple[str, str]
"""Root and extension."""


def hashed(*parts: str) -> str:
    """An R4 id of some parts.

    Example:
        >>> hashed("a", "b") != hashed("ab")
        True
    """
    told = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return "c" + base64.b32encode(hashlib.sha256(told).digest())[:30].decode().lower()


def instances(nodes: Iterable[Node]) -> list[Instance]:
    """Root and extension of each id that has them, in order; UUIDs in lower case."""
    found = []
    for node in nodes:
        root, extension = node.attrs.get("root", "").strip(), node.attrs.get("extension", "").strip()
        if root and "nullFlavor" not in node.attrs:
            found.append((_lower(root), _lower(extension)))
    return found


def _lower(text: str) -> str:
    return text.lower() if _UUID.fullmatch(text) else text


def is_uuid(text: str) -> bool:
    """Whether it is a UUID."""
    return _UUID.fullmatch(text) is not None


def patient_id(nodes: Iterable[Node]) -> str | None:
    """The id of a patient: by the first number that isn't a civil one, else the first.

    Example:
        >>> from plummer.pipelines.landing.ccda.xml_tree import read_xml
        >>> patient_id([read_xml(b"<id root='1.2' extension='7'/>")]) == hashed("Patient", "1.2", "7")
        True
    """
    found = [pair for pair in instances(nodes) if pair[1] or is_uuid(pair[0])]
    own = [pair for pair in found if not pair[0].startswith(_CIVIL)]
    if not found:
        return None
    root, extension = (own or found)[0]
    name = extension or root
    return name if is_uuid(name) else hashed("Patient", root, extension)
