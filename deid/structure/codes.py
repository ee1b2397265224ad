"""Codings and units: what a listed code system vouches for stays, everything else is text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plummer.deid.policy import Action, Policy
from plummer.deid.structure.json import Value, is_number, number_text
from plummer.deid.structure.primitives import phrase_of
from plummer.deid.structure.shapes import IHE_FORMATS, is_code, is_system, is_unit
from plummer.deid.structure.state import MASK, MASKED, Json, State
from plummer.schemas.fhir import code_table

_VERSION: Final = re.compile(
    r"[0-9]{1,2}(\.[0-9]{1,3}){0,2}|http://snomed\.info/sct/[0-9]{6,18}(/version/[0-9]{6,8})?"
)
_OID: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,15}")
_VENDOR_CODE: Final = re.compile(r"0|[1-9][0-9]{0,5}")
_FREE_TYPED: Final = "0"
"""The code that Epic gives to what a user typed; what was typed is in the display."""

_UNIT_WORDS_WORDS: Final = (
    "% mg g kg ug mcg ng pg l ml dl ul cm mm m in ft lb oz kg/m2 mmhg bpm /min min h hr hrs hour "
    "hours day days d week weeks wk month months mo year years yr yrs y a s sec seconds minutes score "
    "iu u units unit meq mmol mol nmol umol pmol tablet tablets capsule capsules puff puffs drop "
    "drops dose doses each count ratio index copies cells cel degf degc f c deg percent beats breaths "
    "times"
)
UNIT_WORDS: Final = frozenset(_UNIT_WORDS_WORDS.split())
_YEARS: Final = {"a": 90.0, "mo": 1080.0, "wk": 4696.0, "d": 32_872.0, "h": 788_940.0, "min": 47_336_400.0}
_NAMES: Final = {
    "year": "a",
    "yr": "a",
    "y": "a",
    "month": "mo",
    "mon": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may stay of a coding.

    Attributes:
        rule: the rule that says so.
        system: whether the system stays.
        code: whether the code stays.
        display: the system's own display, None if its table isn't at hand.
        free_typed: whether the display is what a user typed.
    """

    rule: str
    system: bool = False
    code: bool = False
    display: str | None = None
    free_typed: bool = False


_NO_SYSTEM: Final = Verdict("code_system.none.drop")


@lru_cache(maxsize=4096)
def _listed_form(systems: tuple[tuple[str, str], ...], system: str) -> str | None:
    """The form of a system's codes, if the policy lists it exactly, or by a prefix and HL7 has it."""
    for listed, form in systems:
        if listed == system:
            return form
    for listed, form in systems:
        if listed.endswith("*") and system.startswith(listed[:-1]):
            return form if is_system(form, system) else None
    return None


class CodeRules:
    """The code systems of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._systems = tuple(policy.code_systems.items())
        self._vendors = policy.vendor_systems
        self._known: dict[tuple[Value, Value], Verdict] = {}

    def judge(self, system: Value, code: Value) -> Verdict:
        """What may stay of a coding, by its system and code."""
        try:
            return self._known[system, code]
        except (KeyError, TypeError):
            pass
        if not isinstance(code, str | None) or not isinstance(system, str):
            listed = system is None and code in IHE_FORMATS if isinstance(code, str) else False
            return Verdict("code_system.none.keep", code=True) if listed else _NO_SYSTEM
        if len(self._known) > 200_000:
            self._known.clear()
        return self._known.setdefault((system, code), self._judge(system, code))

    def _judge(self, system: str, code: str | None) -> Verdict:
        form = _listed_form(self._systems, system)
        if form is not None:
            good = code is None or is_code(form, system, code)
            own = (code_table(system) or {}).get(code or "") if good and form == "hl7" else None
            return Verdict(f"code_system.{form}.{'keep' if good else 'drop'}", True, good, own)
        good = code is not None and _VENDOR_CODE.fullmatch(code) is not None
        if any(system.startswith(v) and _OID.fullmatch(system[len(v) :]) for v in self._vendors):
            rule = f"code_system.vendor.{'keep' if good else 'drop'}"
            return Verdict(rule, good, good, free_typed=code == _FREE_TYPED)
        return Verdict(f"code_system.unlisted.{'keep' if good else 'drop'}", False, good)


def _display(verdict: Verdict, key: tuple[Value, ...], state: State) -> str | None:
    _, code, display = key[:3]
    if not isinstance(display, str) or not display:
        return None
    if verdict.free_typed:
        state.counts["display.free_typed.drop"] += 1
        return None
    own = verdict.display
    if own:
        return display if display.casefold() == own.casefold() or display == code else own
    return phrase_of(display, state)


def _common(verdict: Verdict, key: tuple[Value, ...], state: State) -> Verdict:
    """The verdict on a coding that k subjects share: its display stays, and a local code of plain words."""
    _, code, display = key[:3]
    ours = verdict.system and verdict.code
    if ours or all(phrase_of(part, state) == part for part in (code, display)):
        return Verdict("code_system.common.keep", True, True, display)
    return verdict


def coding_act(rules: CodeRules) -> Value:
    """The act for a Coding: system and code as the policy's list allows, the display as `_display` says."""

    def make(key: tuple[Value, ...], state: State) -> tuple[str, Json | None]:
        system, code, _, version, selected = key
        verdict = rules.judge(system, code)
        if key[:3] in state.population.labels and not verdict.free_typed:
            verdict = _common(verdict, key, state)
        out: Json = {"system": system} if verdict.system else {}
        if isinstance(version, str) and verdict.system and _VERSION.fullmatch(version):
            out["version"] = version
        if verdict.code and code is not None:
            if not verdict.system and system is not None:
                out["_system"] = {"extension": [MASK]}
            out["code"] = code
        if phrase := _display(verdict, key, state):
            out["display"] = phrase
        if "code" not in out and "display" not in out:
            return verdict.rule, None
        return verdict.rule, out | ({"userSelected": selected} if isinstance(selected, bool) else {})

    def act(value: Value, state: State, _: Json) -> Json | None:
        if value.__class__ is not dict:
            state.counts["default.shape.drop"] += 1
            return None
        get = value.get
        key = (get("system"), get("code"), get("display"), get("version"), get("userSelected"))
        try:
            rule, out = state.subject.codings[key]
        except KeyError:
            rule, out = state.subject.codings[key] = make(key, state)
        except TypeError:  # a part that can't be hashed is no string
            rule, out = "default.shape.drop", None
        state.counts[rule] += 1
        return out

    return act


def _age_limit(value: Json) -> float | None:
    code = value.get("code") or value.get("unit")
    if not isinstance(code, str):
        return None
    word = code.strip().lower().rstrip("s")
    return _YEARS.get(code) or _YEARS.get(_NAMES.get(word, word))


def is_time(value: Json) -> bool:
    """Whether a quantity is of time, or of nothing that it names.

    Example:
        >>> is_time({"value": 93, "unit": "%"}), is_time({"value": 93}), is_time({"value": 93, "code": "a"})
        (False, True, True)
    """
    unitless = "value" in value and "unit" not in value and "code" not in value
    return unitless or _age_limit(value) is not None


def over_89(value: Json, default: float | None = None) -> bool:
    """Whether a quantity of time is 90 years or more.

    Example:
        >>> over_89({"value": 93, "unit": "years"}), over_89({"value": 93, "unit": "kg"})
        (True, False)
    """
    number = value.get("value")
    limit = _age_limit(value) or default
    return limit is not None and is_number(number) and float(number_text(number)) >= limit


def quantity_check(value: Value, state: State, _: Json) -> Value:
    """Close a Quantity of 90 years or more, whatever it is of; else None, and its parts are walked.

    Not where the policy keeps ages (a limited data set may).
    """
    if isinstance(value, dict) and state.policy.by_type["Age"].action is Action.AGE and over_89(value):
        state.counts["age.over_89.mask"] += 1
        return MASKED
    return None


def age_check(value: Value, state: State, _: Json) -> Value:
    """Close an Age, or a Range of ages, over 89; all ages of a subject whom they would tell to be 90."""
    if not isinstance(value, dict):
        return None
    parts = [part for part in (value, value.get("low"), value.get("high")) if isinstance(part, dict)]
    if state.subject.context.dates.over_89 or any(over_89(part, 90.0) for part in parts):
        state.counts["age.over_89.mask"] += 1
        return MASKED
    return None


def _own_display(coding: Json) -> str:
    system, code = coding.get("system"), coding.get("code")
    table = code_table(system) if isinstance(system, str) else None
    return table.get(code, "") if table is not None and isinstance(code, str) else ""


def concept_text(value: Value, state: State, parent: Json) -> str | None:
    """A CodeableConcept's text: kept where HL7 itself calls one of its codes so, else a phrase."""
    if not isinstance(value, str):
        return None
    codings = parent.get("coding")
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict) and _own_display(coding).casefold() == value.casefold():
            return value
    return phrase_of(value, state)


def unit_act(value: Value, state: State, parent: Json) -> str | None:
    """A unit as printed: kept if UCUM or a common word, else a phrase."""
    if not isinstance(value, str):
        return None
    return value if _plain_unit(value) else phrase_of(value, state)


@lru_cache(maxsize=16_384)
def _plain_unit(value: str) -> bool:
    word = value.lower()
    return word in UNIT_WORDS or word.removesuffix("s") in UNIT_WORDS or is_unit(value)


def unit_code_act(rules: CodeRules) -> Value:
    """The act for a Quantity's code: kept if its system is listed and it has that system's form."""

    def act(value: Value, state: State, parent: Json) -> str | None:
        if isinstance(value, str) and _plain_unit(value):
            return value
        verdict = rules.judge(parent.get("system"), value)
        state.counts[verdict.rule] += 1
        return value if verdict.code and verdict.system else None

    return act


def unit_system_act(rules: CodeRules) -> Value:
    """The act for a Quantity's system: kept if listed."""

    def act(value: Value, state: State, parent: Json) -> str | None:
        return value if rules.judge(value, None).system else None

    return act
