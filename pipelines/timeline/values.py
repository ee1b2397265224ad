"""Values of events: numbers with their token and unit, coded and categorical texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plummer.pipelines.timeline.codes import coded_value
from plummer.pipelines.timeline.tokens import NumberToken, float32, token_of
from plummer.schemas.mappings import EventSpec, Mappings
from plummer.schemas.mappings.paths import walk

_UCUM: Final = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Value:
    """Value columns of an event; `text` may stand beside a number (a comparator, a route)."""

    number: str | None = None
    unit: str | None = None
    text: str | None = None

    @property
    def numeric(self) -> float | None:
        """The number as a 32-bit float."""
        return None if self.number is None else float32(self.number)


NOTHING: Final = Value()


def read_value(mappings: Mappings, event: EventSpec, item: object) -> Value:
    """The first numeric and the first text value that an item holds, in the mapping's order."""
    number = unit = text = None
    for path, kind in event.value:
        for node in walk(item, path):
            found = _read(mappings, kind, node)
            if number is None and found.number is not None:
                number, unit = found.number, found.unit
            text = text or found.text
    return Value(number, unit, text) if number is not None or text is not None else NOTHING


def _read(mappings: Mappings, kind: str, node: object) -> Value:
    return Value(text=coded_value(mappings, node)) if kind == "coded" else _READERS[kind](node)


def _quantity(node: object) -> Value:
    if not isinstance(node, dict) or (token := token_of(node.get("value"))) is None:
        return NOTHING
    comparator = _plain(node.get("comparator"))
    # A bound must not read as a measurement: "<5" stands as text beside the number.
    return Value(token, _unit(node), None if comparator is None else comparator + token)


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


def _string(node: object) -> Value:
    return Value(text=_plain(node))


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
    "code": _string,
    "string": _string,
    "boolean": _boolean,
    "range": _range,
    "ratio": _ratio,
}
