"""The contextual veto: what the tagger is sure of, a rule about words doesn't overturn.

The tagger has seen in training how often each rule is right, and where. Where it gives a word next to no
chance of being an identifier, a rule's finding of a name, a place or an institution loses that word at its
edge, or goes altogether. Numbers, dates and what the records name are never touched.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from plummer.deid.recognizers.words import is_eponym, is_plain
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.spans import Span

#: Below this chance a word is no part of a name.
DOUBT: Final = 0.02
_WORD: Final = re.compile(r"[\w'-]*")
# A cue and a word that is nothing else make a name, though the tagger has never seen its like.
_CUED: Final = ("cued_name.", "titled_name.", "role_name.")
_ENGLISH: Final = frozenset("abdi")
_PART: Final = re.compile(r"[A-Za-z]{3,}")
_WORDS: Final = frozenset({"NAME", "ORGANIZATION", "CITY", "COUNTY"})
# Initials, listed cities behind "in", an institution's kind behind its name: rules know their places better.
_EXEMPT: Final = (
    "known.",
    "site.",
    "tagger.",
    "initials.",
    "signed_line.",
    "spelled_name.",
    "word_name.",
    "small_",
    "role_name.listed",
    "late_organization.",
    "late_name.",
    "town_zip.",
    "place_clinic.",
    "large_city.behind",
)
# Behind these stands a name whatever the tagger thinks of the word: "Ms. Hoffmann", "Mr. He".
_TITLE: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|MR|MRS|MS|MISS)\.?[ \t]{1,2}$")


def believed(
    spans: Sequence[Span], chances: Sequence[tuple[int, int, float]], text: str = ""
) -> Iterator[Span]:
    """The spans that stand, some without the words at their edges.

    Args:
        spans: of one text.
        chances: start, end and probability of every token of it; empty without a tagger.
        text: what stands before a span tells whether its first word has a title.

    Example:
        >>> chances = [(0, 3, 0.01), (4, 8, 0.9)]
        >>> [(s.start, s.end) for s in believed([Span(0, 8, "NAME", 0.7, "cued_name.label")], chances)]
        [(4, 8)]
    """
    starts = [start for start, _, _ in chances]
    for span in spans:
        if not chances or span.type not in _WORDS or span.by.startswith(_EXEMPT):
            yield span
        elif (kept := _kept(span, chances, starts)) is not None:
            yield kept
        elif span.by == "titled_name.title" and _TITLE.search(text, max(span.start - 7, 0), span.start):
            yield replace(span, end=min(span.end, _word_end(text, span.start)))
        elif span.by.startswith(_CUED) and _no_word(text[span.start : span.end]):
            yield span


def _kept(span: Span, chances: Sequence[tuple[int, int, float]], starts: Sequence[int]) -> Span | None:
    first = max(bisect_left(starts, span.start), 0)
    inside = []
    for start, end, chance in chances[first:]:
        if start >= span.end:
            break
        inside.append((start, end, chance))
    likely = [(start, end) for start, end, chance in inside if chance >= DOUBT]
    if not inside:
        return span
    return replace(span, start=likely[0][0], end=max(likely[-1][1], likely[0][0])) if likely else None


def _no_word(value: str) -> bool:
    """Whether no list holds a part of a capitalised finding as English or clinical; eponyms are people."""
    words = _PART.findall(value)
    held = [
        not is_eponym(word) and (set(lexicon().get(word.casefold(), "")) & _ENGLISH or is_plain(word))
        for word in words
    ]
    return bool(words) and value[:1].isupper() and not value.isupper() and not any(held)


def _word_end(text: str, start: int) -> int:
    return _WORD.match(text, start).end()  # type: ignore[union-attr]  # a finding begins with a letter
