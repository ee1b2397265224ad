"""The checks of one record, in order: bytes, JSON, type, id, shape, contained references."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plummer.pipelines.landing import bundles
from plummer.pipelines.landing.compartment import patient_id
from plummer.pipelines.landing.contained import check_contained
from plummer.pipelines.landing.json_text import check_bytes, check_duplicates, parse
from plummer.pipelines.landing.limits import MAX_BUNDLE_DEPTH
from plummer.pipelines.landing.outcome import DELETED, Outcome, refused
from plummer.pipelines.landing.quick import ID, quick
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.shapes import check_shape
from plummer.pipelines.landing.versions import check_version
from plummer.schemas.fhir import resource_types


def check_text(text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Bytes and JSON syntax; the parsed value.

    Raises:
        Refused: see `check_bytes` and `parse`.
    """
    check_bytes(text)
    return parse(text)


def check_line(text: bytes, line: int) -> list[Outcome]:
    """All that one line holds: a resource, a Bundle's entries, or a refusal.

    Never raises: what no check foresaw is refused as ``check_failed``.

    Example:
        >>> [o.resource_id for o in check_line(b'{"resourceType":"Patient","id":"a"}', 1)]
        ['a']
        >>> [o.reason for o in check_line(b'{"resourceType":"Patient"}', 1)]
        ['missing_id']
    """
    found = quick(text, line)
    if found is not None:
        return [found]
    try:
        value = check_text(text)
    except Refused as no:
        return [refused(no.reason, text, line)]
    return check_value(text, value, line)


def check_value(text: bytes, value: object, line: int) -> list[Outcome]:
    """What `check_line` does once the text is parsed; a line is refused whole or not at all."""
    try:
        if not isinstance(value, dict):
            raise Refused("top_level_not_object")
        if value.get("resourceType") == "Bundle":
            return _numbered(_unpack(text, value, _Place(line)))
        return [_resource(text, value, _Place(line))]
    except Refused as no:
        return [refused(no.reason, text, line)]
    except Exception:  # one hostile line must not end the load; the reason says that nobody foresaw it
        return [refused("check_failed", text, line)]


def _numbered(outcomes: list[Outcome]) -> list[Outcome]:
    for sequence, outcome in enumerate(outcomes):
        outcome.sequence = sequence
    return outcomes


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record is: physical line, entry of the outermost Bundle, and what surrounds it."""

    line: int
    entry: int | None = None
    full_url: str | None = None
    level: int = 0
    urls: Mapping[str, str] = field(default_factory=dict)


def _unpack(text: bytes, bundle: Mapping[str, Any], place: _Place) -> list[Outcome]:
    found = bundles.entries(text, bundle)
    urls = {**place.urls, **bundles.full_url_map(found)}
    outcomes: list[Outcome] = []
    line, at = place.line, 0
    for entry in found:
        line += text.count(b"\n", at, entry.offset)
        at = entry.offset
        position = entry.position if place.entry is None else place.entry
        outcomes += _entry(entry, _Place(line, position, entry.full_url, place.level + 1, urls))
    return outcomes


def _entry(entry: bundles.Entry, place: _Place) -> list[Outcome]:
    try:
        if entry.deletion is not None:
            return [_deletion(entry, entry.deletion, place)]
        if not isinstance(entry.resource, dict):
            raise Refused("type_mismatch")
        if entry.resource.get("resourceType") != "Bundle":
            return [_resource(entry.text, entry.resource, place)]
        if place.level >= MAX_BUNDLE_DEPTH:
            raise Refused("bundle_too_deep")
        return _unpack(entry.text, entry.resource, place)
    except Refused as no:
        return [refused(no.reason, entry.text, place.line, place.entry)]


def _deletion(entry: bundles.Entry, asked: bundles.Deletion, place: _Place) -> Outcome:
    """A deletion: of one resource, by its type and id."""
    kind, name = bundles.deletion_target(asked.url or entry.full_url)
    return Outcome(
        line=place.line,
        entry=place.entry,
        sequence=0,
        reason=DELETED,
        size=len(entry.text),
        content_sha256=hashlib.sha256(entry.text).hexdigest(),
        body=None,
        resource_type=kind,
        resource_id=name,
        version_id=asked.version_id,
        last_updated=asked.time,
    )


def _resource(text: bytes, value: dict[str, Any], place: _Place) -> Outcome:
    return quick(text, place.line, place.entry, place.full_url, place.urls) or _slowly(text, value, place)


def _slowly(text: bytes, value: dict[str, Any], place: _Place) -> Outcome:
    check_duplicates(text, value)
    kind = _resource_type(value)
    check_version(value, kind)
    name = _resource_id(value, place.full_url)
    bundles.check_full_url(place.full_url, kind, name)
    check_shape(text, kind)
    check_contained(text, value)
    meta = value.get("meta", {})
    return Outcome(
        line=place.line,
        entry=place.entry,
        sequence=0,
        reason=None,
        size=len(text),
        content_sha256=hashlib.sha256(text).hexdigest(),
        body=text,
        resource_type=kind,
        resource_id=name,
        patient_id=patient_id(value, name, place.urls),
        version_id=meta.get("versionId"),
        last_updated=meta.get("lastUpdated"),
        full_url=place.full_url,
    )


def _resource_type(value: Mapping[str, Any]) -> str:
    kind = value.get("resourceType")
    if kind is None:
        raise Refused("missing_resource_type")
    if not isinstance(kind, str):
        raise Refused("type_mismatch")
    if kind == "OperationOutcome":
        raise Refused("operation_outcome")  # what a server says of its work is not data
    if kind not in resource_types():
        check_version(value, kind)
        raise Refused("unknown_resource_type")
    return kind


def _resource_id(value: Mapping[str, Any], full_url: str | None) -> str:
    name = value.get("id", bundles.id_from_full_url(full_url))
    if name is None:
        raise Refused("missing_id")
    if not isinstance(name, str):
        raise Refused("type_mismatch")
    if ID.fullmatch(name) is None:
        raise Refused("invalid_id")
    return name
