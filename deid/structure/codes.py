"""Codings and units: what a listed code system vouches for stays, everything else is text."""

import re
from functools import lru_cache
from typing import Final

from plummer.deid.policy import Action, Policy
from plummer.deid.policy.forms import has_form, is_ucum
from plummer.deid.structure.json import Value, is_number, number_text
from plummer.deid.structure.primitives import phrase_of
from plummer.deid.structure.state import MASKED, Json, State

_VERSION: Final = re.compile(
    r"[0-9]{1,4}(\.[0-9]{1,3}){0,2}|http://snomed\.info/sct/[0-9]{6,18}(/version/[0-9]{6,8})?"
)
_SUFFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9.-]{1,59}")
_OID: Final = re.compile(r"[0-9.]{1,64}")
_VENDOR_CODE: Final = re.compile(r"[0-9]{1,6}")
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


@lru_cache(maxsize=4096)
def _listed_form(systems: tuple[tuple[str, str], ...], system: str) -> str | None:
    """The form of a system's codes, if the policy lists it exactly or by a prefix with a plain ending."""
    for listed, form in systems:
        if listed == system:
            return form
    for listed, form in systems:
        if listed.endswith("*") and system.startswith(listed[:-1]):
            return form if _SUFFIX.fullmatch(system[len(listed) - 1 :]) else None
    return None


class CodeRules:
    """The code systems of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._systems = tuple(policy.code_systems.items())
        self._vendors = policy.vendor_systems
        self._known: dict[tuple[Value, Value], tuple[str, bool, bool]] = {}

    def judge(self, system: Value, code: Value) -> tuple[str, bool, bool]:
        """(rule id, whether the system stays, whether the code stays)."""
        if not isinstance(system, str) or not isinstance(code, str | None):
            return "code_system.none.drop", False, False
        found = self._known.get((system, code))
        if found is None:
            found = self._known[system, code] = self._judge(system, code)
            if len(self._known) > 200_000:
                self._known.clear()
        return found

    def _judge(self, system: str, code: str | None) -> tuple[str, bool, bool]:
        form = _listed_form(self._systems, system)
        if form is not None:
            good = code is None or has_form(form, code)
            return f"code_system.{form}.{'keep' if good else 'drop'}", True, good
        if any(system.startswith(v) and _OID.fullmatch(system[len(v) :]) for v in self._vendors):
            good = code is not None and _VENDOR_CODE.fullmatch(code) is not None
            return f"code_system.vendor.{'keep' if good else 'drop'}", good, good
        return "code_system.unlisted.drop", False, False


def coding_act(rules: CodeRules) -> Value:
    """The act for a Coding: system and code as the policy's list allows, the display as a phrase."""

    def make(key: tuple[Value, ...], state: State) -> tuple[str, Json | None]:
        system, code, display, version, selected = key
        rule, keeps_system, keeps_code = rules.judge(system, code)
        out: Json = {"system": system} if keeps_system else {}
        if isinstance(version, str) and keeps_system and _VERSION.fullmatch(version):
            out["version"] = version
        if keeps_code and code is not None:
            out["code"] = code
        if isinstance(display, str) and (phrase := phrase_of(display, state)):
            out["display"] = phrase
        if "code" not in out and "display" not in out:
            return rule, None
        return rule, out | ({"userSelected": selected} if isinstance(selected, bool) else {})

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


def unit_act(value: Value, state: State, parent: Json) -> str | None:
    """A unit as printed: kept if UCUM or a common word, else a phrase."""
    if not isinstance(value, str):
        return None
    if value.lower() in UNIT_WORDS or is_ucum(value):
        return value
    return phrase_of(value, state)


def unit_code_act(rules: CodeRules) -> Value:
    """The act for a Quantity's code: kept if its system is listed and it has that system's form."""

    def act(value: Value, state: State, parent: Json) -> str | None:
        rule, _, good = rules.judge(parent.get("system"), value)
        state.counts[rule] += 1
        return value if good else None

    return act


def unit_system_act(rules: CodeRules) -> Value:
    """The act for a Quantity's system: kept if listed."""

    def act(value: Value, state: State, parent: Json) -> str | None:
        return value if rules.judge(value, None)[1] else None

    return act
