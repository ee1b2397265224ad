"""Entries of a Bundle, each as the exact slice of its text.

https://hl7.org/fhir/R4/bundle.html: every type of Bundle is taken alike; what an entry asks a server
to do is no data, but for a deletion.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.json_text import check_duplicates, parse
from plummer.pipelines.landing.refusal import Refused
from plummer.schemas.fhir import resource_types
from plummer.schemas.references import normalise_reference

_URN_ID: Final = re.compile(r"urn:(?:uuid|oid):([A-Za-z0-9\-.]{1,64})")


_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ETAG: Final = re.compile(r'(?:W/)?"?([A-Za-z0-9\-.]{1,64})"?')


class _Request(msgspec.Struct):
    method: str | None = None
    url: str | None = None


class _Response(msgspec.Struct, rename={"last_modified": "lastModified"}):
    etag: str | None = None
    last_modified: str | None = None


class _Entry(msgspec.Struct, rename={"full_url": "fullUrl"}):
    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw(b"")
    request: _Request | None = None
    response: _Response | None = None


class _Bundle(msgspec.Struct):
    entry: list[msgspec.Raw] = []


_BUNDLE: Final = msgspec.json.Decoder(_Bundle)
_ENTRY: Final = msgspec.json.Decoder(_Entry)


@dataclass(frozen=True, slots=True)
class Deletion:
    """What an entry says of the deletion that it asks for.

    Attributes:
        url: of what, as in its request.
        version_id: the version that the deletion made, from its response's etag.
        time: when, from its response.
    """

    url: str | None
    version_id: str | None
    time: str | None


@dataclass(slots=True)
class Entry:
    """One entry.

    Attributes:
        position: 0-based position in its Bundle.
        offset: where its record begins in the Bundle's text.
        text: exact slice of the resource, or of the whole entry where it asks for a deletion.
        resource: the parsed resource.
        full_url: its fullUrl.
        deletion: the deletion that it asks for; a resource beside it is what is deleted, and no data.
    """

    position: int
    offset: int
    text: bytes
    resource: Any
    full_url: str | None
    deletion: Deletion | None = None


def entries(text: bytes, bundle: Mapping[str, Any]) -> list[Entry]:
    """The entries that hold a resource or ask for a deletion; others are responses and no rows.

    Args:
        text: the Bundle's text, valid JSON.
        bundle: what was parsed from it.

    Raises:
        Refused: ``type_mismatch`` where it isn't shaped like a Bundle, ``duplicate_json_key`` where
            a key outside its resources stands twice.

    Example:
        >>> text = b'{"resourceType":"Bundle","entry":[{"resource": {"a":1} }]}'
        >>> [(e.text, e.offset) for e in entries(text, parse(text))]
        [(b'{"a":1}', 47)]
    """
    try:
        raw = [(bytes(part), _ENTRY.decode(bytes(part))) for part in _BUNDLE.decode(text).entry]
    except (msgspec.MsgspecError, ValueError):
        raise Refused("type_mismatch") from None
    found, skeleton, at = [], [], 0
    for position, (part, entry) in enumerate(raw):
        start = text.index(part, at)
        taken = _entry(position, start, part, entry, bundle)
        skeleton.append(text[at:start])
        at = start + len(part)
        skeleton.append(_without(part, entry))
        if taken is not None:
            found.append(taken)
    _check_skeleton(b"".join([*skeleton, text[at:]]))
    return found


def _check_skeleton(text: bytes) -> None:
    check_duplicates(text, parse(text))


def _without(part: bytes, entry: _Entry) -> bytes:
    text = bytes(entry.resource)
    return part.replace(text, b"0", 1) if text else part


def _entry(position: int, start: int, part: bytes, entry: _Entry, bundle: Mapping[str, Any]) -> Entry | None:
    if entry.request is not None and entry.request.method == "DELETE":
        return Entry(position, start, part, None, entry.full_url, _deletion(entry.request, entry.response))
    text = bytes(entry.resource)
    if text:
        parsed = bundle["entry"][position].get("resource")
        return Entry(position, start + part.index(text), text, parsed, entry.full_url)
    return None


def _deletion(request: _Request, response: _Response | None) -> Deletion:
    told = response or _Response()
    etag = _ETAG.fullmatch(told.etag or "")
    return Deletion(request.url, etag[1] if etag else None, told.last_modified)


def deletion_target(url: str | None) -> tuple[str, str]:
    """Type and id of what a deletion is of.

    Raises:
        Refused: ``deletion_not_supported`` where it isn't one resource by its id: a search, one version only.

    Example:
        >>> deletion_target("https://e.invalid/Patient/p2")
        ('Patient', 'p2')
        >>> deletion_target("Patient?identifier=1")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: deletion_not_supported
    """
    kind, _, name = ((normalise_reference(url) if url else None) or "").partition("/")
    if kind not in resource_types() or _ID.fullmatch(name) is None or "_history/" in (url or ""):
        raise Refused("deletion_not_supported")
    return kind, name


def id_from_full_url(full_url: str | None) -> str | None:
    """The id that a resource without one gets from its entry: the uuid of ``urn:uuid:``.

    Example:
        >>> id_from_full_url("urn:uuid:0c31-11"), id_from_full_url("http://x.invalid/Patient/1")
        ('0c31-11', None)
    """
    match = _URN_ID.fullmatch(full_url or "")
    return match[1] if match else None


def check_full_url(full_url: str | None, resource_type: str, resource_id: str) -> None:
    """A RESTful fullUrl must end in the resource's own type and id (bundle.html#bundle-unique).

    Raises:
        Refused: ``full_url_mismatch``.
    """
    if full_url is None or full_url[:4].lower() == "urn:":
        return
    kind, _, name = (normalise_reference(full_url) or "").partition("/")
    if kind == resource_type and name != resource_id:
        raise Refused("full_url_mismatch")


def full_url_map(found: Sequence[Entry]) -> dict[str, str]:
    """fullUrl, as references to it are normalised, to ``Type/id`` of the entry."""
    return dict(_pairs(found))


def _pairs(found: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    for entry in found:
        if not isinstance(entry.resource, dict) or entry.full_url is None:
            continue
        name = entry.resource.get("id") or id_from_full_url(entry.full_url)
        key = normalise_reference(entry.full_url)
        if key is not None:
            yield key, f"{entry.resource.get('resourceType')}/{name}"
