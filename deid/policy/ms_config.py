"""Reading a configuration of Microsoft's Tools for Health Data Anonymization (FHIR R4).

Form: ``{"fhirVersion", "processingErrors", "fhirPathRules": [{"path", "method", …}], "parameters": {…}}``,
https://github.com/microsoft/Tools-for-Health-Data-Anonymization/blob/master/docs/FHIR-anonymization.md.
Rules run in their order, and a node that one has processed is left alone by the others.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from plummer.schemas.errors import ExitCode, PlummerError

_SECRETS: Final = ("dateShiftKey", "cryptoHashKey", "encryptKey")


@dataclass(frozen=True, slots=True)
class MsRule:
    """One rule: its number from 1, its FHIRPath, its method in lower case, and the method's settings."""

    number: int
    path: str
    method: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MsConfig:
    """A configuration.

    Attributes:
        rules: in order.
        parameters: as received, without the keys' values.
        keys: names of the keys that the configuration holds; their values are never read.
        skips_errors: whether a resource that fails is passed on empty.
    """

    rules: tuple[MsRule, ...]
    parameters: Mapping[str, Any]
    keys: tuple[str, ...]
    skips_errors: bool

    @property
    def shifts_dates(self) -> bool:
        """Whether any rule shifts dates."""
        return any(rule.method == "dateshift" for rule in self.rules)


def _refuse(code: str, message: str, ref: str = "") -> PlummerError:
    return PlummerError(f"ms_config_{code}", message, ExitCode.USAGE, ref)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def read_config(text: str) -> MsConfig:
    """Parse a configuration.

    Raises:
        PlummerError: ``ms_config_json``, ``ms_config_form`` or ``ms_config_version`` (exit 2).

    Example:
        >>> read_config('{"fhirPathRules": [{"path": "Patient.name", "method": "redact"}]}').rules[0].method
        'redact'
    """
    try:
        raw = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise _refuse("json", "the configuration isn't JSON, or names a key twice") from None
    rules = raw.get("fhirPathRules") if isinstance(raw, dict) else None
    if not isinstance(rules, list) or not rules:
        raise _refuse("form", "the configuration has no fhirPathRules")
    version = raw.get("fhirVersion")
    if version not in (None, "", "R4"):
        raise _refuse("version", "only configurations for FHIR R4 can be taken over", "fhirVersion")
    parameters = raw.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise _refuse("form", "parameters isn't an object", "parameters")
    plain = {name: value for name, value in parameters.items() if name not in _SECRETS}
    keys = tuple(name for name in _SECRETS if parameters.get(name))
    found = tuple(_rule(number, rule) for number, rule in enumerate(rules, 1))
    return MsConfig(found, plain, keys, str(raw.get("processingErrors", "raise")).lower() == "skip")


def _rule(number: int, rule: Any) -> MsRule:  # noqa: ANN401 (any JSON value)
    place = f"fhirPathRules[{number}]"
    if not isinstance(rule, dict) or not all(isinstance(rule.get(k), str) for k in ("path", "method")):
        raise _refuse("form", "a rule has no path or method", place)
    settings = {name: value for name, value in rule.items() if name not in {"path", "method"}}
    return MsRule(number, rule["path"].strip(), rule["method"].strip().lower(), settings)
