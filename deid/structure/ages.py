"""Ages that are no Age: numbers and words that answer a question for an age (45 CFR 164.514(b)(2)(i)(C))."""

import re
from typing import Final

from plummer.deid.policy import Action
from plummer.deid.structure.codes import is_time, over_89
from plummer.deid.structure.handlers import Handler
from plummer.deid.structure.json import Value, encode, is_number, number_text
from plummer.deid.structure.state import MASK, Json, State

_CODES: Final = frozenset(
    [
        *(("http://loinc.org", code) for code in (
            "30525-0", "21612-7", "29553-5", "35659-2", "21611-9", "30972-4", "64088-7", "74087-8",
        )),
        *(("http://snomed.info/sct", code) for code in (
            "424144002", "397669002", "445518008", "406543005", "105727008", "397659008", "399423000",
        )),
    ]
)  # fmt: skip
_WORDS: Final = re.compile(r"\bage\b|\bages\b|years? old|\bhow old\b|\baged\b", re.IGNORECASE)
_ASKED: Final[dict[bytes, bool]] = {}
_MOST_ASKED: Final = 20_000
_PLAIN_AGE: Final = re.compile(
    r"[0-8]?[0-9](?:\.[0-9]{1,2})? ?(?:years?|yrs?|y|a|months?|mo|weeks?|wk|days?|d)?"
)


def asks_age(question: Json) -> bool:
    """Whether the object's ``code``, or its ``text``, asks for an age.

    Example:
        >>> asks_age({"code": {"coding": [{"system": "http://loinc.org", "code": "30525-0"}]}})
        True
        >>> asks_age({"text": "How old are you?"}), asks_age({"code": {"text": "Average pressure"}})
        (True, False)
    """
    code = question.get("code")
    key = encode([code, question.get("text")])
    if (known := _ASKED.get(key)) is None:
        if len(_ASKED) > _MOST_ASKED:
            _ASKED.clear()
        known = _ASKED[key] = _asks_age(code if isinstance(code, dict) else {}, question.get("text"))
    return known


def _asks_age(code: Json, text: Value) -> bool:
    codings = code.get("coding")
    codings = [coding for coding in codings if isinstance(coding, dict)] if isinstance(codings, list) else []
    if any((str(c.get("system")), str(c.get("code"))) in _CODES for c in codings):
        return True
    words = [text, code.get("text"), *(c.get("display") for c in codings)]
    return any(isinstance(word, str) and _WORDS.search(word) for word in words)


def _open(value: Value, state: State) -> bool:
    """Whether an answer to a question for an age may stay."""
    if isinstance(value, dict):
        parts = [part for part in (value, *value.values()) if isinstance(part, dict)]
        if not any(is_time(part) for part in parts):
            return True  # a percentile for the age, a code
        return not state.subject.context.dates.over_89 and not any(over_89(part, 90.0) for part in parts)
    if state.subject.context.dates.over_89:
        return False
    if is_number(value):
        return float(number_text(value)) < 90
    return isinstance(value, str) and _PLAIN_AGE.fullmatch(value.strip()) is not None


def answer_handler(inner: Handler, key: str, *, primitive: bool) -> Handler:
    """Write the answer as ``inner`` does, or a mark in its place where it tells an age of 90 or more."""
    place = f"_{key}" if primitive else key

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        asked = state.asks_age or ("code" in obj and asks_age(obj))
        if asked and state.policy.by_type["Age"].action is Action.AGE and not _open(value, state):
            state.counts["age.answer.mask"] += 1
            out[place] = {"extension": [MASK]}
            return
        inner(out, obj, value, state)

    return handler


def question_handler(inner: Handler) -> Handler:
    """Walk a questionnaire item's answers knowing whether it asks for an age."""

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        before, state.asks_age = state.asks_age, asks_age(obj)
        inner(out, obj, value, state)
        state.asks_age = before

    return handler
