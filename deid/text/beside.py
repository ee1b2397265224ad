# ruff: noqa: E501, RUF001 (a pattern is easier to check on one line; headings stand between dashes)
"""What belongs to a name or an institution in small letters and wasn't found with it.

Amid text that has capitals the tagger doubts each word in small letters by itself: it finds ``melissa ramsey`` and leaves
``virginia`` before it, or ``shands`` and leaves ``hospital``. A word that lists hold as a name goes along where the
name's field begins or ends there; so does the kind behind an institution.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from plummer.deid.recognizers.small_organization import FIRM, KIND, SORT
from plummer.deid.recognizers.words import is_frequent, is_plain, word_list
from plummer.deid.tagger.lexicon import flags_of, lexicon
from plummer.deid.text.spans import Span

_WORD: Final = r"[a-z]{2,}(?:['-][a-z]{2,})*"
#: Nothing of a sentence goes on behind it: a mark, a number, a capital, two blanks, the end of the line.
_STOP: Final = r"(?=[ \t]*(?:$|[^a-z\s'-])|[ \t]{2}|[ \t]*\n)"
_INITIAL: Final = re.compile(rf"[ ](?!a[ ]\d|[a-z][ ]?\(?\d{{3}})([a-z])(?:\b\.?){_STOP}")
_LAST: Final = re.compile(rf"(?:[ ][a-z]\.?)?[ ]({_WORD})(?:[ ][a-z]\b\.?)?{_STOP}")
_GIVEN: Final = re.compile(rf",[ ]?({_WORD})(?:[ ][a-z]\b\.?)?{_STOP}")
_MARKED: Final = re.compile(rf"[ ]({_WORD})(?:'s)?[:;,()]")
_FIRST: Final = re.compile(rf"(?:^|[:;.(/\d\]—–-]|[ ]{{2}}|\n)[ ]?({_WORD})[ ](?:[a-z]\.?[ ])?$")
_FAMILY: Final = re.compile(rf"(?:^|[^a-z])({_WORD}),[ ]?$")
_KINDS: Final = re.compile(rf"(?:[ ]and[ ]women's)?[ ](?:{KIND}|{FIRM})\b")
#: Where the institution is, and what a place's institution is called: ``costco in mesquite``, ``hospital of whippany``.
_AT: Final = re.compile(rf"[ ](?:of|in|on|at)[ ]({_WORD})(?:[ ]{_WORD})?{_STOP}")
_OF: Final = re.compile(rf"\b(?:{SORT}[ ])?{KIND}[ ]of[ ]$")
#: A family name that a sentence goes on behind, and what a street's end may have.
_NEXT: Final = re.compile(rf"(?:[ ][a-z]\.?)?[ ]({_WORD})(?=[ ][a-z])")
_UNIT: Final = re.compile(
    r"(?:[ ](?:[ns][ew]?|[ew]))?(?:,?[ ](?:apt|unit|ste|suite|lot|rm|room|fl|floor|bldg|building|trlr)\.?[ ]#?\w{1,5})?\b"
)
_CHUNK: Final = re.compile(r"\S*$")
_CAPITALS: Final = re.compile(r"[A-Z][a-z]")
_NAMES: Final = frozenset("12ghn")
_OTHERS: Final = frozenset("di")
_QUARTERS: Final = frozenset(["north", "south", "east", "west"])
_TOWNS: Final = frozenset("ck")
_ENDED: Final = re.compile(_STOP)
_INSTITUTIONS: Final = frozenset({"ORGANIZATION", "CITY"})
_AROUND: Final = 200


def widened(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    r"""The spans, those in small letters with what belongs to them on both sides.

    Args:
        text: the shadow.
        spans: that no veto dropped.

    Example:
        >>> text = "Anes: virginia ramsey brown\nSeen at shands hospital."
        >>> [text[s.start : s.end] for s in widened(text, [Span(15, 21, "NAME", 0.9, "x"), Span(36, 42, "CITY", 0.9, "x")])]
        ['virginia ramsey brown', 'shands hospital']
    """
    for span in spans:
        yield _widened(text, span) if _small(text, span) else _family(text, span)


def _family(text: str, span: Span) -> Span:
    """A given name with the family name behind it in small letters, where a mark ends both (``RN Karen bakri:``)."""
    if span.type != "NAME" or span.by.startswith(("known.", "site.")):
        return span
    given = text[span.start : span.end].lower()
    if (more := _NEXT.match(text, span.end)) and _is_common(given, more.group(1)):
        return replace(span, end=more.end())
    more = _MARKED.match(text, span.end)
    named = more and (_is_only_name(more.group(1)) or _is_common(given, more.group(1)))
    return replace(span, end=more.end(1)) if more and named else span


def _is_only_name(word: str) -> bool:
    return _is_name(word) and "a" not in lexicon().get(word, "a")


def _small(text: str, span: Span) -> bool:
    """Whether a finding is written in small letters amid a text that has capitals."""
    start = span.start - len(_CHUNK.search(text[max(span.start - 24, 0) : span.start]).group())  # type: ignore[union-attr]  # it may be empty
    if span.by.startswith(("known.", "site.")) or not text[start : span.end].islower():
        return False
    return _CAPITALS.search(text, max(span.start - _AROUND, 0), span.end + _AROUND) is not None


def _widened(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    before = text[max(start - 48, 0) : start]
    if span.type in _INSTITUTIONS:
        return _institution(text, span, before)
    if span.type == "STREET":
        more = _UNIT.match(text, end)
        return replace(span, end=more.end()) if more else span
    if span.type != "NAME":
        return span
    if (kind := _KINDS.match(text, end)) and _ENDED.match(text, kind.end()):
        return replace(span, end=kind.end(), type="ORGANIZATION")
    if (first := _FIRST.search(before) or _FAMILY.search(before)) and _is_name(first.group(1)):
        start -= len(before) - first.start(1)
    for pattern in (_LAST, _GIVEN):
        if (more := pattern.match(text, end)) and _is_name(more.group(1)):
            end = more.end()
    if (more := _NEXT.match(text, end)) and _is_common(text[start:end], more.group(1)):
        end = more.end()
    if more := _INITIAL.match(text, end):
        end = more.end()
    return replace(span, start=start, end=end)


def _institution(text: str, span: Span, before: str) -> Span:
    if kind := _KINDS.match(text, span.end):
        span = replace(span, end=kind.end(), type="ORGANIZATION")
    if of := _OF.search(before):
        span = replace(span, start=span.start - len(before) + of.start(), type="ORGANIZATION")
    place = _AT.match(text, span.end) if span.type == "ORGANIZATION" else None
    return replace(span, end=place.end()) if place and _is_place(place.group(1)) else span


def _is_place(word: str) -> bool:
    """Whether lists hold a word as part of a town's name, and not as one that notes are full of."""
    return (
        not _TOWNS.isdisjoint(lexicon().get(word, ""))
        and not is_plain(word)
        and word not in word_list("terms")
    )


def _is_common(given: str, family: str) -> bool:
    """Whether a given name that is nothing else has one of the commonest family names behind it (``emily wood may``)."""
    first = set(lexicon().get(given, ""))
    held = is_plain(family) or family in word_list("terms")
    family_too = not {"1", "2"}.isdisjoint(lexicon().get(family, ""))
    first_too = not first.isdisjoint("gh") and not (is_plain(given) or is_frequent(given))
    return first_too and family_too and not held


@lru_cache(maxsize=16384)
def _is_name(word: str) -> bool:
    """Whether lists hold a word as a name, and not as one that notes are full of."""
    flags = flags_of(word)
    held = is_plain(word) or word in word_list("terms") or (is_frequent(word) and "1" not in flags)
    return bool(flags & _NAMES) and not held and (not flags & _OTHERS or bool(flags & {"1", "2", "g"}))
