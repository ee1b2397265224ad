"""The settings of a policy file: which there are, and what each takes."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeGuard
from zoneinfo import ZoneInfo

from plummer.deid.dates import TimeMode
from plummer.deid.policy.links import is_link

PROFILES: Final = ("safe_harbor", "expert_determination", "limited_data_set")
SCALARS: Final[Mapping[str, type | tuple[type, ...]]] = {
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
    "pdf": str,
    "row_level_sql": str,
    "incomplete_encounters": str,
}
OPTIONAL: Final = frozenset(
    {"extends", "row_level_sql", "incomplete_encounters", "site_timezones", "link_identifiers", "sites"}
)
"""Settings that a policy may leave out: single rows may be queried, no encounter and no site stands apart."""
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "profile": PROFILES,
    "extends": PROFILES,
    "time_mode": tuple(TimeMode),
    "text": ("tags", "surrogates", "randomised"),
    "zip3": ("census_2020", "union"),
    "staff": ("pseudonymise", "drop"),
    "facilities": ("pseudonymise", "type_only", "drop"),
    "pdf": ("text", "drop"),
    "row_level_sql": ("allow", "forbid"),
    "incomplete_encounters": ("keep", "drop"),
}
MAPS: Final = ("code_systems", "extensions", "types", "paths")
LISTS: Final = ("vendor_systems", "placeholder_dates")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def takes(key: str, value: Any) -> bool | None:  # noqa: ANN401 (anything that YAML holds)
    """Whether a setting takes a value; None where there is no such setting.

    Example:
        >>> takes("k", 11), takes("k", True), takes("colour", "red")
        (True, False, None)
    """
    if key in SCALARS:
        good = isinstance(value, SCALARS[key]) and not isinstance(value, bool)
        return good and (key not in CHOICES or value in CHOICES[key])
    if key in MAPS:
        return isinstance(value, dict) and all(isinstance(name, str) for name in value)
    if key in _OF_SITES:
        return _OF_SITES[key](value)
    if key in LISTS:
        words = isinstance(value, list) and all(isinstance(name, str) and name for name in value)
        return words and (key != "placeholder_dates" or all(map(_is_day, value)))
    return None


def _are_zones(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(part, str) for pair in value.items() for part in pair)


def _are_links(value: object) -> bool:
    return isinstance(value, list) and all(map(is_link, value))


def _are_rules(value: object) -> bool:
    """Sites, each with ``types`` or ``paths``."""
    return _named(value) and all(
        _named(blocks) and set(blocks) <= {"types", "paths"} and all(map(_named, blocks.values()))
        for blocks in value.values()
    )


def _named(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)


_OF_SITES: Final[Mapping[str, Callable[[object], bool]]] = {
    "site_timezones": _are_zones,
    "link_identifiers": _are_links,
    "sites": _are_rules,
}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None


def is_zone(name: str) -> bool:
    """Whether a name is an IANA time zone's.

    Example:
        >>> is_zone("America/New_York"), is_zone("../etc")
        (True, False)
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
