"""Operators: equality and order by type, three-valued logic, arithmetic that stays exact."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from plummer.pipelines.views.fhirpath import temporal
from plummer.pipelines.views.fhirpath.code import Code, Env, Function, Values, boolean, number, single, truth
from plummer.pipelines.views.fhirpath.errors import mistyped
from plummer.pipelines.views.fhirpath.types import TEMPORAL


def operator(op: str, left: Code, right: Code) -> Code:  # noqa: PLR0911 (one per kind)
    """The code of ``left op right``."""
    if op in _LOGIC:
        return Code(_logical(op, left.run, right.run), "boolean")
    if op in _ORDER:
        return Code(_ordered(op, left, right), "boolean")
    if op in ("=", "!=", "~", "!~"):
        return Code(_equality(op, left, right), "boolean")
    if op in ("in", "contains"):
        inner, outer = (left, right) if op == "in" else (right, left)
        return Code(_membership(inner.run, outer.run), "boolean")
    if op == "|":
        return Code(_union(left.run, right.run), left.type if left.type == right.type else "")
    if op == "&":
        return Code(_glued(left.run, right.run), "string")
    return Code(_arithmetic(op, left.run, right.run), _arithmetic_type(op, left.type, right.type))


def _arithmetic_type(op: str, left: str, right: str) -> str:
    if op in ("div", "mod") or (left == right == "integer"):
        return "decimal" if op == "/" else left
    return "string" if op == "+" and "string" in (left, right) else "decimal"


# Logic: https://hl7.org/fhirpath/N1/#boolean-logic, None for the empty collection


def _and(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else (None if a is None or b is None else True)


def _or(a: bool | None, b: bool | None) -> bool | None:
    return True if a or b else (None if a is None or b is None else False)


def _xor(a: bool | None, b: bool | None) -> bool | None:
    return None if a is None or b is None else a != b


def _implies(a: bool | None, b: bool | None) -> bool | None:
    return _or(None if a is None else not a, b)


_LOGIC: Final[Mapping[str, Callable[[bool | None, bool | None], bool | None]]] = {
    "and": _and, "or": _or, "xor": _xor, "implies": _implies,
}  # fmt: skip


def _logical(op: str, left: Function, right: Function) -> Function:
    rule, what = _LOGIC[op], f"'{op}'"

    def go(focus: Values, env: Env) -> Values:
        return boolean(rule(truth(left(focus, env), what), truth(right(focus, env), what)))

    return go


_ORDER: Final[Mapping[str, Callable[[int], bool]]] = {
    "<": lambda sign: sign < 0, ">": lambda sign: sign > 0, "<=": lambda sign: sign <= 0,
    ">=": lambda sign: sign >= 0,
}  # fmt: skip


def _ordered(op: str, left: Code, right: Code) -> Function:
    rule, what, dated = _ORDER[op], f"'{op}'", _dated(left, right)

    def go(focus: Values, env: Env) -> Values:
        a, b = single(left.run(focus, env), what), single(right.run(focus, env), what)
        if a is None or b is None:
            return []
        sign = _sign(a, b, dated, what)
        return [] if sign is None else [rule(sign)]

    return go


def _dated(left: Code, right: Code) -> bool:
    return left.type in TEMPORAL or right.type in TEMPORAL


def _sign(a: Any, b: Any, dated: bool, what: str) -> int | None:  # noqa: ANN401 (JSON)
    if dated:
        first, second = temporal.moment(a), temporal.moment(b)
        return None if first is None or second is None else temporal.compare(first, second)
    if isinstance(a, dict) and isinstance(b, dict):
        if not comparable(a, b):
            return None
        a, b = a["value"], b["value"]
    if _kind(a) != _kind(b) or _kind(a) not in ("number", "string"):
        raise mistyped(what)
    return int(a > b) - int(a < b)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    return "string" if isinstance(value, str) else "complex"


def comparable(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether two quantities have values in the same unit; units are never converted here.

    Example:
        >>> comparable({"value": 1, "code": "mg"}, {"value": 2, "unit": "mg"})
        True
    """
    units = [{one.get("code"), one.get("unit")} - {None} for one in (a, b)]
    values = all(_kind(one.get("value")) == "number" for one in (a, b))
    return values and (bool(units[0] & units[1]) or not any(units))


def _equality(op: str, left: Code, right: Code) -> Function:
    dated, wanted = _dated(left, right), op in ("=", "~")
    alike = op in ("~", "!~")

    def go(focus: Values, env: Env) -> Values:
        a, b = left.run(focus, env), right.run(focus, env)
        same = _equivalent(a, b, dated) if alike else _equal_lists(a, b, dated)
        return [] if same is None else [same is wanted]

    return go


def _equal_lists(a: Values, b: Values, dated: bool) -> bool | None:
    if not a or not b:
        return None
    if len(a) != len(b):
        return False
    found = [equal(x, y, dated=dated) for x, y in zip(a, b, strict=True)]
    return False if False in found else (None if None in found else True)


def equal(a: Any, b: Any, *, dated: bool = False) -> bool | None:  # noqa: ANN401 (JSON)
    """Equality of two values; None where partial dates can't tell.

    Example:
        >>> equal(1, Decimal("1.0")), equal(True, 1), equal("2020", "2020-01", dated=True)
        (True, False, None)
    """
    if dated:
        first, second = temporal.moment(a), temporal.moment(b)
        if first is not None and second is not None:
            sign = temporal.compare(first, second)
            return None if sign is None else sign == 0
    if isinstance(a, dict) and isinstance(b, dict) and "value" in a and "value" in b and comparable(a, b):
        return bool(a["value"] == b["value"])
    return _kind(a) == _kind(b) and a == b


def _equivalent(a: Values, b: Values, dated: bool) -> bool:
    """``~``: the same values in any order, text without regard to case and blanks."""
    if len(a) != len(b):
        return False
    left = list(b)
    for one in a:
        found = next((i for i, other in enumerate(left) if _like(one, other, dated)), None)
        if found is None:
            return False
        del left[found]
    return True


def _like(a: Any, b: Any, dated: bool) -> bool:  # noqa: ANN401 (JSON)
    if isinstance(a, str) and isinstance(b, str) and not dated:
        return a.casefold().split() == b.casefold().split()
    return equal(a, b, dated=dated) is True


def _membership(inner: Function, outer: Function) -> Function:
    def go(focus: Values, env: Env) -> Values:
        one, many = single(inner(focus, env), "'in'"), outer(focus, env)
        return [] if one is None else [any(equal(one, other) is True for other in many)]

    return go


def distinct(values: Values) -> Values:
    """Each value once, in order.

    Example:
        >>> distinct([1, Decimal("1.0"), "1"])
        [1, '1']
    """
    out: Values = []
    for value in values:
        if not any(equal(value, other) is True for other in out):
            out.append(value)
    return out


def _union(left: Function, right: Function) -> Function:
    return lambda focus, env: distinct([*left(focus, env), *right(focus, env)])


def _glued(left: Function, right: Function) -> Function:
    def go(focus: Values, env: Env) -> Values:
        parts = [single(side(focus, env), "'&'") for side in (left, right)]
        if any(part is not None and not isinstance(part, str) for part in parts):
            raise mistyped("'&'")
        return ["".join(part or "" for part in parts)]

    return go


def _arithmetic(op: str, left: Function, right: Function) -> Function:
    what = f"'{op}'"

    def go(focus: Values, env: Env) -> Values:
        first, second = left(focus, env), right(focus, env)
        if op == "+" and first and isinstance(first[0], str):
            a, b = single(first, what), single(second, what)
            if b is not None and not isinstance(b, str):
                raise mistyped(what)
            return [] if b is None else [a + b]
        x, y = number(first, what), number(second, what)
        return [] if x is None or y is None else _result(op, x, y)

    return go


def _result(op: str, x: int | Decimal, y: int | Decimal) -> Values:  # noqa: PLR0911 (one each)
    """Division by zero gives nothing (https://hl7.org/fhirpath/N1/#division)."""
    if op in ("/", "div", "mod") and y == 0:
        return []
    try:
        match op:
            case "+":
                return [x + y]
            case "-":
                return [x - y]
            case "*":
                return [x * y]
            case "/":
                return [Decimal(x) / Decimal(y)]
            case "div":
                return [int(Decimal(x) / Decimal(y))]
            case _:
                rest = Decimal(x) % Decimal(y)
                return [int(rest) if isinstance(x, int) and isinstance(y, int) else rest]
    except InvalidOperation:
        return []
