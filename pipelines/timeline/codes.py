"""Codes of events: SYSTEM//code with prefixes that are stable across sites and releases."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plummer.schemas.mappings import CodeSystems, EventSpec, Mappings

NO_SYSTEM: Final = "UNSPECIFIED"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.\-]+")


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its prefix, and the code system's display where the coding has one."""

    text: str
    display: str | None
    standard: bool = False


def prefix_of(systems: CodeSystems, system: str) -> str:
    """The prefix of a code system's codes.

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> systems = load_mappings().systems
        >>> prefix_of(systems, "http://snomed.info/sct")
        'SNOMED'
        >>> prefix_of(systems, "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        'v3-ActCode'
        >>> prefix_of(systems, "https://hospital.invalid/lab/codes")
        'codes-511244'
    """
    system = system.split("|", 1)[0]
    bare = system.rstrip("/")
    known = systems.standard.get(bare) or systems.other.get(bare)
    if known is not None:
        return known
    for namespace in systems.namespaces:
        rest = bare.removeprefix(namespace)
        if rest != bare and rest and _UNSAFE.search(rest) is None:
            return rest
    # A bare host would name the hospital in every code: only a path or an OID gives its last part.
    parts = re.split(r"[/:#]", bare.partition("://")[2].partition("/")[2] or bare.partition("urn:")[2])
    last = _UNSAFE.sub("-", parts[-1]).strip("-")[:40] or "local"
    return f"{last}-{hashlib.sha256(bare.encode()).hexdigest()[:6]}"


def codes_in(mappings: Mappings, event: EventSpec, node: object) -> Iterator[Code]:
    """Every code at a node, with the event's prefix in place of the system's where it has one."""
    for system, code, display in _codings(node):
        prefix, standard = _prefix(mappings.systems, system)
        yield Code(f"{event.code_prefix or prefix}//{code}", display, standard)


def coded_value(mappings: Mappings, node: object) -> str | None:
    """A coded value as SYSTEM//code, by the same choice as an event's code."""
    first = None
    for system, code, _ in _codings(node):
        prefix, standard = _prefix(mappings.systems, system)
        if standard:
            return f"{prefix}//{code}"
        first = first or f"{prefix}//{code}"
    return first


def plain_codes(node: object) -> Iterator[str]:
    """The bare codes at a node, whatever their system; a boolean counts as true or false."""
    return (code for _, code, _ in _codings(node))


def _codings(node: object) -> Iterator[tuple[str | None, str, str | None]]:
    if isinstance(node, bool):
        yield None, "true" if node else "false", None
    elif isinstance(node, str) and node:
        yield None, node, None
    elif isinstance(node, dict):
        codings = node.get("coding")
        for coding in codings if isinstance(codings, list) else [node]:
            code = coding.get("code") if isinstance(coding, dict) else None
            if isinstance(code, str) and code:
                yield _text(coding.get("system")), code, _text(coding.get("display"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _prefix(systems: CodeSystems, system: str | None) -> tuple[str, bool]:
    return (NO_SYSTEM, False) if system is None else _known(systems, system)


@lru_cache(maxsize=4096)
def _known(systems: CodeSystems, system: str) -> tuple[str, bool]:
    bare = system.split("|", 1)[0].rstrip("/")
    return prefix_of(systems, system), bare in systems.standard
