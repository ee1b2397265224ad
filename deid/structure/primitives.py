"""Acts on single values: numbers, codes, texts, parts of addresses."""

import re
from typing import Final

from plummer.deid import geography
from plummer.deid.dates import TimeMode, parse_fhir_date
from plummer.deid.structure.dates import MASKED_IMPOSSIBLE, treat_birth, treat_date
from plummer.deid.structure.json import Value
from plummer.deid.structure.labels import ordinary_words
from plummer.deid.structure.notes import scrub_note
from plummer.deid.structure.state import MASKED, Act, Json, State
from plummer.schemas.errors import PlummerError
from plummer.schemas.fhir import COUNTRIES, is_known_code

_SAMPLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,6})?|E|U|L")
_FEWEST_SAMPLES: Final = 3
_NULLS_WORDS: Final = "unknown masked asked-unknown temp-unknown not-asked asked-declined UNK OTH ASKU"
_EXTENSION_CODES: Final = frozenset(
    [*_NULLS_WORDS.split(), "M", "F", "NI", "NA", "NASK", "MSK", "male", "female", "other"]
)
_CITY: Final = re.compile(r"[^\W\d_]+(?:(?:[ '-]|\. ?)[^\W\d_]+){0,4}")
_POSTAL: Final = re.compile(r"[0-9]{5}(?:-[0-9]{4})?|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{4,6}")
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9](?:\.[0-9]{1,6})?")


def phrase_of(text: str, state: State) -> str | None:
    """A short label, scrubbed once per subject by the text engine, and by the words that a label may have."""
    phrases = state.subject.phrases
    found = phrases.get(text)
    if found is None:
        try:
            found = state.text.scrub_phrase(text, state.subject.context.known)
        except PlummerError as error:
            state.counts[f"phrase.{error.code}.drop"] += 1
            found = ""
        phrases[text] = found = _ordinary(found, text, state)
    return found or None


def _ordinary(found: str, text: str, state: State) -> str:
    if ("", "", text) in state.population.labels:
        return found
    kept = ordinary_words(found)
    if kept != found:
        state.counts["label.word.drop"] += 1
    return kept


def date_act(kind: str, path: str) -> Act:
    """Treat a date under the subject's time mode; repeated dates once.

    Args:
        kind: ``date``, ``dateTime`` or ``instant``.
        path: ``Type.element``, as `plummer.deid.structure.population.days_of` has it.
    """

    def constant(value: str, state: State) -> bool:
        dates = state.subject.context.dates
        if dates.mode not in {TimeMode.SHIFT, TimeMode.RELATIVE}:
            return False
        parsed = parse_fhir_date(value, dates.zone)
        return parsed is not None and (state.kind, path, parsed.wall.date()) in state.population.days

    def treated(value: str, state: State) -> Value:
        dates = state.subject.context.dates
        if value[:10] in state.policy.placeholder_dates and dates.mode is not TimeMode.KEEP:
            return MASKED_IMPOSSIBLE
        return treat_date(value, kind, dates)

    def act(value: Value, state: State, _: Json) -> Value:
        if value.__class__ is not str:
            return None
        if state.population.days and constant(value, state):
            state.counts["date.constant.mask"] += 1
            return MASKED
        cache = state.subject.dates
        found = cache.get((kind, value))
        if found is None:
            found = cache[kind, value] = treated(value, state)
        return found

    return act


def birth_act(value: Value, state: State, _: Json) -> Value:
    """A patient's birth date."""
    if not isinstance(value, str):
        return None
    dates = state.subject.context.dates
    if value[:10] in state.policy.placeholder_dates and dates.mode is not TimeMode.KEEP:
        return MASKED
    return treat_birth(value, dates)


def code_act(path: str) -> Act:
    """Keep a code that R4 itself lists for the path."""
    if path in {"Extension.value[x]"}:
        return lambda value, state, _: value if isinstance(value, str) and value in _EXTENSION_CODES else None

    known: set[str] = set()

    def act(value: Value, state: State, _: Json) -> Value:
        if value.__class__ is str and (value in known or is_known_code(path, value)):
            known.add(value)  # R4's own codes, so there are few
            return value
        state.counts["code.unknown.drop"] += 1
        return None

    return act


def clean(value: Value, state: State, _: Json) -> Value:
    """Free text in an element; masked if it can't be scrubbed."""
    if not isinstance(value, str):
        return None
    try:
        cleaned = scrub_note(value, state)
        return cleaned.filled(_ordinary(cleaned.text, value, state)) or None
    except PlummerError as error:
        state.counts[f"text.{error.code}.mask"] += 1
        return MASKED


def phrase(value: Value, state: State, _: Json) -> Value:
    """A short label."""
    return phrase_of(value, state) if isinstance(value, str) else None


def numbers(value: Value, state: State, _: Json) -> Value:
    """A series of measurements (SampledData.data); one or two numbers are no series, but may name someone."""
    samples = value.split(" ") if isinstance(value, str) else []
    good = len(samples) >= _FEWEST_SAMPLES and all(_SAMPLE.fullmatch(sample) for sample in samples)
    return value if good else None


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
    """A country by its ISO 3166-1 code, or the United States by name."""
    kept = geography.country(value) if isinstance(value, str) else ""
    return kept if kept.upper() in COUNTRIES or geography.is_united_states(kept or "?") else None


def verbatim_act(path: str, kind: str) -> Act:
    """Keep what the limited data set's law lets stay, if it has the shape of what stands there."""
    shape = _TIME if kind == "time" else _POSTAL if path.endswith("postalCode") else _CITY
    if path.endswith("state"):
        return lambda value, state, _: value if isinstance(value, str) and geography.state(value) else None

    def act(value: Value, state: State, _: Json) -> Value:
        return (
            value if isinstance(value, str) and len(value) <= 40 and shape.fullmatch(value.strip()) else None
        )

    return act


def drop(value: Value, state: State, _: Json) -> None:
    """Nothing remains."""


def mask(value: Value, state: State, _: Json) -> Value:
    """Removed, and marked as removed."""
    return MASKED
