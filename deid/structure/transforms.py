"""Acts that put another value in an element's place: bands and cases, constants, noise, pseudonyms.

Noise comes from the subject's own secret, so that one value of a subject becomes the same thing everywhere,
and the same value of two subjects doesn't. Without a subject there is no secret: then masked. An
identifier's pseudonym is that of the identifier (`SubjectContext.identify`), whoever has it.
"""

import hmac
import json
from decimal import ROUND_FLOOR, Context, Decimal, InvalidOperation
from typing import Final

import msgspec

from plummer.deid.policy import Action, Rule
from plummer.deid.policy.parameters import Case, Generalise, Perturb, Substitute
from plummer.deid.policy.reach import PSEUDONYM_KEEPS
from plummer.deid.structure import primitives
from plummer.deid.structure.codes import over_89
from plummer.deid.structure.json import Value, is_number, number_text
from plummer.deid.structure.numbers import keep_act
from plummer.deid.structure.state import MASKED, Act, Json, Marked, State

ACTIONS: Final = frozenset({Action.GENERALISE, Action.SUBSTITUTE, Action.PERTURB, Action.PSEUDONYMISE})
_EXACT: Final = Context(prec=120)
_LARGEST: Final = 30
_LEAST: Final = {"unsignedInt": 0, "positiveInt": 1}
_INTEGERS: Final = frozenset({"integer", *_LEAST})
_PRECISION: Final = {"year": 4, "month": 7}


def _keyed(state: State, purpose: str, *parts: str) -> bytes | None:
    """32 bytes from the subject's secret; JSON keeps the parts apart."""
    secret = state.subject.context.secret
    if not secret:
        return None
    return hmac.digest(secret, json.dumps([purpose, *parts]).encode(), "sha256")


def _decimal(value: Value) -> Decimal | None:
    """A JSON number, unless its exponent makes it longer than anything measured."""
    if not is_number(value):
        return None
    try:
        number = Decimal(number_text(value))
    except InvalidOperation:
        return None
    return (
        number if abs(number.adjusted()) <= _LARGEST and len(number.as_tuple().digits) <= _LARGEST else None
    )


def _as_json(number: Decimal, kind: str) -> Value:
    """A number as JSON writes it; masked where the datatype doesn't allow it."""
    if kind in _INTEGERS:
        whole = int(number)
        fits = number == whole and _LEAST.get(kind, -(2**31)) <= whole < 2**31
        return whole if fits else MASKED
    return msgspec.Raw(format(number, "f").encode())


def generalise_act(rule: Rule, kind: str, path: str) -> Act:
    """Bands, cases, or the year or month of a date."""
    told = rule.parameters
    if not isinstance(told, Generalise):
        return primitives.drop
    if told.to is not None:
        return _truncated(kind, path, _PRECISION[told.to])
    if told.cases:
        return _by_cases(told, kind, path)
    return _by_width(Decimal(told.width), kind) if told.width else _by_bounds(told, kind)


def _truncated(kind: str, path: str, length: int) -> Act:
    treat = primitives.birth_act if path == "Patient.birthDate" else primitives.date_act(kind, path)

    def act(value: Value, state: State, around: Json) -> Value:
        found = treat(value, state, around)
        if isinstance(found, Marked):
            text = found.value
            return found if text is None else Marked(found.extensions, text[:length])
        return found[:length] if isinstance(found, str) else found

    return act


def _by_width(width: Decimal, kind: str) -> Act:
    def act(value: Value, state: State, _: Json) -> Value:
        number = _decimal(value)
        if number is None:
            return MASKED
        band = _EXACT.divide(number, width).to_integral_value(ROUND_FLOOR)
        return _as_json(_EXACT.multiply(band, width), kind)

    return act


def _by_bounds(told: Generalise, kind: str) -> Act:
    bounds = [Decimal(bound) for bound in reversed(told.bounds)]

    def act(value: Value, state: State, _: Json) -> Value:
        number = _decimal(value)
        found = None if number is None else next((bound for bound in bounds if bound <= number), None)
        return MASKED if found is None else _as_json(found, kind)

    return act


def _fits(case: Case, text: str, number: Decimal | None) -> bool:
    if case.values:
        return text in case.values or (number is not None and any(_same(v, number) for v in case.values))
    if number is None:
        return False
    above = case.start is None or number >= Decimal(case.start)
    return above and (case.below is None or number < Decimal(case.below))


def _same(text: str, number: Decimal) -> bool:
    try:
        return Decimal(text) == number
    except InvalidOperation:
        return False


def _by_cases(told: Generalise, kind: str, path: str) -> Act:
    others = _others(told.others, kind, path)

    def act(value: Value, state: State, around: Json) -> Value:
        number = _decimal(value)
        text = number_text(value) if is_number(value) else value
        if isinstance(text, str):
            for case in told.cases:
                if _fits(case, text, number):
                    return case.to if isinstance(case.to, str) else _as_json(Decimal(str(case.to)), kind)
        return others(value, state, around)

    return act


def _others(word: str, kind: str, path: str) -> Act:
    if word == "keep":
        return primitives.code_act(path) if kind == "code" else keep_act(kind, path.rpartition(".")[2])
    plain: dict[str, Act] = {
        "mask": primitives.mask,
        "drop": primitives.drop,
        "phrase": primitives.phrase,
        "clean": primitives.clean,
    }
    return plain[word]


def substitute_act(rule: Rule) -> Act:
    """The policy's own constant."""
    told = rule.parameters
    if not isinstance(told, Substitute):
        return primitives.drop
    constant = json.loads(told.json)
    return lambda value, state, _: constant


def _moved(told: Perturb, number: Decimal, path: str, text: str, state: State) -> Decimal | None:
    drawn = _keyed(state, "perturb", path, text)
    if drawn is None:
        return None
    half = Decimal(told.span) / 2
    part = _EXACT.divide(Decimal(int.from_bytes(drawn[:8], "big")), Decimal(2**64 - 1))
    noise = _EXACT.subtract(_EXACT.multiply(part, Decimal(told.span)), half)
    moved = _EXACT.add(number, _EXACT.multiply(number, noise) if told.of == "proportional" else noise)
    exponent = number.as_tuple().exponent
    digits = told.digits if told.digits is not None else max(0, -exponent if isinstance(exponent, int) else 0)
    return moved.quantize(Decimal(1).scaleb(-digits), context=_EXACT)


def perturb_act(rule: Rule, kind: str, path: str) -> Act:
    """A number with noise; a count that noise would make negative stays at its least."""
    told = rule.parameters
    if not isinstance(told, Perturb):
        return primitives.drop
    whole = Perturb(told.span, told.of, 0) if kind in _INTEGERS else told

    def act(value: Value, state: State, _: Json) -> Value:
        number = _decimal(value)
        moved = None if number is None else _moved(whole, number, path, number_text(value), state)
        if moved is None:
            return MASKED
        return _as_json(max(moved, Decimal(_LEAST[kind])) if kind in _LEAST else moved, kind)

    return act


def perturb_quantity_act(rule: Rule, path: str, walk: Act) -> Act:
    """A quantity whose number has noise; masked where noise would make an age of 90 of it."""
    noise = perturb_act(rule, "decimal", path)

    def act(value: Value, state: State, around: Json) -> Value:
        out = walk(value, state, around)
        if not isinstance(out, dict) or "value" not in out:
            return out
        moved = noise(out["value"], state, around)
        if isinstance(moved, Marked):
            return MASKED
        # the limit of 90 holds for whatever stands in the result
        return MASKED if over_89({**out, "value": moved}) else {**out, "value": moved}

    return act


def pseudonym_act(rule: Rule, kind: str, path: str) -> Act:
    """A text replaced by 26 characters: the same for one text at this path in the whole home."""

    def act(value: Value, state: State, _: Json) -> Value:
        if not isinstance(value, str):
            return MASKED
        return state.subject.context.identify("", path, value) or MASKED

    return act


def pseudonym_identifier_act(rule: Rule, walk: Act) -> Act:
    """An Identifier with its value replaced; its system stays only where the rule names it in full."""
    named = frozenset(
        system for condition in rule.when if condition.field == "system" for system in condition.exact
    )

    def act(value: Value, state: State, around: Json) -> Value:
        if not isinstance(value, dict) or not isinstance(value.get("value"), str):
            return None
        system = value.get("system")
        named_by = system if isinstance(system, str) else ""
        pseudonym = state.subject.context.identify(named_by, "", value["value"])
        if pseudonym is None:
            return MASKED
        out = walk(value, state, around) or {}
        kept = {name: out[name] for name in sorted(PSEUDONYM_KEEPS) if name in out}
        if isinstance(system, str) and system in named:
            kept["system"] = system
        return {**kept, "value": pseudonym}

    return act
