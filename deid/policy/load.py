"""Load a policy: merge it with what it extends, refuse whatever it doesn't mean, fingerprint it."""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

from plummer.deid.dates import TimeMode
from plummer.deid.policy.conditions import parse_key
from plummer.deid.policy.forms import CODE_FORMS
from plummer.deid.policy.links import links_of
from plummer.deid.policy.merge import by_target, merge_rules
from plummer.deid.policy.model import Action, Policy, Rule
from plummer.deid.policy.parameters import Generalise
from plummer.deid.policy.paths import place_of
from plummer.deid.policy.reach import unreachable
from plummer.deid.policy.rules import Finding, read_rules, refuse
from plummer.deid.policy.settings import MAPS, OPTIONAL, PROFILES, SCALARS, is_zone, takes
from plummer.deid.policy.sites import judged, site_rules, with_sites
from plummer.deid.policy.strict_yaml import Lines, load_document
from plummer.schemas.errors import ExitCode, PlummerError

__all__ = ["PROFILES", "examine", "examine_text", "load_policy"]


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
    return _bundled(str(profile_or_path)) if profile_or_path in PROFILES else _whole(profile_or_path)


@cache
def _bundled(profile: str) -> Policy:
    return _whole(profile)


def _whole(source: str | Path) -> Policy:
    policy, findings = examine(source)
    if policy is None or findings:
        raise findings[0].error from None
    return policy


def examine(source: str | Path) -> tuple[Policy | None, list[Finding]]:
    """A policy and everything that is wrong with it; no policy where it can't be read as one.

    Raises:
        PlummerError: the file can't be read, or isn't a map in plain YAML.

    Example:
        >>> policy, findings = examine("limited_data_set")
        >>> policy.version, findings
        ('1.0.0', [])
    """
    return examine_text(_read(source), str(source) if source in PROFILES else "")


def examine_text(text: str, origin: str = "") -> tuple[Policy | None, list[Finding]]:
    """As `examine`, for a policy's text; ``origin`` is the bundled profile that it is.

    Raises:
        PlummerError: the text isn't a map in plain YAML.
    """
    raw, lines = load_document(text)
    findings = [*_shape(raw, lines), *_lists(raw, lines)]
    if findings:
        return None, findings
    own: list[Rule] = []
    for scope in ("type", "path"):
        for found in read_rules(scope, raw.get(f"{scope}s", {}), lines, origin):
            if isinstance(found, Rule):
                own.append(found)
            else:
                findings.append(found)
    of_sites, wrong = site_rules(raw.get("sites", {}), lines, origin)
    findings += wrong
    base: tuple[dict[str, Any], tuple[Rule, ...]] = ({}, ())
    if "extends" in raw:
        if raw["extends"] == origin or raw["extends"] != "safe_harbor":
            message = "a policy extends safe_harbor, the strictest, or nothing"
            return None, [*findings, refuse("bad_value", message, "extends", lines.get(("extends",), 0))]
        base = _base()
    merged = _merge(base[0], raw)
    findings += _limits(merged, [*own, *chain.from_iterable(of_sites.values())], lines)
    if findings:
        return None, findings
    policy = with_sites(_build(merged, merge_rules(base[1], own)), of_sites)
    never = [*unreachable(policy, origin)]
    return policy, never or [*judged(policy, lines, origin)]


def _read(source: str | Path) -> str:
    try:
        if source in PROFILES:
            return files("plummer.deid.policies").joinpath(f"{source}.yaml").read_text("utf-8")
        return Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        raise PlummerError("policy_unreadable", "the policy can't be read as UTF-8", ExitCode.USAGE) from None


def _base() -> tuple[dict[str, Any], tuple[Rule, ...]]:
    return load_document(_read("safe_harbor"))[0], _bundled("safe_harbor").rules


def _shape(raw: dict[str, Any], lines: Lines) -> Iterator[Finding]:
    for key, value in raw.items():
        right = takes(key, value)
        if right is None:
            yield refuse("unknown_key", "no such setting", key, lines.get((key,), 0))
        elif not right:
            yield refuse("bad_value", "not a value that this setting takes", key, lines.get((key,), 0))


def _lists(raw: dict[str, Any], lines: Lines) -> Iterator[Finding]:
    systems = raw.get("code_systems", {})
    for system, form in systems.items() if isinstance(systems, dict) else ():
        if not isinstance(form, str) or form not in CODE_FORMS or "*" in str(system)[:-1]:
            line = lines.get(("code_systems", system), 0)
            yield refuse("bad_value", "no such form of code, or a * inside", str(system), line)
    urls = raw.get("extensions", {})
    for url, names in urls.items() if isinstance(urls, dict) else ():
        good = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if not good or len(set(names)) < len(names):
            line = lines.get(("extensions", url), 0)
            yield refuse("bad_value", "an extension takes a list of nested names", str(url), line)


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Settings of both; a rule without conditions replaces all rules of its target in the base."""
    merged = base | over
    for key in MAPS:
        kept = {
            name: value for name, value in base.get(key, {}).items() if not _replaced(name, over.get(key, {}))
        }
        merged[key] = kept | over.get(key, {})
    merged.pop("extends", None)
    return merged


def _replaced(key: str, over: dict[str, Any]) -> bool:
    parsed = parse_key(key) if ";" in key else None
    return parsed is not None and bool(parsed[1]) and parsed[0] in over


def _limits(raw: dict[str, Any], own: list[Rule], lines: Lines) -> Iterator[Finding]:
    """What can only be told of the merged policy."""
    missing = [key for key in (*SCALARS, *MAPS) if key not in raw and key not in OPTIONAL]
    if missing:
        yield refuse("missing_key", "a setting is missing", missing[0], 0)
        return
    if raw["k"] < 1 or raw["min_subjects"] < 0 or not 0 <= raw["quarantine_limit"] <= 1:
        yield refuse("bad_value", "a number is out of its range", "k, limits", 0)
    if raw["profile"] == "safe_harbor" and raw["time_mode"] not in {"relative", "year"}:
        message = "safe_harbor allows relative or year"
        yield refuse("time_mode", message, "time_mode", lines.get(("time_mode",), 0))
    if not is_zone(raw["site_timezone"]):
        yield refuse("time_zone", "no such IANA zone", "site_timezone", lines.get(("site_timezone",), 0))
    for site, zone in raw.get("site_timezones", {}).items():
        if not is_zone(zone):
            line = lines.get(("site_timezones", site), 0)
            yield refuse("time_zone", "no such IANA zone", f"site_timezones.{site}", line)
    yield from _shadowed(raw["code_systems"], lines)
    for rule in own:
        yield from _of_profile(rule, raw["profile"], raw["time_mode"])


def _shadowed(systems: dict[str, str], lines: Lines) -> Iterator[Finding]:
    """Code systems with a * that an earlier one with a * answers for; only those of the file itself."""
    earlier: list[str] = []
    for system in (name for name in systems if name.endswith("*")):
        if system[:-1].startswith(tuple(earlier)) and ("code_systems", system) in lines:
            line = lines["code_systems", system]
            yield refuse("unreachable", "an earlier line with a * takes all of these", system, line)
        earlier.append(system[:-1])


def _of_profile(rule: Rule, profile: str, time_mode: str) -> Iterator[Finding]:
    if rule.action is Action.VERBATIM and profile != "limited_data_set":
        message = "only the limited data set may keep a text as received"
        yield refuse("bad_action", message, rule.key, rule.line)
    if rule.action is Action.PSEUDONYMISE and profile == "safe_harbor" and not _of_identifier(rule):
        # 45 CFR 164.514(c)(1): a code may not be derived from information about the person; it is drawn
        # and kept in the crosswalk, which has room for identifiers and no other texts
        message = "safe_harbor allows no code made from a text; an Identifier's is drawn"
        yield refuse("derived_code", message, rule.key, rule.line)
    dated = isinstance(rule.parameters, Generalise) and rule.parameters.to is not None
    if dated and time_mode == "relative":
        message = "months and years have no place on an axis of relative days"
        yield refuse("time_mode", message, rule.key, rule.line)


def _of_identifier(rule: Rule) -> bool:
    if rule.scope == "type":
        return rule.target == "Identifier"
    place = place_of(rule.target)
    return place is not None and set(place.kinds) == {"Identifier"}


def _build(raw: dict[str, Any], rules: tuple[Rule, ...]) -> Policy:
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
        pdf=raw["pdf"],
        row_level_sql=raw.get("row_level_sql", "allow"),
        code_systems=dict(raw["code_systems"]),
        vendor_systems=tuple(raw.get("vendor_systems", ())),
        placeholder_dates=frozenset(raw.get("placeholder_dates", ())),
        extensions={url: frozenset(names) for url, names in raw["extensions"].items()},
        site_timezones=dict(raw.get("site_timezones", {})),
        link_identifiers=links_of(raw.get("link_identifiers", [])),
        incomplete_encounters=raw.get("incomplete_encounters", "keep"),
        **by_target(rules),
    )
