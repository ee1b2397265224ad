# ruff: noqa: E501, RUF001 (a pattern is easier to check on one line; notes hold typographic apostrophes)
"""Ordinary words taken for names: at the start of a sentence, as an abbreviation, as the kind of an institution.

``Strong dorsalis pedis pulse.``, ``history of TIA``, ``seen in Orthopedic Clinic``, ``Russian medications``. Findings of a
layer that only guesses lose them; what a title or the records name stands.
"""

import re
from dataclasses import replace
from typing import Final

from plummer.deid.recognizers._names import DEGREE
from plummer.deid.recognizers.standing import has_title, in_sentence, is_word
from plummer.deid.recognizers.words import CITIES_TOO, LANDS, is_plain, word_list
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.spans import Span

_WORD: Final = re.compile(r"[^\W\d_]+")
_NEXT: Final = re.compile(r"[ \t]+([a-z]+)\b")
_ACRONYM: Final = re.compile(r"[A-Z]{3,5}s?")
_SENTENCE: Final = re.compile(r"\b[A-Z]?[a-z]+\s[a-z]+\s[a-z]+")
_MENTIONED: Final = re.compile(
    r"\b(?:in|at|the|our|to|from|for|of|an?|her|his|your|local|consider|via|pediatric|pulmonary)\s+$",
    re.IGNORECASE,
)
_LETTERED: Final = re.compile(
    r"\b(?:hepatitis|hep|degrees|vitamins?|influenza|group|type|factor|protein|class|stage|grade|part|plan|as|a['’]s and)\s$",
    re.IGNORECASE,
)
_REGIONS: Final = frozenset(["east coast", "west coast", "gulf coast", "midwest", "south beach"])
_COMMON: Final = frozenset("12gh")
_KINDS: Final = frozenset({"NAME", "ORGANIZATION", "CITY"})
_GUESSED: Final = (
    "tagger.",
    "echo.name",
    "echo.slip",
    "organization.",
    "city.from",
    "city.lives",
    "large_city.",
    "given_name.",
)
_NO_NAME: Final = frozenset("abdi")
_CERTAIN: Final = 0.95
_SURE: Final = 0.7
_PRONOUNS: Final = frozenset(["i", "he", "she", "it", "they", "we", "you"])
_SAYS: Final = re.compile(r"[ \t]+[a-z]")
_GOES_ON: Final = re.compile(r",[ \t]+[a-z]")
#: Behind a name: "I" that begins what somebody says, and degrees.
_PRONOUN_TAIL: Final = re.compile(r"(?<=[A-Za-z]{2})\s+I$")
_DEGREE_TAIL: Final = re.compile(rf"(?<=[a-z])(?:,?\s+(?:{DEGREE}))+$")
_LEAD: Final = re.compile(
    r"(?:[Oo]perator|[Ii]nmate|[Aa]ssist|[Hh]osp|[Ss]urgeon|[Aa]ttorney|[Pp]atient|[Ee]mployee)[ \t]+"
)
_TAIL: Final = re.compile(r"(?:.*\s)?[A-Z]\.(?=\s{1,3}([A-Z][a-z]+(?:-[A-Z]?[a-z]+)?)$)", re.DOTALL)


def is_ordinary(text: str, span: Span) -> bool:
    """Whether a guessed name, town or institution is an ordinary word or a mere kind.

    Args:
        text: the shadow.
        span: found by any layer.

    Example:
        >>> text = "Strong dorsalis pulse. She had a TIA and went to Orthopedic Clinic. Strong reports pain."
        >>> [is_ordinary(text, Span(a, b, kind, 0.9, "tagger.x")) for a, b, kind in
        ...  ((0, 6, "NAME"), (33, 36, "NAME"), (49, 66, "ORGANIZATION"), (68, 74, "NAME"))]
        [True, True, True, False]
    """
    if span.type not in _KINDS or not span.by.startswith(_GUESSED) or has_title(text, span.start):
        return False
    words = _WORD.findall(text[span.start : span.end])
    if not words:
        return False
    value = " ".join(words).casefold()
    if value in _REGIONS or (span.type == "CITY" and value in LANDS - CITIES_TOO):
        return True
    if span.type != "NAME" and all(word.casefold() in word_list("kinds") for word in words):
        unsure = span.by.startswith("tagger.") and span.score < (_CERTAIN if len(words) > 1 else _SURE)
        return unsure or _MENTIONED.search(text, max(span.start - 12, 0), span.start) is not None
    return len(words) == 1 and _is_word(text, span, words[0])


def _is_word(text: str, span: Span, word: str) -> bool:
    if word.casefold() in _PRONOUNS and _SAYS.match(text, span.end) and not in_sentence(text, span.start):
        return True
    if span.by == "tagger.name" and span.score < _CERTAIN and _no_name(word):
        return True
    if len(word) == 1:
        return _LETTERED.search(text, max(span.start - 14, 0), span.start) is not None
    return _abbreviation(text, span) or _opening(text, span, word) or _tongue(text, span, word)


def shortened(text: str, span: Span) -> Span:
    """A name without the word of the next sentence behind an initial (``Dr. F.  Unfortunately``).

    Example:
        >>> shortened("Dr. F.  Unfortunately he left", Span(4, 21, "NAME", 0.8, "tagger.name")).end
        6
    """
    if not span.by.startswith("tagger.") or span.type not in _KINDS:
        return span
    span = _bare(text, span)
    if span.type != "NAME":
        return span
    match = _TAIL.match(text[span.start : span.end])
    if match is None or not _of_next_sentence(match.group(1)):
        return span
    return Span(span.start, span.start + match.end(), span.type, span.score, span.by)


def _bare(text: str, span: Span) -> Span:
    """A finding without the role in front of it, the degrees behind it and the "I" of the next clause."""
    start, end = span.start, span.end
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead and lead.end() < end else start
    value = text[start:end]
    tail = _DEGREE_TAIL.search(value) or (_SAYS.match(text, end) and _PRONOUN_TAIL.search(value))
    return replace(span, start=start, end=start + tail.start() if tail else end)


def _no_name(word: str) -> bool:
    """Whether lists hold a word as English, clinical or a drug, and neither as a name nor as a place."""
    flags = set(lexicon().get(word.casefold(), ""))
    return bool(flags) and flags <= _NO_NAME


def _of_next_sentence(word: str) -> bool:
    """Whether lists hold a word as English and not as a common name."""
    flags = set(lexicon().get(word.casefold(), ""))
    return not is_word(word) and (is_plain(word) or ("a" in flags and not flags & _COMMON))


def _abbreviation(text: str, span: Span) -> bool:
    """A listed abbreviation in capitals amid a text that isn't all in capitals."""
    value = text[span.start : span.end].strip(".,")
    if not _ACRONYM.fullmatch(value) or value.casefold().removesuffix("s") not in word_list("acronyms"):
        return False
    return _SENTENCE.search(text, max(span.start - 120, 0), span.end + 120) is not None


def _opening(text: str, span: Span, word: str) -> bool:
    """An English word with the capital of its sentence, which goes on as no sentence about a person does."""
    flags = lexicon().get(word.casefold(), "")
    if not word.istitle() or in_sentence(text, span.start) or "a" not in flags:
        return False
    if not set(flags) & _COMMON and not is_word(word) and _GOES_ON.match(text, span.end):
        return True
    following = _NEXT.match(text, span.end)
    if following is None:
        return False
    # a word that lists hold as a common name too needs less to be one
    return following.group(1) not in (
        word_list("after_people") if set(flags) & _COMMON else word_list("after_surely")
    )


def _tongue(text: str, span: Span, word: str) -> bool:
    """A language or a people, in front of or behind a word in small letters."""
    return word.casefold() in word_list("tongues") and _NEXT.match(text, span.end) is not None
