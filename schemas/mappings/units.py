"""The table of units (``units.yaml``): groups of units that measure one thing, and other spellings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from plummer.schemas.errors import ExitCode, PlummerError

_KEYS: Final = frozenset({"groups", "alone", "aliases"})
_GROUP_KEYS: Final = frozenset({"canonical", "units", "codes"})
_FILE: Final = "units"


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """Units of UCUM among which a number may be converted.

    Attributes:
        canonical: the one that values are given in.
        units: all of them.
        codes: code of an event to the unit that its values are given in instead.
    """

    canonical: str
    units: tuple[str, ...]
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Every group; equal only to itself, so that it can key a cache.

    Attributes:
        groups: the groups, none sharing a unit with another.
        alone: units that are converted to nothing.
        aliases: what systems write, to the unit of UCUM that they mean.
        by_unit: the group of each unit.
        by_code: the unit of each code that has one of its own.
    """

    groups: tuple[UnitGroup, ...] = ()
    alone: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    by_unit: Mapping[str, UnitGroup] = field(init=False)
    by_code: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Index the groups, since every number asks for its own."""
        spelt = {small: u for g in self.groups for u in g.units if (small := u.replace("L", "l")) != u}
        object.__setattr__(self, "by_unit", {u: g for g in self.groups for u in g.units})
        object.__setattr__(self, "by_code", {c: u for g in self.groups for c, u in g.codes.items()})
        object.__setattr__(self, "aliases", {**spelt, **self.aliases})


def parse_units(data: object) -> Units:
    """Check the table of units.

    Raises:
        PlummerError: ``mapping_invalid`` (exit 2), also for a unit that stands in two groups.

    Example:
        >>> group = {"canonical": "g", "units": ["g", "mg"], "codes": {"mg": ["X//1"]}}
        >>> made = parse_units({"groups": [group]})
        >>> made.by_unit["mg"].canonical, made.by_code["X//1"]
        ('g', 'mg')
    """
    block = _table(data, _KEYS, _FILE)
    groups = tuple(_group(one, f"{_FILE}.groups[{i}]") for i, one in enumerate(_list(block, "groups", _FILE)))
    every = [unit for group in groups for unit in group.units]
    if len(every) != len(set(every)):
        _refuse("has a unit twice", f"{_FILE}.groups")
    aliases = _table(block.get("aliases", {}), None, f"{_FILE}.aliases")
    if not all(isinstance(part, str) for pair in aliases.items() for part in pair):
        _refuse("isn't a table of texts", f"{_FILE}.aliases")
    return Units(groups, frozenset(_list(block, "alone", _FILE)), dict(aliases))


def _group(data: object, at: str) -> UnitGroup:
    block = _table(data, _GROUP_KEYS, at)
    units = tuple(_list(block, "units", at))
    codes = _table(block.get("codes", {}), None, f"{at}.codes")
    by_code = {code: str(unit) for unit in codes for code in _list(codes, unit, f"{at}.codes")}
    canonical = block.get("canonical")
    for unit in (canonical, *by_code.values()):
        if unit not in units:
            _refuse("names a unit that isn't one of its group", at)
    return UnitGroup(str(canonical), units, by_code)


def _table(data: object, keys: frozenset[str] | None, at: str) -> Mapping[str, Any]:
    if not isinstance(data, dict) or (keys is not None and not keys >= set(data)):
        _refuse("isn't a block of its keys", at)
    return data


def _list(block: Mapping[str, Any], key: str, at: str) -> list[str]:
    found = block.get(key, [])
    if not isinstance(found, list):
        _refuse("isn't a list", f"{at}.{key}")
    return found if key == "groups" else [str(one) for one in found]


def _refuse(what: str, at: str) -> NoReturn:
    raise PlummerError("mapping_invalid", f"the table of units {what}", ExitCode.USAGE, at) from None
