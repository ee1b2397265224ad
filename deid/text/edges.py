"""Labels, articles, verbs and signs of the next field at the edge of a name that tagger or cue found.

``dtr Siu Fong c``, ``Age`` behind a name in a header, ``BIN`` behind a plan: the word stays, the name goes.
"""

import re
from dataclasses import replace
from typing import Final

from plummer.deid.recognizers.words import word_list
from plummer.deid.text.spans import Span

_TOKEN: Final = re.compile(r"\S+")
_DEGREES: Final = frozenset(["M.S.", "M.A.", "B.S.", "B.A.", "M.D.", "D.O.", "R.N.", "Ph.D.", "M.Ed."])
_TRIMMED: Final = ("tagger.", "cued_name.", "titled_name.", "late_name.")
_FIELD: Final = re.compile(r":|[ ]?[(+]?\d{3}|[ ]?\x00")
_CLOSED: Final = re.compile(r"[ \t]*(?:$|[^a-z/\s])|[ \t]{2}|[ \t]*\n")
_MARKS: Final = " \t\n.,;:()[]/\"'-"


def without_labels(text: str, span: Span) -> Span:
    """A finding of tagger or cue without labels at its edges; as it was where nothing else would be left.

    Args:
        text: the shadow.
        span: found by any layer.

    Example:
        >>> text = "HCP: dtr Siu Fong c 617-555-3300"
        >>> found = without_labels(text, Span(5, 19, "NAME", 0.9, "tagger.name"))
        >>> text[found.start : found.end]
        'Siu Fong'
    """
    if span.type not in {"NAME", "PHONE"} or not span.by.startswith(_TRIMMED):
        return span
    words = [(m.start(), m.end()) for m in _TOKEN.finditer(text, span.start, span.end)]
    shouted, small = text[span.start : span.end].isupper(), text[span.start : span.end].islower()
    while len(words) > 1 and _leads(text[slice(*words[0])], shouted):
        del words[0]
    while len(words) > 1 and _trails(text, words[-1], shouted, small):
        del words[-1]
    start, end = words[0][0] if words else span.start, words[-1][1] if words else span.end
    if (start, end) == (span.start, span.end):
        return span
    value = text[start:end]
    kept = value.rstrip(_MARKS)
    start += len(value) - len(value.lstrip(_MARKS))
    return replace(span, start=start, end=end - (len(value) - len(kept))) if kept.strip(_MARKS) else span


def _leads(word: str, shouted: bool) -> bool:
    folded = word.strip(_MARKS).casefold()
    return folded in word_list("labels") or word == "A" or (not shouted and _abbreviated(word))


def _trails(text: str, place: tuple[int, int], shouted: bool, small: bool) -> bool:
    word = text[slice(*place)]
    folded = word.strip(_MARKS).casefold()
    if word in _DEGREES:
        return True
    field = len(folded) == 1 and word.islower() and not (small and _initial(text, word, place[1]))
    return folded in word_list("labels") or field or (not shouted and _abbreviated(word))


def _initial(text: str, word: str, end: int) -> bool:
    """Whether a small letter ends a name as ``imani m.`` does; ``imani c 617-555-3300`` is a cell phone."""
    return len(word) > 1 or (_FIELD.match(text, end) is None and _CLOSED.match(text, end) is not None)


def _abbreviated(word: str) -> bool:
    value = word.strip(_MARKS)
    return len(value) > 2 and value.isupper() and value.casefold() in word_list("acronyms")
