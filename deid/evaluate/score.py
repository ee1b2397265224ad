"""Counting one note: what was found, missed and wrongly removed, at each level and for each group.

*Token*: a gold token counts as found when every character of it is predicted; a token that isn't gold
counts as false when any character of it is. Tokens are cut at gold borders, so that ``MRN12345`` with a
gold ``12345`` is two. *Covered*: a gold span is found when all its tokens are predicted, whatever the
types; a prediction is right when it touches gold. *Strict*: same start, same end, a type that the gold
label stands for. *Document*: a note with identifiers is clean when nothing of them was missed.

Predictions of a type that the gold doesn't annotate, and what lies in annotations that a view leaves out,
are neither for nor against.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from plummer.deid.evaluate.labels import Meaning, group_name
from plummer.deid.evaluate.model import GoldNote, GoldSpan
from plummer.deid.text.spans import Span

SLOTS: Final = (
    "token_found", "token_missed", "token_right", "token_false", "span_covered", "span_missed", "pred_right",
    "pred_false", "strict_found", "strict_missed", "strict_right", "strict_false", "documents", "clean",
)  # fmt: skip
Group = tuple[str, str]
ALL: Final[Group] = ("", "")
SPAN_DIMENSIONS: Final = ("type", "label", "trait", "origin", "known")
NOTE_DIMENSIONS: Final = ("style", "noise")


@dataclass(slots=True)
class Tally:
    """Counts by group; the key `ALL` is the whole.

    Example:
        >>> tally = Tally()
        >>> tally.add("token_found", [ALL])
        >>> tally.rows[ALL][0]
        1
    """

    rows: dict[Group, list[int]] = field(default_factory=dict)

    def add(self, slot: str, groups: Sequence[Group]) -> None:
        """Count one in a slot of some groups."""
        place = SLOTS.index(slot)
        for group in groups:
            self.rows.setdefault(group, [0] * len(SLOTS))[place] += 1

    def merge(self, other: "Tally") -> None:
        """Take another tally's counts in."""
        for group, row in other.rows.items():
            own = self.rows.setdefault(group, [0] * len(SLOTS))
            self.rows[group] = [a + b for a, b in zip(own, row, strict=True)]


@dataclass(frozen=True, slots=True)
class Scored:
    """A note as one view sees it.

    Attributes:
        note: the note.
        meanings: what each gold span stands for, in order.
        counted: whether each gold span counts in this view.
        predicted: what was found, sorted and apart.
        annotated: types that the gold set annotates anywhere.
        tokens: start and end of each token of the text.
    """

    note: GoldNote
    meanings: Sequence[Meaning]
    counted: Sequence[bool]
    predicted: Sequence[Span]
    annotated: AbstractSet[str]
    tokens: Sequence[tuple[int, int]]


def tally_note(scored: Scored) -> Tally:
    """Everything counted in one note.

    Example:
        >>> note = GoldNote("1", "Ann saw Bob", (GoldSpan(0, 3, "NAME"), GoldSpan(8, 11, "NAME")))
        >>> name = Meaning(("NAME",), "hipaa")
        >>> one = Scored(note, [name, name], [True, True], [Span(0, 3, "NAME", 1.0, "x")], {"NAME"},
        ...              [(0, 3), (4, 7), (8, 11)])
        >>> dict(zip(SLOTS, tally_note(one).rows[ALL]))["token_missed"]
        1
    """
    tally = Tally()
    whole = _note_groups(scored.note)
    owner = _owners(scored)
    found_by = _marks(scored.note.text, scored.predicted)
    _count_tokens(scored, tally, owner, found_by)
    _count_spans(scored, tally, found_by)
    _count_predictions(scored, tally, owner)
    if any(scored.counted):
        missed = tally.rows[ALL][SLOTS.index("span_missed")]
        tally.add("documents", whole)
        if not missed:
            tally.add("clean", whole)
    return tally


def _note_groups(note: GoldNote) -> list[Group]:
    named = zip(NOTE_DIMENSIONS, (note.style, note.noise), strict=True)
    return [ALL, *((dimension, group_name(value)) for dimension, value in named if value)]


def _span_groups(span: GoldSpan, means: Meaning, whole: list[Group]) -> list[Group]:
    out = [*whole, ("type", means.types[0]), ("label", group_name(span.label))]
    out += [("trait", group_name(trait)) for trait in dict.fromkeys(span.traits)]
    if span.origin:
        out.append(("origin", group_name(span.origin)))
    if span.known is not None:
        out.append(("known", "yes" if span.known else "no"))
    return list(dict.fromkeys(out))


_IGNORED: Final = -2
_NONE: Final = -1


def _owners(scored: Scored) -> list[int]:
    """For each character the gold span that it counts for; counted spans go before those left out."""
    owner = [_NONE] * len(scored.note.text)
    order = sorted(range(len(scored.counted)), key=lambda index: not scored.counted[index])
    for index in order:
        span = scored.note.spans[index]
        for at in range(span.start, span.end):
            if owner[at] == _NONE:
                owner[at] = index if scored.counted[index] else _IGNORED
    return owner


def _marks(text: str, predicted: Sequence[Span]) -> list[str]:
    """For each character the type predicted for it, or nothing."""
    marks = [""] * len(text)
    for span in predicted:
        marks[span.start : span.end] = [span.type] * (span.end - span.start)
    return marks


def _touched(places: Sequence[tuple[int, int]], spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The tokens that any of some spans overlaps; the others count nowhere."""
    held: set[int] = set()
    for start, end in spans:
        first = bisect_right(places, start, key=lambda place: place[1])
        last = bisect_left(places, end, key=lambda place: place[0])
        held.update(range(first, last))
    return [places[index] for index in sorted(held)]


def _pieces(places: Iterable[tuple[int, int]], owner: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Start, end and owner of each token, cut where the owner changes."""
    for start, end in places:
        cuts = [start, *(at for at in range(start + 1, end) if owner[at] != owner[at - 1]), end]
        for left, right in pairwise(cuts):
            yield left, right, owner[left]


def _count_tokens(scored: Scored, tally: Tally, owner: Sequence[int], found_by: Sequence[str]) -> None:
    note, whole = scored.note, _note_groups(scored.note)
    groups: Mapping[int, list[Group]] = {
        index: _span_groups(span, scored.meanings[index], whole)
        for index, span in enumerate(note.spans)
        if scored.counted[index]
    }
    spans = [(span.start, span.end) for span in note.spans]
    spans += [(span.start, span.end) for span in scored.predicted]
    for start, end, index in _pieces(_touched(scored.tokens, spans), owner):
        types = [kind for kind in found_by[start:end] if kind]
        if index >= 0:
            tally.add("token_found" if len(types) == end - start else "token_missed", groups[index])
        annotated = [kind for kind in types if kind in scored.annotated]
        if annotated and index != _IGNORED:
            tally.add("token_right" if index >= 0 else "token_false", [*whole, ("type", annotated[0])])


def _count_spans(scored: Scored, tally: Tally, found_by: Sequence[str]) -> None:
    exact = {(span.start, span.end): span.type for span in scored.predicted}
    whole = _note_groups(scored.note)
    for span, means, counts in zip(scored.note.spans, scored.meanings, scored.counted, strict=True):
        if counts:
            groups = _span_groups(span, means, whole)
            tally.add("span_covered" if _covered(scored.tokens, span, found_by) else "span_missed", groups)
            strict = exact.get((span.start, span.end)) in means.types
            tally.add("strict_found" if strict else "strict_missed", groups)


def _covered(places: Sequence[tuple[int, int]], span: GoldSpan, found_by: Sequence[str]) -> bool:
    """Whether all letters and digits of a span are predicted; all characters of one that has none."""
    inside = [
        (max(start, span.start), min(end, span.end))
        for start, end in _touched(places, [(span.start, span.end)])
    ] or [(span.start, span.end)]
    return all(all(found_by[start:end]) for start, end in inside)


def _count_predictions(scored: Scored, tally: Tally, owner: Sequence[int]) -> None:
    whole = _note_groups(scored.note)
    exact: dict[tuple[int, int], set[str]] = {}
    for span, means, counts in zip(scored.note.spans, scored.meanings, scored.counted, strict=True):
        if counts:
            exact.setdefault((span.start, span.end), set()).update(means.types)
    for one in scored.predicted:
        if one.type not in scored.annotated:
            continue
        groups, touched = [*whole, ("type", one.type)], set(owner[one.start : one.end])
        if any(index >= 0 for index in touched):
            tally.add("pred_right", groups)
        elif _IGNORED not in touched:
            tally.add("pred_false", groups)
        if one.type in exact.get((one.start, one.end), ()):
            tally.add("strict_right", groups)
        elif _IGNORED not in touched:
            tally.add("strict_false", groups)


def apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans sorted, with those left out that overlap one before them.

    Example:
        >>> [s.end for s in apart([Span(2, 4, "DATE", 1.0, ""), Span(0, 3, "NAME", 1.0, "")])]
        [3]
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end, one.type)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
