"""Parameters of the actions that take some: bands, cases, constants, noise.

Numbers are kept as the text that the policy holds, so that no binary fraction creeps in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

PRECISIONS: Final = ("year", "month")
OTHERS: Final = ("mask", "drop", "keep", "phrase", "clean")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of ``generalise``: which values, and what they become.

    Attributes:
        values: the values, as text; none where a range is given.
        start: least number, None = no limit.
        below: the first number that is too large, None = no limit.
        to: what stands in their place: text, number or boolean.
    """

    to: str | int | float | bool
    values: tuple[str, ...] = ()
    start: str | None = None
    below: str | None = None


@dataclass(frozen=True, slots=True)
class Generalise:
    """``generalise``: exactly one of the first four.

    Attributes:
        width: a number becomes the lower end of its band of this width.
        bounds: a number becomes the largest bound that isn't above it; below the first it is masked.
        to: a date keeps its ``year`` or ``month``.
        cases: the first case that fits.
        others: what becomes of a value that no case fits: mask, drop, keep, phrase, clean.
    """

    width: str | None = None
    bounds: tuple[str, ...] = ()
    to: str | None = None
    cases: tuple[Case, ...] = ()
    others: str = "mask"


@dataclass(frozen=True, slots=True)
class Perturb:
    """``perturb``: evenly distributed noise, from minus to plus half of the span.

    Attributes:
        span: width of the noise.
        of: ``fixed`` (in the number's own unit) or ``proportional`` (a share of the number).
        digits: decimal places of the result; as many as received where None.
    """

    span: str
    of: str = "fixed"
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class Substitute:
    """``substitute``: the constant, as canonical JSON."""

    json: str


Parameters: TypeAlias = Generalise | Perturb | Substitute


def _number(value: Any) -> str | None:  # noqa: ANN401 (anything that YAML holds)
    """The text of a policy's number, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def _numbers(value: Any) -> tuple[str, ...] | None:  # noqa: ANN401
    found = [_number(item) for item in value] if isinstance(value, list) else []
    if not found or any(item is None for item in found):
        return None
    values = [float(item) for item in value]
    return tuple(str(item) for item in found) if values == sorted(set(values)) else None


def read_perturb(block: Mapping[str, Any]) -> Perturb | None:
    """Parameters of ``perturb``; None where they aren't any.

    Example:
        >>> read_perturb({"span": 0.1, "of": "proportional"})
        Perturb(span='0.1', of='proportional', digits=None)
    """
    span, of, digits = _number(block.get("span")), block.get("of", "fixed"), block.get("digits")
    right = span is not None and float(span) > 0 and of in {"fixed", "proportional"}
    whole = digits is None or (isinstance(digits, int) and not isinstance(digits, bool) and 0 <= digits <= 9)
    if span is None or not right or not whole or set(block) - {"span", "of", "digits"}:
        return None
    return Perturb(span, of, digits)


def _case(block: Any) -> Case | None:  # noqa: ANN401
    if not isinstance(block, dict) or not isinstance(block.get("to"), str | int | float):
        return None
    if set(block) == {"to", "values"}:
        values = block["values"]
        good = isinstance(values, list) and values and all(isinstance(v, str | int) for v in values)
        return Case(block["to"], tuple(str(v) for v in values)) if good else None
    if set(block) - {"to", "from", "below"} or len(block) == 1:
        return None
    limits = {name: _number(block[name]) for name in ("from", "below") if name in block}
    if None in limits.values():
        return None
    start, below = limits.get("from"), limits.get("below")
    if start is not None and below is not None and float(start) >= float(below):
        return None
    return Case(block["to"], (), start, below)


def read_generalise(block: Mapping[str, Any]) -> Generalise | None:
    """Parameters of ``generalise``; None where they aren't any.

    Example:
        >>> read_generalise({"width": 5})
        Generalise(width='5', bounds=(), to=None, cases=(), others='mask')
        >>> read_generalise({"width": 5, "to": "year"}) is None
        True
    """
    ways = [name for name in ("width", "bounds", "to", "cases") if name in block]
    if len(ways) != 1 or set(block) - {ways[0], "others"} or ("others" in block and ways[0] != "cases"):
        return None
    value = block[ways[0]]
    if ways[0] == "width":
        width = _number(value)
        return Generalise(width=width) if width is not None and float(width) > 0 else None
    if ways[0] == "bounds":
        bounds = _numbers(value)
        return Generalise(bounds=bounds) if bounds else None
    if ways[0] == "to":
        return Generalise(to=value) if value in PRECISIONS else None
    cases = [_case(item) for item in value] if isinstance(value, list) else []
    good = tuple(case for case in cases if case is not None)
    others = block.get("others", "mask")
    if not good or len(good) != len(cases) or others not in OTHERS:
        return None
    return Generalise(cases=good, others=others)
