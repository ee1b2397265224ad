"""Functions of numbers, and conversions; decimals stay exact."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from plummer.pipelines.views.fhirpath.builder import Builder, plain, with_arguments
from plummer.pipelines.views.fhirpath.code import Values, number, single

_INTEGER: Final = re.compile(r"[+-]?\d{1,18}")
_DECIMAL: Final = re.compile(r"[+-]?\d{1,28}(?:\.\d{1,28})?")
_TRUE: Final = ("true", "t", "yes", "y", "1", "1.0")
_FALSE: Final = ("false", "f", "no", "n", "0", "0.0")


def _number(rule: Callable[[int | Decimal], int | Decimal], what: str) -> Callable[[Values], Values]:
    def go(values: Values) -> Values:
        value = number(values, what)
        return [] if value is None else [rule(value)]

    return go


def _absolute(value: int | Decimal) -> int | Decimal:
    return -value if value < 0 else value


def _whole(rounding: str) -> Callable[[int | Decimal], int]:
    return lambda value: int(Decimal(value).to_integral_value(rounding))


def _round(values: Values, digits: Values | None = None) -> Values:
    value, places = number(values, "round()"), number(digits or [0], "round()")
    if value is None or places is None or not 0 <= places <= 28:
        return []
    try:
        return [Decimal(value).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)]
    except InvalidOperation:
        return []


def to_text(value: Any) -> str | None:  # noqa: ANN401 (JSON)
    """A value as text, or None for what has none.

    Example:
        >>> to_text(True), to_text(Decimal("1.50")), to_text({})
        ('true', '1.50', None)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, int) else None


def _integer(value: Any) -> int | None:  # noqa: ANN401 (JSON)
    if isinstance(value, int):
        return int(value)
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401 (JSON)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def _boolean(value: Any) -> bool | None:  # noqa: ANN401 (JSON)
    if isinstance(value, bool):
        return value
    told = (to_text(value) or "").lower()
    return True if told in _TRUE else (False if told in _FALSE else None)


def _converted(rule: Callable[[Any], object], what: str) -> Callable[[Values], Values]:
    def go(values: Values) -> Values:
        value = single(values, what)
        found = None if value is None else rule(value)
        return [] if found is None else [found]

    return go


def _converts(rule: Callable[[Any], object], what: str) -> Callable[[Values], Values]:
    convert = _converted(rule, what)
    return lambda values: [bool(convert(values))] if values else []


_CONVERSIONS: Final[Mapping[str, tuple[Callable[[Any], object], str]]] = {
    "String": (to_text, "string"),
    "Integer": (_integer, "integer"),
    "Decimal": (_decimal, "decimal"),
    "Boolean": (_boolean, "boolean"),
}
BUILDERS: Final[Mapping[str, Builder]] = {
    "abs": plain(_number(_absolute, "abs()")),
    "ceiling": plain(_number(_whole(ROUND_CEILING), "ceiling()"), "integer"),
    "floor": plain(_number(_whole(ROUND_FLOOR), "floor()"), "integer"),
    "truncate": plain(_number(int, "truncate()"), "integer"),
    "round": with_arguments(_round, "decimal", 0, 1),
    **{
        f"to{name}": plain(_converted(rule, f"to{name}()"), kind)
        for name, (rule, kind) in _CONVERSIONS.items()
    },
    **{
        f"convertsTo{name}": plain(_converts(rule, f"convertsTo{name}()"), "boolean")
        for name, (rule, _) in _CONVERSIONS.items()
    },
}
