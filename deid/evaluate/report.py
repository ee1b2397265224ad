"""The evaluation as one value-free object, and as lines for a person."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from plummer.deid.evaluate.intervals import Array, clopper_pearson, ratio_interval, weights
from plummer.deid.evaluate.labels import VIEWS, meaning, of_text
from plummer.deid.evaluate.model import GoldNote
from plummer.deid.evaluate.predict import Predicted
from plummer.deid.evaluate.score import (
    ALL,
    NOTE_DIMENSIONS,
    SLOTS,
    SPAN_DIMENSIONS,
    Group,
    Scored,
    Tally,
    tally_note,
)  # fmt: skip
from plummer.deid.evaluate.tokens import tokens
from plummer.deid.text.spans import TYPES

#: Level, slots of found and missed gold, slots of right and false predictions.
LEVELS: Final = (
    ("token", "token_found", "token_missed", "token_right", "token_false"),
    ("covered", "span_covered", "span_missed", "pred_right", "pred_false"),
    ("strict", "strict_found", "strict_missed", "strict_right", "strict_false"),
)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts of one group: of the set itself, and of each resample (shape: resamples, slots)."""

    point: Array
    drawn: Array

    def of(self, slot: str) -> tuple[int, Array]:
        """The count of a slot, and its counts in the resamples."""
        place = SLOTS.index(slot)
        return int(self.point[place]), self.drawn[:, place]


def evaluate(
    notes: Sequence[GoldNote],
    predicted: Predicted,
    *,
    own: Mapping[str, str] | None = None,
    seed: int = 1907,
    resamples: int = 1000,
) -> Json:
    """Score predictions against gold.

    Args:
        notes: the gold notes.
        predicted: one tuple of spans for each note.
        own: labels of the caller's set and their types.
        seed: of the bootstrap.
        resamples: how many bootstrap samples; 0 gives no interval but the documents'.

    Returns:
        Counts and shares, no value of a note: ``documents``, ``patients``, ``tokens``, ``errors`` and for
        each view of `VIEWS` the four levels, ``false_positives`` and ``by``.

    Raises:
        PlummerError: ``gold_label`` for a label that nothing explains.

    Example:
        >>> from plummer.deid.evaluate.model import GoldSpan
        >>> from plummer.deid.text.spans import Span
        >>> note = GoldNote("1", "Seen by Ann Lee", (GoldSpan(8, 15, "DOCTOR"),))
        >>> found = Predicted([(Span(8, 11, "NAME", 1.0, "x"),)])
        >>> evaluate([note], found)["views"]["contract"]["token"]["recall"]["value"]
        0.5
    """
    named = [[meaning(span.label, own or {}) for span in note.spans] for note in notes]
    annotated = {kind for row in named for one in row for kind in one.types} or set(TYPES)
    meant = [
        [of_text(one, note.text[span.start : span.end]) for one, span in zip(row, note.spans, strict=True)]
        for row, note in zip(named, notes, strict=True)
    ]
    places = [tuple(tokens(note.text)) for note in notes]
    scored = [
        Scored(note, row, (), found, annotated, held)
        for note, row, found, held in zip(notes, meant, predicted.spans, places, strict=True)
    ]
    size = sum(map(len, places))
    views = {}
    for view in VIEWS:
        clusters = _clusters(scored, view)
        views[view] = _view(clusters, size, weights(len(clusters), resamples, seed))
    return {**_head(notes, predicted, size), "seed": seed, "resamples": resamples, "views": views}


def _head(notes: Sequence[GoldNote], predicted: Predicted, size: int) -> Json:
    characters = sum(len(note.text) for note in notes)
    speed = round(characters / predicted.seconds) if predicted.seconds else None
    return {
        "documents": len(notes),
        "patients": len({note.patient for note in notes if note.patient}) or None,
        "tokens": size,
        "characters": characters,
        "errors": dict(predicted.errors),
        "engine": predicted.engine,
        "layers": list(predicted.layers),
        "seconds": round(predicted.seconds, 3),
        "characters_per_second": speed,
    }


def _clusters(scored: Sequence[Scored], view: str) -> list[Tally]:
    """One tally for each patient, or note where no patient is known; the same whatever the notes' order."""
    out: dict[tuple[str, int], Tally] = {}
    for ordinal, one in enumerate(scored):
        counted = [means.counts_in(view) for means in one.meanings]
        key = (one.note.patient, 0) if one.note.patient else ("", ordinal)
        out.setdefault(key, Tally()).merge(tally_note(replace(one, counted=counted)))
    return sorted(out.values(), key=lambda tally: json.dumps(sorted(tally.rows.items())))


def _view(clusters: Sequence[Tally], size: int, drawn: Array) -> Json:
    groups = sorted({group for tally in clusters for group in tally.rows} | {ALL})
    sums = {group: _sums(clusters, group, drawn) for group in groups}
    whole = sums[ALL]
    false = {slot: whole.of(slot)[0] for slot in ("token_false", "pred_false")}
    return {
        **{level: _level(whole, *slots) for level, *slots in LEVELS},
        "document": _documents(whole),
        "false_positives": {
            "tokens": false["token_false"],
            "spans": false["pred_false"],
            "tokens_per_1000": _share(false["token_false"] * 1000, size),
            "spans_per_1000": _share(false["pred_false"] * 1000, size),
        },
        "origin_gap": _gap(sums),
        "by": {d: dict(_groups(sums, d)) for d in (*SPAN_DIMENSIONS, *NOTE_DIMENSIONS)},
    }


def _gap(sums: Mapping[Group, Sums]) -> Json:
    """The largest less the smallest token recall of the name origins with 100 tokens or more."""
    recalls = []
    for (dimension, _), found in sums.items():
        hits, misses = found.of("token_found")[0], found.of("token_missed")[0]
        if dimension == "origin" and hits + misses >= 100:
            recalls.append(hits / (hits + misses))
    gap = round(max(recalls) - min(recalls), 6) if len(recalls) > 1 else None
    return {"origins": len(recalls), "value": gap}


def _sums(clusters: Sequence[Tally], group: Group, drawn: Array) -> Sums:
    nothing = [0] * len(SLOTS)
    held = [place for place, tally in enumerate(clusters) if group in tally.rows]
    rows = np.array([clusters[place].rows[group] for place in held] or [nothing], dtype=np.float64)
    if not held:
        return Sums(rows.sum(axis=0), np.zeros((len(drawn), len(SLOTS))))
    return Sums(rows.sum(axis=0), drawn[:, held].astype(np.float64) @ rows)


def _groups(sums: Mapping[Group, Sums], dimension: str) -> Iterator[tuple[str, Json]]:
    for (kind, name), found in sums.items():
        if kind == dimension:
            row = {level: _level(found, *slots) for level, *slots in LEVELS}
            if dimension in NOTE_DIMENSIONS:
                row["document"] = _documents(found)
            elif dimension != "type":
                for level in row.values():
                    # a prediction has a type, but no trait, origin or label of the gold's
                    del level["precision"], level["f2"], level["right"], level["false"]
            yield name, row


def _level(sums: Sums, found: str, missed: str, right: str, false: str) -> Json:
    (hits, hits_drawn), (misses, misses_drawn) = sums.of(found), sums.of(missed)
    (rights, rights_drawn), (falses, falses_drawn) = sums.of(right), sums.of(false)
    recall, precision = _share(hits, hits + misses), _share(rights, rights + falses)
    return {
        "gold": hits + misses,
        "found": hits,
        "right": rights,
        "false": falses,
        "recall": _told(recall, ratio_interval(hits_drawn, hits_drawn + misses_drawn)),
        "precision": _told(precision, ratio_interval(rights_drawn, rights_drawn + falses_drawn)),
        "f2": _f2(recall, precision),
    }


def _f2(recall: float | None, precision: float | None) -> float | None:
    """The F measure that weighs recall twice: 5PR / (4P + R)."""
    if recall is None or precision is None:
        return None
    below = 4 * precision + recall
    return round(5 * precision * recall / below, 6) if below else 0.0


def _documents(sums: Sums) -> Json:
    (held, _), (clean, _) = sums.of("documents"), sums.of("clean")
    interval = clopper_pearson(clean, held) if held else None
    return {"with_identifiers": held, "clean": clean, **_told(_share(clean, held), interval)}


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None


def _told(value: float | None, interval: tuple[float, float] | None) -> Json:
    low, high = (round(interval[0], 6), round(interval[1], 6)) if interval else (None, None)
    return {"value": value, "low": low, "high": high}
