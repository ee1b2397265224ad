"""A number's unit as UCUM has it, and the canonical unit of its kind.

Which units may be converted is data (``schemas/mappings/units.yaml``). The factors are pint's, made ahead
into ``unit_table.json`` (scripts/make_units.py); pint and ucumvert are imported only for what isn't there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from plummer.schemas.mappings import Units

_ANNOTATION: Final = re.compile(r"\{[!-z|~]*\}")
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Canonical:
    """What a unit becomes: ``value * factor + offset`` in `unit`."""

    unit: str
    factor: float = 1.0
    offset: float = 0.0

    def of(self, token: str) -> float:
        """A number token in the canonical unit.

        Example:
            >>> Canonical("Cel", 5 / 9, -160 / 9).of("98.6")
            37.0
        """
        return round_off(float(token) * self.factor + self.offset)


def round_off(number: float) -> float:
    """A number without what binary fractions add behind its twelfth digit."""
    return float(f"{number:.12g}")


def canonical(units: Units, code: str, unit: str) -> Canonical | None:
    """The canonical unit of a code's values, None where the unit is none of UCUM's.

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> units = load_mappings().units
        >>> canonical(units, "LOINC//718-7", "g/L"), canonical(units, "LOINC//2345-7", "g/l")
        (Canonical(unit='g/dL', factor=0.1, offset=0.0), Canonical(unit='mg/dL', factor=100.0, offset=0.0))
        >>> canonical(units, "X", "{score}"), canonical(units, "X", "foot-pounds")
        (Canonical(unit='{score}', factor=1.0, offset=0.0), None)
    """
    return _pair(units, unit, units.by_code.get(code))


@lru_cache(maxsize=16_384)
def _pair(units: Units, unit: str, wanted: str | None) -> Canonical | None:
    meant = units.aliases.get(unit, unit)
    group = units.by_unit.get(meant)
    if group is None:
        return Canonical(meant) if meant in units.alone or is_ucum(meant) else None
    target = wanted if wanted in group.units else group.canonical
    if meant == target:
        return Canonical(target)
    slope, start = conversion(meant, group.canonical)
    below, base = conversion(str(target), group.canonical)
    return Canonical(str(target), round_off(slope / below), round_off((start - base) / below))


def conversion(unit: str, target: str) -> tuple[float, float]:
    """Factor and offset from one unit of UCUM to another.

    Example:
        >>> conversion("mg", "g"), conversion("g", "g")
        ((0.001, 0.0), (1.0, 0.0))
    """
    if unit == target:
        return 1.0, 0.0
    known = _table().get(f"{unit} {target}")
    return (known[0], known[1]) if known is not None else computed(unit, target)


def computed(unit: str, target: str) -> tuple[float, float]:
    """As `conversion`, by pint; some units, such as degrees, have a zero of their own."""
    registry = _registry()
    one, to = registry.from_ucum(unit), registry.from_ucum(target)
    unit_of = [getattr(one, "units", None), getattr(to, "units", None)]
    zero, full = (float(registry.Quantity(n, unit_of[0]).to(unit_of[1]).magnitude) for n in (0, 1))
    return round_off(full - zero), round_off(zero)


@lru_cache(maxsize=4_096)
def is_ucum(unit: str) -> bool:
    """Whether a text is a unit of UCUM's grammar and tables.

    Example:
        >>> is_ucum("{RBC}/uL"), is_ucum("foot-pounds"), is_ucum("")
        (True, False, False)
    """
    if not unit or len(unit) > _LONGEST or not unit.isascii():
        return False
    if _ANNOTATION.fullmatch(unit):
        return True
    parser = _parser()  # outside: a library that isn't there must not make every unit unknown
    try:
        parser.parse(unit)
    except Exception:  # lark's own kinds; what it says quotes the text
        return False
    return True


@cache
def _table() -> Mapping[str, list[float]]:
    text = files("plummer.schemas.mappings").joinpath("unit_table.json").read_text(encoding="utf-8")
    made: Mapping[str, list[float]] = json.loads(text)
    return made


@cache
def _parser() -> Any:  # noqa: ANN401 (lark's parser)
    from ucumvert import get_ucum_parser

    return get_ucum_parser()


@cache
def _registry() -> Any:  # noqa: ANN401 (pint's registry)
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()
