"""Other versions of FHIR than R4: told by types and elements that only they have, or by what is said.

R4 is https://hl7.org/fhir/R4. A record of another version read as R4 loses what R4 names differently: STU3's
``Condition.context`` is R4's ``encounter``, R5's ``Encounter.actualPeriod`` its ``period``. So it is refused,
not read half. What no other version alone explains is taken as R4: R4B differs in a few types only, and
elements that no version has are drift. The table is made by ``scripts/make_versions.py``.
"""

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import unquote

from plummer.pipelines.landing.refusal import Refused
from plummer.schemas.fhir import resource_types

_REASONS: Final = {"stu3": "fhir_version_stu3", "r4b": "fhir_version_r4b", "r5": "fhir_version_r5"}
_PROFILE: Final = re.compile(
    r"https?://hl7\.org/fhir/(?:([0-9.]+)/)?StructureDefinition/[A-Za-z]+(?:\|([0-9.]+))?"
)
_PARAMETER: Final = re.compile(r"fhirVersion=([0-9.]+)")
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)*")


@cache
def _table() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Mapping[str, tuple[str, ...]]]]:
    shown = json.loads(files("plummer.pipelines.landing").joinpath("other_versions.json").read_text("utf-8"))
    elements = {kind: {n: tuple(v) for n, v in names.items()} for kind, names in shown["elements"].items()}
    return {kind: tuple(v) for kind, v in shown["types"].items()}, elements


def check_version(resource: Mapping[str, Any], kind: str) -> None:
    """Refuse a resource that shows itself to be of another version.

    Args:
        resource: the parsed resource.
        kind: its ``resourceType``, of R4 or not.

    Raises:
        Refused: ``fhir_version_stu3``, ``fhir_version_r4b`` or ``fhir_version_r5``; where several versions
            have what was seen, the earliest.

    Example:
        >>> check_version({"resourceType": "Encounter", "period": {}, "shoeSize": 42}, "Encounter")
        >>> check_version({"resourceType": "Encounter", "actualPeriod": {}}, "Encounter")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: fhir_version_r5
    """
    types, elements = _table()
    known = elements.get(kind)
    odd = () if known is None else known.keys() & resource.keys()
    if not odd and kind in resource_types() and "meta" not in resource:
        return  # nearly all of them
    seen = [known[name] for name in odd] if known else []
    seen += [types[kind]] if kind in types else []
    stated = _stated_by_profile(resource.get("meta"))
    # a base profile of R4B says nothing against R4: but for a few types they are the same
    seen += [(stated,)] if stated in {"stu3", "r5"} else []
    if not seen:
        return
    shared = [version for version in _REASONS if all(version in versions for versions in seen)]
    first = shared[0] if shared else min(seen[0], key=list(_REASONS).index)
    raise Refused(_reason(first))


def may_state_other(profiles: object) -> bool:
    """Whether profiles could be of another version's base, so that `check_version` has to look.

    Args:
        profiles: ``meta.profile``, a list of texts where it is there at all.

    Example:
        >>> may_state_other(["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"])
        False
        >>> may_state_other(["http://hl7.org/fhir/5.0/StructureDefinition/Patient"])
        True
    """
    return isinstance(profiles, list) and any(map(_states, profiles))


@lru_cache(4096)
def _states(profile: object) -> bool:
    return isinstance(profile, str) and bool(_stated_by_profile({"profile": [profile]}))


def _reason(version: str) -> str:
    return _REASONS[version]


def _stated_by_profile(meta: object) -> str:
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else ():
        match = _PROFILE.fullmatch(profile) if isinstance(profile, str) else None
        version = _version_of((match[2] or match[1] or "") if match else "")
        if version:
            return version
    return ""


def _version_of(number: str) -> str:
    """stu3, r4b or r5 for a version number of theirs; empty for R4 and what isn't known."""
    if number.startswith("3."):
        return "stu3"
    if number.startswith(("4.1", "4.3")):
        return "r4b"
    return "r5" if number.startswith(("4.2", "4.4", "4.5", "4.6", "5.")) else ""


def stated_version(version: object, url: object) -> str:
    """The FHIR version that an export states: outright, or in the ``_outputFormat`` of its request.

    Example:
        >>> stated_version(None, "https://e.invalid/$export?_outputFormat=ndjson%3BfhirVersion%3D5.0")
        '5.0'
    """
    if isinstance(version, str) and _NUMBER.fullmatch(version):
        return version
    match = _PARAMETER.search(unquote(url)) if isinstance(url, str) else None
    return match[1] if match else ""


def refused_version(version: str) -> str:
    """The reason for which files of an export of that version are refused, empty where they are read.

    Example:
        >>> refused_version("3.0.2"), refused_version("4.0.1"), refused_version("4.3.0")
        ('fhir_version_stu3', '', '')
    """
    told = _version_of(version)
    return _reason(told) if told in {"stu3", "r5"} else ""
