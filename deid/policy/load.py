"""Load a policy: merge it with what it extends, refuse whatever it doesn't mean, fingerprint it."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from plummer.deid.dates import TimeMode
from plummer.deid.policy.forms import CODE_FORMS
from plummer.deid.policy.model import Action, Policy, Rule
from plummer.deid.policy.strict_yaml import line_of, load_yaml
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import child, elements, primitive_types, types

PROFILES: Final = ("safe_harbor", "expert_determination", "limited_data_set")
_SCALARS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "version": str,
    "profile": str,
    "extends": str,
    "time_mode": str,
    "site_timezone": str,
    "k": int,
    "quarantine_limit": (int, float),
    "min_subjects": int,
    "text": str,
    "zip3": str,
    "staff": str,
    "facilities": str,
}
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "profile": PROFILES,
    "extends": PROFILES,
    "time_mode": tuple(TimeMode),
    "text": ("tags",),
    "zip3": ("census_2020", "union"),
    "staff": ("pseudonymise", "drop"),
    "facilities": ("pseudonymise", "drop"),
}
_MAPS: Final = ("code_systems", "extensions", "types", "paths")
_LISTS: Final = ("vendor_systems",)
_FOR_TEXT: Final = frozenset({"string", "markdown"})
_APPLIES: Final[Mapping[Action, frozenset[str]]] = {
    Action.DATE: frozenset({"date", "dateTime", "instant"}),
    Action.BIRTH: frozenset({"date"}),
    Action.AGE: frozenset({"Age", "Range"}),
    Action.CLEAN: _FOR_TEXT,
    Action.PHRASE: _FOR_TEXT,
    Action.ZIP3: _FOR_TEXT,
    Action.STATE: _FOR_TEXT,
    Action.COUNTRY: _FOR_TEXT,
    Action.NUMBERS: _FOR_TEXT,
    Action.CODE: frozenset({"code"}),
    Action.CODING: frozenset({"Coding"}),
    Action.QUANTITY: frozenset({"Quantity", "Count", "Distance", "Duration", "Age"}),
    Action.REFERENCE: frozenset({"Reference"}),
    Action.ATTACHMENT: frozenset({"Attachment", "base64Binary"}),
    Action.EXTENSION: frozenset({"Extension"}),
    Action.KEEP: frozenset({"boolean", "decimal", "integer", "positiveInt", "unsignedInt"}),
}


def _refuse(code: str, message: str, text: str, key: str) -> PlummerError:
    return PlummerError(f"policy_{code}", message, ExitCode.USAGE, line_of(text, key))


def _check_shape(raw: dict[str, Any], text: str) -> None:
    for key, value in raw.items():
        if key in _SCALARS:
            good = isinstance(value, _SCALARS[key]) and not isinstance(value, bool)
            good = good and (key not in _CHOICES or value in _CHOICES[key])
        elif key in _MAPS:
            good = isinstance(value, dict) and all(isinstance(name, str) for name in value)
        elif key in _LISTS:
            good = isinstance(value, list) and all(isinstance(name, str) and name for name in value)
        else:
            raise _refuse("unknown_key", "no such setting", text, key)
        if not good:
            raise _refuse("bad_value", "not a value that this setting takes", text, key)


def _kinds_of(path: str) -> tuple[str, ...]:
    """The datatypes that stand at a schema path or a choice as JSON writes it; empty if R4 has none."""
    if path in elements():
        return elements()[path].types or ("BackboneElement",)
    parent, _, name = path.rpartition(".")
    found = child(parent, name)
    return found.types if found is not None else ()


def _applies(action: Action, kinds: tuple[str, ...]) -> bool:
    if action in {Action.DROP, Action.MASK}:
        return True
    if action is Action.WALK:
        return not primitive_types() & set(kinds)
    if action is Action.VERBATIM:
        return primitive_types() >= set(kinds)
    return _APPLIES[action] >= set(kinds)


def _rules(scope: str, block: dict[str, Any], text: str) -> list[Rule]:
    rules = []
    for target, word in block.items():
        kinds = (
            (target,)
            if scope == "type" and target in types()
            else ()
            if scope == "type"
            else _kinds_of(target)
        )
        if not kinds:
            raise _refuse("unknown_path", "R4 has no such path or type", text, target)
        if word not in tuple(Action) or not _applies(Action(word), kinds):
            raise _refuse("bad_action", "no action, or not one for this datatype", text, target)
        rules.append(Rule(scope, target, Action(word)))
    return rules


def _check_lists(raw: dict[str, Any], text: str) -> None:
    for system, form in raw.get("code_systems", {}).items():
        if form not in CODE_FORMS:
            raise _refuse("bad_value", "no such form of code", text, system)
    for url, names in raw.get("extensions", {}).items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise _refuse("bad_value", "an extension takes a list of nested names", text, url)


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = base | over
    for key in _MAPS:
        merged[key] = base.get(key, {}) | over.get(key, {})
    merged.pop("extends", None)
    return merged


def _read(source: str | Path) -> str:
    try:
        if source in PROFILES:
            return files("plummer.deid.policies").joinpath(f"{source}.yaml").read_text("utf-8")
        return Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise PlummerError("policy_unreadable", "the policy can't be read as UTF-8", ExitCode.USAGE) from None


def _load_raw(source: str | Path) -> dict[str, Any]:
    text = _read(source)
    raw = load_yaml(text)
    _check_shape(raw, text)
    _check_lists(raw, text)
    _rules("type", raw.get("types", {}), text)
    _rules("path", raw.get("paths", {}), text)
    if "extends" not in raw:
        return raw
    if raw["extends"] == source or raw["extends"] != "safe_harbor":
        raise _refuse("bad_value", "a policy extends safe_harbor, the strictest, or nothing", text, "extends")
    return _merge(_load_raw(raw["extends"]), raw)


def _number_checks(raw: dict[str, Any]) -> None:
    missing = [key for key in (*_SCALARS, *_MAPS) if key not in raw and key != "extends"]
    if missing:
        raise PlummerError("policy_missing_key", "a setting is missing", ExitCode.USAGE, missing[0])
    if raw["k"] < 1 or raw["min_subjects"] < 0 or not 0 <= raw["quarantine_limit"] <= 1:
        raise PlummerError("policy_bad_value", "a number is out of its range", ExitCode.USAGE, "k, limits")
    if raw["profile"] == "safe_harbor" and raw["time_mode"] not in {"relative", "year"}:
        raise PlummerError(
            "policy_time_mode", "safe_harbor allows relative or year", ExitCode.USAGE, "time_mode"
        )
    verbatim = [
        target for block in ("types", "paths") for target, word in raw[block].items() if word == "verbatim"
    ]
    if raw["profile"] != "limited_data_set" and verbatim:
        message = "only the limited data set may keep a text as received"
        raise PlummerError("policy_bad_action", message, ExitCode.USAGE, verbatim[0])
    try:
        ZoneInfo(raw["site_timezone"])
    except (ValueError, OSError, KeyError):
        raise PlummerError("policy_time_zone", "no such IANA zone", ExitCode.USAGE, "site_timezone") from None


def load_policy(profile_or_path: str | Path) -> Policy:
    """Load a bundled profile by name, or a policy file.

    Args:
        profile_or_path: ``safe_harbor``, ``expert_determination``, ``limited_data_set``, or a YAML file.

    Raises:
        PlummerError: ``policy_...`` with exit code 2 and the key and line; never a value.

    Example:
        >>> policy = load_policy("safe_harbor")
        >>> policy.profile, policy.time_mode.value, policy.k, len(policy.sha256)
        ('safe_harbor', 'relative', 11, 64)
    """
    return _bundled(profile_or_path) if profile_or_path in PROFILES else _build(_load_raw(profile_or_path))


@cache
def _bundled(profile: str) -> Policy:
    return _build(_load_raw(profile))


def _build(raw: dict[str, Any]) -> Policy:
    _number_checks(raw)
    rules = tuple(_rules("type", raw["types"], "") + _rules("path", raw["paths"], ""))
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Policy(
        profile=raw["profile"],
        version=raw["version"],
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        time_mode=TimeMode(raw["time_mode"]),
        site_timezone=raw["site_timezone"],
        k=raw["k"],
        quarantine_limit=float(raw["quarantine_limit"]),
        min_subjects=raw["min_subjects"],
        text=raw["text"],
        zip3_strict=raw["zip3"] == "union",
        staff=raw["staff"],
        facilities=raw["facilities"],
        code_systems=dict(raw["code_systems"]),
        vendor_systems=tuple(raw.get("vendor_systems", ())),
        extensions={url: frozenset(names) for url, names in raw["extensions"].items()},
        rules=rules,
        by_path={rule.target: rule for rule in rules if rule.scope == "path"},
        by_type={rule.target: rule for rule in rules if rule.scope == "type"},
    )
