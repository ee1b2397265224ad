"""The quick way through the checks of a record: it finds a good one good, or leaves it to the exact way.

`plummer.pipelines.landing.records` says what is refused and why. Nearly all records of an extract are good,
and of those nearly all hold only what R4 knows, so one typed parse shows most of it: syntax, shape, dates.
Written out again, the parsed struct has fewer quotes than the text if a key stood twice or is unknown to R4.
Whatever is not plainly good here is no verdict; the exact way parses it again.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

import msgspec

from plummer.pipelines.landing import bundles
from plummer.pipelines.landing.compartment import compartment_elements, patient_named
from plummer.pipelines.landing.contained import surely_held
from plummer.pipelines.landing.json_text import check_bytes
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.shapes import SUFFIX, read_typed
from plummer.pipelines.landing.versions import may_state_other

ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""A logical id (https://hl7.org/fhir/R4/datatypes.html#id)."""

_ENCODE: Final = msgspec.json.Encoder().encode
_NOT_HERE: Final = frozenset({"Bundle", "OperationOutcome"})
_NO_URLS: Final[Mapping[str, str]] = MappingProxyType({})
_UNSET: Final = msgspec.UNSET


def quick(
    text: bytes,
    line: int,
    entry: int | None = None,
    full_url: str | None = None,
    urls: Mapping[str, str] = _NO_URLS,
) -> Outcome | None:
    """The outcome of a resource that is plainly good, None for any other.

    Args:
        text: the record.
        line: its physical line.
        entry: position in the outermost Bundle.
        full_url: fullUrl of its entry.
        urls: fullUrl to ``Type/id`` of the entries around it.

    Example:
        >>> quick(b'{"resourceType":"Patient","id":"a"}', 1).resource_type
        'Patient'
        >>> quick(b'{"resourceType":"Patient","id":"a","shoe":1}', 1) is None
        True
    """
    try:
        check_bytes(text)
        value = read_typed(text)
        kind = value.__struct_config__.tag
        if kind in _NOT_HERE or b"\\u0022" in text or _ENCODE(value).count(b'"') != text.count(b'"'):
            return None
        name = bundles.id_from_full_url(full_url) if value.id_ is _UNSET else value.id_
        if name is None or ID.fullmatch(name) is None:
            return None
        bundles.check_full_url(full_url, kind, name)
    except (Refused, msgspec.MsgspecError, RecursionError, ValueError):
        return None
    version, updated = _meta(value)
    if version is _OTHER or not surely_held(text, _contained(value)):
        return None
    digest, patient = sha256(text).hexdigest(), _patient(value, kind, name, urls)
    return Outcome(
        line, entry, 0, None, len(text), digest, text, kind, name, patient, version, updated, full_url
    )


_OTHER: Final = "(another version)"


def _meta(value: Any) -> tuple[str | None, str | None]:  # noqa: ANN401 - a struct made from the table
    """VersionId and lastUpdated; `_OTHER` where a profile may be of another version of FHIR."""
    meta = value.meta_
    if meta is _UNSET:
        return None, None
    if may_state_other(meta.profile_):
        return _OTHER, None
    version, updated = meta.versionId_, meta.lastUpdated_
    return None if version is _UNSET else version, None if updated is _UNSET else updated


def _contained(value: Any) -> Iterable[str]:  # noqa: ANN401 - as above
    parts = getattr(value, "contained_", _UNSET)  # Binary and Parameters hold none
    return () if parts is _UNSET else [part.id_ for part in parts if part.id_ is not _UNSET]


def _patient(value: Any, kind: str, name: str, urls: Mapping[str, str]) -> str | None:  # noqa: ANN401 - as above
    """As `plummer.pipelines.landing.compartment.patient_id`."""
    if kind == "Patient":
        return name
    for path in _paths().get(kind, ()):
        named = {found for literal in set(_values(value, path)) if (found := patient_named(literal, urls))}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _values(value: Any, path: tuple[str, ...]) -> list[Any]:  # noqa: ANN401 - as above
    held = [value]
    for name in path:
        below: list[Any] = []
        for item in held:
            found = getattr(item, name, _UNSET)
            if found.__class__ is list:
                below += found
            elif found is not _UNSET:
                below.append(found)
        held = below
    return held


@cache
def _paths() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    return {
        kind: tuple(tuple(f"{part}{SUFFIX}" for part in (*path, "reference")) for path in paths)
        for kind, paths in compartment_elements().items()
    }
