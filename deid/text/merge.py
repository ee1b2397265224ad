"""The last layer of detection: from overlapping findings to spans that stand apart.

The union of all layers counts. The type is that of the best finding; what the patient's own record names
comes first and no veto touches it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from plummer.deid.recognizers.words import is_eponym
from plummer.deid.tagger.labels import LABELS
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.spans import Span

_JOINS: Final = {
    "NAME": re.compile(r"[ \t]*[.^'-]?[ \t]*\n?[ \t]*|,[ \t]?"),
    "STREET": re.compile(r",?\s{0,3}"),
}
# Types that the tagger tells apart at least as well as the rules.
_VAGUE: Final = frozenset({"NAME", "CITY", "COUNTY", "ORGANIZATION", "OTHER_ID"})
#: What notes write where a name has been taken out by hand.
_PLACEHOLDERS: Final = frozenset({"X", "Y", "Z", "XX", "XXX", "XYZ", "ABC", "ABCD"})
_LEVEL: Final = re.compile(r"\b[CTLS]\d{0,2}[-/]?[CTLS]?\d{1,2}(?:[-/][CTLS]?\d{1,2})?$")
_PRODUCT: Final = re.compile(r"\b(?:NDC:?\s?[\d-]*|A?NDA\d*|CPT\s?\d*|ICD\S*\s?\S*)$")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SENTENCE: Final = re.compile(r"\b[A-Z][a-z]+\s[a-z]")
_UNIT: Final = re.compile(r"\s?(?:pain|scale|mg|mcg|ml|g|kg|cm|mm|units?|iu|meq|%)\b", re.IGNORECASE)
_RATIO: Final = re.compile(r"\d{1,3}\s?/\s?(?:3[2-9]|[4-9]\d|\d{3})|\d?\.\d{1,3}")
_SCORE: Final = re.compile(r"\d{1,2}\s?/\s?\d{1,2}")
_SCORED: Final = re.compile(
    r"\b(?:apgars?|glasgow|gcs|mmse|moca|strength|motor|reflexes|pain|scores?|scored|scale|murmur|grade)"
    r"\b[^.;\n]{0,12}$", re.IGNORECASE
)  # fmt: skip
_DATED: Final = re.compile(r"\b(?:on|since|until|til|by|dated?|DOS|dob|of|from|to|in)[\s:]*$", re.IGNORECASE)
# Findings of these rules are eponyms more often than people when they are one word of the veto list.
_WEAK: Final = (
    "site.",
    "given_name.",
    *(f"cued_name.{rule}" for rule in ("relative", "initials", "greeting", "self", "aged")),
)


def merge(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Union, veto, one type for each cluster, neighbours joined.

    Args:
        text: the text that the offsets count in.
        spans: findings of every layer, in any order, overlapping.

    Example:
        >>> found = [Span(0, 4, "NAME", 0.8, "a"), Span(5, 8, "NAME", 1.0, "known.name")]
        >>> merge("Jane Doe", found)
        (Span(start=0, end=8, type='NAME', score=1.0, by='known.name'),)
    """
    kept = sorted(
        (s for s in spans if not _vetoed(text, s)), key=lambda s: (s.start, -s.end, s.type, s.by, s.score)
    )
    clusters: list[list[Span]] = []
    reach = -1
    for span in kept:
        if span.start < reach:
            clusters[-1].append(span)
        else:
            clusters.append([span])
        reach = max(reach, span.end)
    return tuple(_joined(text, [_one(cluster) for cluster in clusters]))


def _vetoed(text: str, span: Span) -> bool:
    if span.by.startswith("tagger.") and _measured(text, span):
        return True
    if span.type != "NAME" or not span.by.startswith(_WEAK):
        return False
    value = text[span.start : span.end]
    return len(value.split()) == 1 and is_eponym(value)


def _measured(text: str, span: Span) -> bool:
    """Whether the tagger took a level of the spine, a dose, a ratio or a code for a date or number."""
    if span.type not in {"DATE", "OTHER_ID", "PHONE", "AGE", "ZIP"}:
        return span.type in {"NAME", "ORGANIZATION"} and _nobody(text, span)
    before, after = text[max(span.start - 8, 0) : span.start], text[span.end : span.end + 8]
    value = text[span.start : span.end]
    return bool(
        _LEVEL.search(before + value)
        or _PRODUCT.search(before + value)
        or _UNIT.match(after)
        or (span.type == "DATE" and len(value) < 3 and value.isdigit() and after[:1] == "/")
        or (_RATIO.fullmatch(value) and not _DATED.search(before))
        or (_SCORE.fullmatch(value) and _scored(text, span.start) and not _DATED.search(before))
    )


def _scored(text: str, start: int) -> bool:
    return _SCORED.search(text[max(start - 24, 0) : start]) is not None


def _nobody(text: str, span: Span) -> bool:
    """Whether a name is a placeholder, or everyday words in small letters amid a text that has capitals."""
    value = text[span.start : span.end]
    if value in _PLACEHOLDERS:
        return True
    around = text[max(span.start - 200, 0) : span.end + 200]
    english = all("a" in lexicon().get(word, "") for word in _WORD.findall(value))
    return value.islower() and english and _SENTENCE.search(around) is not None


def _one(cluster: list[Span]) -> Span:
    best = max(cluster, key=lambda s: (*_rank(s, cluster), s.end - s.start, s.score, s.type, s.by))
    if best.by.startswith("known.") and best.type == "OTHER_ID":
        # The record knows that it is an identifier, a cue in the text knows of which kind.
        cued = [s for s in cluster if s.type != "OTHER_ID" and (s.start, s.end) == (best.start, best.end)]
        best = max(cued, key=lambda s: (s.score, s.type, s.by), default=best)
    if best.by.startswith("known.") and best.type == "NAME":
        # A patient called May: the day goes as a day, which keeps its place on the timeline.
        # A name within an address of the net: the whole is one address.
        whole = [s for s in cluster if s.type in {"DATE", "EMAIL", "URL"} and _within(best, s)]
        best = max(whole, key=lambda s: (s.score, s.by), default=best)
    start, end = min(s.start for s in cluster), max(s.end for s in cluster)
    return Span(start, end, best.type, max(s.score for s in cluster), best.by)


def _rank(span: Span, cluster: list[Span]) -> tuple[bool, bool]:
    """The record first; the tagger last where it saw only a group of types and a rule knows which one.

    A rule that reads a whole date or number is surer of its kind than the tagger.
    """
    grouped = span.by.startswith("tagger.") and any(
        not other.by.startswith("tagger.")
        and (LABELS[other.type] == LABELS[span.type] or (other.type not in _VAGUE and _same(other, span)))
        for other in cluster
    )
    return span.by.startswith("known."), not grouped


def _same(one: Span, other: Span) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _within(inner: Span, outer: Span) -> bool:
    longer = outer.end - outer.start > inner.end - inner.start
    return longer and outer.start <= inner.start and outer.end >= inner.end


def _joined(text: str, spans: list[Span]) -> Iterator[Span]:
    current: Span | None = None
    for span in spans:
        if current is not None and _neighbours(text, current, span):
            best = max(current, span, key=lambda s: (s.by.startswith("known."), s.score, s.end - s.start))
            current = Span(current.start, span.end, current.type, best.score, best.by)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _neighbours(text: str, left: Span, right: Span) -> bool:
    joins = _JOINS.get(left.type)
    if left.type != right.type or joins is None or right.start - left.end > 6:
        return False
    between = text[left.end : right.start]
    if between.startswith(",") and left.type == "NAME":
        return (
            len(text[left.start : left.end].split()) == 1 and len(text[right.start : right.end].split()) <= 3
        )
    return joins.fullmatch(between) is not None
