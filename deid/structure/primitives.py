"""Acts on single values: numbers, codes, texts, parts of addresses."""

import re
from typing import Final

from plummer.deid import geography
from plummer.deid.structure.dates import treat_birth, treat_date
from plummer.deid.structure.json import Value, is_number
from plummer.deid.structure.state import MASKED, Act, Json, State
from plummer.schemas.errors import PlummerError
from plummer.schemas.fhir import is_known_code

_NUMBERS: Final = re.compile(r"(?:(?:-?[0-9]{1,9}(?:\.[0-9]{1,9})?|E|U|L)(?: |$))*")
_SHORT_CODE: Final = re.compile(r"[A-Z]{1,3}")
_NULLS_WORDS: Final = "unknown masked asked-unknown temp-unknown not-asked asked-declined UNK OTH ASKU"
_NULLS: Final = frozenset(_NULLS_WORDS.split())
_LARGEST_INTEGER: Final = 2**31  # R4: integer is 32 bits, signed


def phrase_of(text: str, state: State) -> str | None:
    """A short label, scrubbed once per subject."""
    phrases = state.subject.phrases
    found = phrases.get(text)
    if found is None:
        try:
            found = state.text.scrub_phrase(text, state.subject.context.known)
        except PlummerError as error:
            state.counts[f"phrase.{error.code}.drop"] += 1
            found = ""
        phrases[text] = found
    return found or None


def keep_act(kind: str) -> Act:
    """Keep a boolean or a number of the right JSON type; anything else was never one."""
    if kind == "boolean":
        return lambda value, state, _: value if isinstance(value, bool) else None
    if kind == "decimal":
        return lambda value, state, _: value if is_number(value) else None

    def integer(value: Value, state: State, _: Json) -> Value:
        right = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INTEGER
        return value if right else None

    return integer


def date_act(kind: str) -> Act:
    """Treat a date under the subject's time mode; repeated dates once."""

    def act(value: Value, state: State, _: Json) -> Value:
        if not isinstance(value, str):
            return None
        cache = state.subject.dates
        found = cache.get((kind, value))
        if found is None:
            found = cache[kind, value] = treat_date(value, kind, state.subject.context.dates)
        return found

    return act


def birth_act(value: Value, state: State, _: Json) -> Value:
    """A patient's birth date."""
    return treat_birth(value, state.subject.context.dates) if isinstance(value, str) else None


def code_act(path: str) -> Act:
    """Keep a code that R4 itself lists for the path."""
    if path in {"Extension.value[x]"}:
        return lambda value, state, _: (
            value if isinstance(value, str) and (_SHORT_CODE.fullmatch(value) or value in _NULLS) else None
        )

    def act(value: Value, state: State, _: Json) -> Value:
        if isinstance(value, str) and is_known_code(path, value):
            return value
        state.counts["code.unknown.drop"] += 1
        return None

    return act


def clean(value: Value, state: State, _: Json) -> Value:
    """Free text in an element; masked if it can't be scrubbed."""
    if not isinstance(value, str):
        return None
    try:
        context = state.subject.context
        return state.text.scrub(value, context.known, context.dates).text or None
    except PlummerError as error:
        state.counts[f"text.{error.code}.mask"] += 1
        return MASKED


def phrase(value: Value, state: State, _: Json) -> Value:
    """A short label."""
    return phrase_of(value, state) if isinstance(value, str) else None


def numbers(value: Value, state: State, _: Json) -> Value:
    """A series of numbers (SampledData.data)."""
    return value if isinstance(value, str) and _NUMBERS.fullmatch(value) else None


def zip3(value: Value, state: State, parent: Json) -> Value:
    """The first three digits of a ZIP code."""
    country = parent.get("country")
    if not isinstance(value, str) or not isinstance(country, str | None):
        return None
    return geography.zip3(value, country, state.policy.zip3_strict) or None


def us_state(value: Value, state: State, _: Json) -> Value:
    """A state of the United States."""
    return (geography.state(value) or None) if isinstance(value, str) else None


def country(value: Value, state: State, _: Json) -> Value:
    """A country."""
    return (geography.country(value) or None) if isinstance(value, str) else None


def verbatim(value: Value, state: State, _: Json) -> Value:
    """A primitive as received."""
    return value if isinstance(value, str | bool) or is_number(value) else None


def drop(value: Value, state: State, _: Json) -> None:
    """Nothing remains."""


def mask(value: Value, state: State, _: Json) -> Value:
    """Removed, and marked as removed."""
    return MASKED
