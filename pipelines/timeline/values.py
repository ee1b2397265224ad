"""Values of events: numbers with their token and unit, coded and categorical texts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plummer.pipelines.timeline.codes import coded_value
from plummer.pipelines.timeline.tokens import NumberToken, float32, token_of
from plummer.schemas.flags import NUMBER_OUT_OF_RANGE, TEXT_FOR_NUMBER
from plummer.schemas.mappings import EventSpec, Mappings
from plummer.schemas.mappings.paths import walk

_UCUM: Final = "http://unitsofmeasure.org"
_NUMBER: Final = re.compile(r"\s*(?:[<>]=?|=|~)?\s*[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][+-]?\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Value:
    """Value columns of an event; `text` may stand beside a number (a comparator, a route).

    Attributes:
        number: the number's token.
        unit: its unit as received, a currency too.
        text: coded or categorical value.
        measured: whether the unit is one that UCUM should have: no currency, no code of another system.
        flags: what is odd about it (`plummer.schemas.flags`).
    """

    number: str | None = None
    unit: str | None = None
    text: str | None = None
    measured: bool = False
    flags: tuple[str, ...] = ()

    @property
    def numeric(self) -> float | None:
        """The number as a 32-bit float."""
        return None if self.number is None else float32(self.number)


NOTHING: Final = Value()


def read_value(mappings: Mappings, event: EventSpec, item: object) -> Value:
    """The first numeric and the first text value that an item holds, in the mapping's order.

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> mappings = load_mappings()
        >>> spec = mappings.types["Observation"].events[0]
        >>> read_value(mappings, spec, {"valueString": "7.2"})
        Value(number=None, unit=None, text='7.2', measured=False, flags=('text_for_number',))
    """
    number, text = NOTHING, None
    flags: list[str] = []
    for path, kind in event.value:
        for node in walk(item, path):
            found = _read(mappings, kind, node)
            flags += found.flags
            if number.number is None and found.number is not None:
                number = found
            text = text or found.text
    if number.numeric is None and number.number is not None:
        flags.append(NUMBER_OUT_OF_RANGE)
    if number.number is None and text is None and not flags:
        return NOTHING
    return Value(number.number, number.unit, text, number.measured, tuple(dict.fromkeys(flags)))


def read_range(
    item: object, path: tuple[Any, ...] | None, unit: str | None
) -> tuple[float | None, float | None]:
    """Low and high of the first reference range with a number, where it is in the value's own unit.

    Example:
        >>> from plummer.schemas.mappings.paths import compile_path
        >>> body = {"referenceRange": [{"text": "adults"}, {"high": {"value": 6, "unit": "mmol/L"}}]}
        >>> read_range(body, compile_path("referenceRange"), "mmol/L")
        (None, 6.0)
    """
    for node in walk(item, path) if path is not None else ():
        sides = [_quantity(node.get(name)) if isinstance(node, dict) else NOTHING for name in ("low", "high")]
        if any(side.number is not None and side.unit in (None, unit) for side in sides):
            low, high = (side.numeric if side.unit in (None, unit) else None for side in sides)
            return low, high
    return None, None


def _read(mappings: Mappings, kind: str, node: object) -> Value:
    return Value(text=coded_value(mappings, node)) if kind == "coded" else _READERS[kind](node)


def _quantity(node: object) -> Value:
    if not isinstance(node, dict):
        return NOTHING
    token = token_of(node.get("value"))
    if token is None:
        as_text = _plain(node.get("value"))
        return NOTHING if as_text is None else Value(text=as_text, flags=(TEXT_FOR_NUMBER,))
    comparator = _plain(node.get("comparator"))
    measured = node.get("system") in (None, _UCUM)
    # A bound must not read as a measurement: "<5" stands as text beside the number.
    return Value(token, _unit(node), None if comparator is None else comparator + token, measured)


def _unit(quantity: Mapping[str, Any]) -> str | None:
    code, unit = _plain(quantity.get("code")), _plain(quantity.get("unit"))
    return code or unit if quantity.get("system") == _UCUM else unit or code


def _money(node: object) -> Value:
    """An amount; its unit is the currency (ISO 4217), which UCUM hasn't."""
    if not isinstance(node, dict) or (token := token_of(node.get("value"))) is None:
        return NOTHING
    return Value(token, _plain(node.get("currency")))


def _number(node: object) -> Value:
    return Value(token_of(node))


def _code(node: object) -> Value:
    return Value(text=_plain(node))


def _string(node: object) -> Value:
    """A text; one that is nothing but a number came where a number belongs."""
    text = _plain(node)
    odd = text is not None and _NUMBER.fullmatch(text) is not None
    return Value(text=text, flags=(TEXT_FOR_NUMBER,) if odd else ())


def _boolean(node: object) -> Value:
    return Value(text="true" if node else "false") if isinstance(node, bool) else NOTHING


def _range(node: object) -> Value:
    return _two(node, "low", "high", "..")


def _ratio(node: object) -> Value:
    return _two(node, "numerator", "denominator", "/")


def _two(node: object, first: str, second: str, between: str) -> Value:
    if not isinstance(node, dict):
        return NOTHING
    sides = [_quantity(node.get(name)) for name in (first, second)]
    numbers = [side.text or side.number or "" for side in sides]
    unit = sides[0].unit or sides[1].unit
    return Value(text=between.join(numbers) + (f" {unit}" if unit else "")) if any(numbers) else NOTHING


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) and value and not isinstance(value, NumberToken) else None


_READERS: Final[Mapping[str, Callable[[object], Value]]] = {
    "quantity": _quantity,
    "number": _number,
    "money": _money,
    "code": _code,
    "string": _string,
    "boolean": _boolean,
    "range": _range,
    "ratio": _ratio,
}
