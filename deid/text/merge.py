"""The last layer of detection: from overlapping findings to spans that stand apart.

The union of all layers counts. The type is that of the best finding; what the patient's own record names
comes first and no veto touches it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from plummer.deid.recognizers.words import is_eponym
from plummer.deid.tagger.labels import LABELS
from plummer.deid.text.belief import believed
from plummer.deid.text.doubt import doubtful, stands_for_nobody
from plummer.deid.text.edges import without_labels
from plummer.deid.text.ordinary import is_ordinary, shortened
from plummer.deid.text.spans import Span
from plummer.deid.text.terms import is_term

_JOINS: Final = {
    "NAME": re.compile(r"[ \t]*[.^'-]?[ \t]*\n?[ \t]*|,[ \t]?"),
    "STREET": re.compile(r",?\s{0,3}"),
}
_DEGREE: Final = re.compile(r",\s{0,2}(?:MD|PA|MA|MS|DC|ND)\b")
# Types that the tagger tells apart at least as well as the rules.
_VAGUE: Final = frozenset({"NAME", "CITY", "ORGANIZATION", "OTHER_ID"})
_UNSURE: Final = 0.8
#: These know a person by what stands around the name.
_CUED: Final = ("titled_name.", "cued_name.", "late_name.")
# What the records of the patient or of the home name, no veto touches.
_HELD: Final = ("known.", "site.")
# Findings of these rules are eponyms more often than people when they are one word of the veto list.
_WEAK: Final = (
    "site.",
    "given_name.",
    *(f"cued_name.{rule}" for rule in ("relative", "initials", "greeting", "self", "aged")),
)


def merge(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Union, one type for each cluster, neighbours joined.

    Args:
        text: the text that the offsets count in.
        spans: findings of every layer, in any order, overlapping.

    Example:
        >>> found = [Span(0, 4, "NAME", 0.8, "a"), Span(5, 8, "NAME", 1.0, "known.name")]
        >>> merge("Jane Doe", found)
        (Span(start=0, end=8, type='NAME', score=1.0, by='known.name'),)
    """
    kept = sorted(spans, key=lambda s: (s.start, -s.end, s.type, s.by, s.score))
    clusters: list[list[Span]] = []
    reach = -1
    for span in kept:
        if span.start < reach:
            clusters[-1].append(span)
        else:
            clusters.append([span])
        reach = max(reach, span.end)
    return tuple(_joined(text, [_one(text, cluster) for cluster in clusters]))


def standing(
    text: str, spans: Sequence[Span], rules: Sequence[Span], chances: Sequence[tuple[int, int, float]]
) -> list[Span]:
    """The findings that no veto drops.

    Presidio keeps the surer of two findings of one place, and a veto may drop that one: then what other rules
    found there is judged by itself.

    Args:
        text: the shadow.
        spans: what Presidio handed on.
        rules: everything that rules found, whether handed on or not.
        chances: start, end and probability of every token of the text; empty without a tagger.

    Example:
        >>> guess, rule = Span(0, 3, "NAME", 0.9, "tagger.name"), Span(0, 8, "NAME", 0.7, "word_name.both")
        >>> [span.by for span in standing("Her, Jun is well.", [guess], [rule], [])]
        ['word_name.both']
    """
    stand = list(settled(text, believed(spans, chances, text)))
    held = bytearray(len(text))
    for span in stand:
        held[span.start : span.end] = b"\1" * (span.end - span.start)
    beneath = [rule for rule in rules if not all(held[rule.start : rule.end])]
    return stand + list(settled(text, believed(beneath, chances, text)))


def settled(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The findings that no veto drops, without what doesn't belong to them at their edges.

    Args:
        text: the shadow: with what is hidden in it already, as a second look at the result will see it.
        spans: findings of any layer.

    Example:
        >>> found = Span(4, 21, "NAME", 0.8, "tagger.name")
        >>> [span.end for span in settled("Dr. F.  Unfortunately he left", [found])]
        [6]
    """
    for span in (without_labels(text, one) for one in spans):
        if not vetoed(text, span):
            yield shortened(text, span)


def vetoed(text: str, span: Span) -> bool:
    """Whether a finding is no identifier by what it is and where it stands."""
    if not (span.by.startswith(_HELD) or any(map(str.isalnum, text[span.start : span.end]))):
        return True
    if (
        is_term(text, span)
        or is_ordinary(text, span)
        or (span.by.startswith("tagger.") and doubtful(text, span))
    ):
        return True
    if not span.by.startswith(_HELD) and stands_for_nobody(text, span):
        return True
    if span.type != "NAME" or not span.by.startswith(_WEAK):
        return False
    value = text[span.start : span.end]
    return len(value.split()) == 1 and is_eponym(value)


def _one(text: str, cluster: list[Span]) -> Span:
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
    if best.by.startswith("city.") and _DEGREE.match(text, best.end):
        # "Jane Doe, MD" is a physician before she is a town of Maryland.
        people = [s for s in cluster if s.type == "NAME"]
        best = max(people, key=lambda s: (s.end - s.start, s.score, s.by), default=best)
    start, end = min(s.start for s in cluster), max(s.end for s in cluster)
    return Span(start, end, best.type, max(s.score for s in cluster), best.by)


def _rank(span: Span, cluster: list[Span]) -> tuple[bool, bool]:
    """The record first; the tagger last where it saw only a group of types and a rule knows which one.

    A rule that reads a whole date or number is surer of its kind than the tagger.
    """
    grouped = span.by.startswith("tagger.") and any(
        not other.by.startswith("tagger.")
        and (
            LABELS[other.type] == LABELS[span.type]
            or (_same(other, span) and (other.type not in _VAGUE or span.score < _UNSURE or _cued(other)))
        )
        for other in cluster
    )
    return span.by.startswith("known."), not grouped


def _cued(span: Span) -> bool:
    return span.type == "NAME" and span.by.startswith(_CUED)


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
