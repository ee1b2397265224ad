"""Booleans and numbers: measurements stay token by token, numbers that name someone or tell a year go."""

from typing import Final

from msgspec import Raw

from plummer.deid.dates import TimeMode
from plummer.deid.structure.json import Value, is_number, number_text
from plummer.deid.structure.state import MASKED, Act, Json, State

LARGEST: Final = {"integer": 10**8, "positiveInt": 10**6, "unsignedInt": 10**6}
"""Numbers of nine digits are social security numbers, of ten telephones; no count in a record is so large."""

_YEARS: Final = range(1880, 2101)
_MOST_DIGITS: Final = 8
_YEAR_PATHS: Final = frozenset({"valueInteger", "valueDecimal"})


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and int(text) in _YEARS


def _year_act(value: Value, state: State, text: str) -> Value:
    """A bare number that could be a calendar year, where the release may hold none."""
    if not _is_year(text) or state.subject.context.dates.mode is TimeMode.KEEP:
        return value
    state.counts["number.year.mask"] += 1
    return MASKED


def _too_long(state: State) -> Value:
    state.counts["number.too_long.mask"] += 1
    return MASKED


def _boolean(value: Value, state: State, _: Json) -> Value:
    return value if isinstance(value, bool) else None


def _digits(text: str) -> int:
    """Digits before the point, without a sign."""
    return len(text.lstrip("-").partition(".")[0].partition("e")[0].partition("E")[0])


def _decimal(key: str) -> Act:
    def act(value: Value, state: State, parent: Json) -> Value:
        kind = value.__class__
        if kind is Raw and len(value) <= _MOST_DIGITS:  # with a point or exponent, so no year
            return value
        if kind is int and -_YEARS.start < value < _YEARS.start:
            return value
        return look(value, state, parent)

    def look(value: Value, state: State, parent: Json) -> Value:
        if not is_number(value):
            return None
        text = number_text(value)
        # a quantity's unit says that it is a measurement, however large
        measured = "unit" in parent or "code" in parent
        if _digits(text) > _MOST_DIGITS and not measured:
            return _too_long(state)
        bare = key in _YEAR_PATHS or (key == "value" and not measured)
        return _year_act(value, state, text) if bare else value

    return act


def _integer(key: str, limit: int) -> Act:
    def act(value: Value, state: State, _: Json) -> Value:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        if abs(value) >= limit:
            return _too_long(state)
        return _year_act(value, state, str(value)) if key in _YEAR_PATHS else value

    return act


def keep_act(kind: str, key: str) -> Act:
    """Keep a boolean or a number of the right JSON type; anything else was never one.

    Args:
        kind: FHIR's datatype.
        key: the element's name in JSON.
    """
    if kind == "boolean":
        return _boolean
    return _decimal(key) if kind == "decimal" else _integer(key, LARGEST[kind])
