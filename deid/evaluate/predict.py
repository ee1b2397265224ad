"""Running the engine over a gold set, or taking the answers that another engine has given."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plummer.deid.context import KnownIdentifiers
from plummer.deid.evaluate.model import GoldNote
from plummer.deid.evaluate.score import apart
from plummer.deid.text.spans import Span
from plummer.schemas.errors import ExitCode, PlummerError

if TYPE_CHECKING:
    from plummer.deid.text import TextEngine

NOTHING: Final = KnownIdentifiers()


@dataclass(frozen=True, slots=True)
class Predicted:
    """What an engine answered for each note, in the notes' order.

    Attributes:
        spans: sorted and apart; empty for a note in error.
        errors: how many notes ended with each code.
        seconds: wall time of the engine alone; 0 for answers that were read.
        engine: the engine's version.
        layers: which layers were on.
    """

    spans: Sequence[tuple[Span, ...]]
    errors: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    engine: str = ""
    layers: tuple[str, ...] = ()


def predict(
    notes: Sequence[GoldNote],
    engine: "TextEngine",
    *,
    known: bool = True,
    layers: tuple[str, ...] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Predicted:
    """The engine's findings; a note that it refuses has none, so its identifiers count as missed.

    Args:
        notes: the gold notes.
        engine: the engine.
        known: hand over what the patient's record names, where the gold set says it.
        layers: names of the layers that are on, for the report.
        progress: called with (done, all) after each note.
    """
    errors: Counter[str] = Counter()
    spans: list[tuple[Span, ...]] = []
    begin = time.perf_counter()
    for done, note in enumerate(notes, 1):
        try:
            spans.append(engine.detect(note.text, note.known if known else NOTHING))
        except PlummerError as error:
            errors[error.code] += 1
            spans.append(())
        if progress is not None:
            progress(done, len(notes))
    return Predicted(spans, dict(errors), time.perf_counter() - begin, engine.version, layers)


def read_predictions(path: Path, notes: Sequence[GoldNote]) -> Predicted:
    """Answers in the form of `text scrub`, in the order of the gold notes.

    Raises:
        PlummerError: ``predictions_mismatch`` where the file can't be read, or ids, order or offsets
            don't fit the gold set.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            return answers(lines, notes)
    except (OSError, UnicodeDecodeError):
        raise _mismatch("") from None


def answers(lines: Iterable[str], notes: Sequence[GoldNote]) -> Predicted:
    """The same from lines.

    Example:
        >>> line = '{"id": "1", "spans": [{"start": 0, "end": 3, "type": "NAME"}]}'
        >>> answers([line], [GoldNote("1", "Ann", ())]).spans[0][0].type
        'NAME'
    """
    rows = [line for line in lines if line.strip()]
    if len(rows) != len(notes):
        raise _mismatch("")
    errors: Counter[str] = Counter()
    spans = []
    for ordinal, (line, note) in enumerate(zip(rows, notes, strict=True), 1):
        try:
            row = json.loads(line)
            found = apart([_span(one, note) for one in row["spans"]])
            fits = str(row["id"]) == note.id
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _mismatch(f"line {ordinal}") from None
        if not fits:
            raise _mismatch(f"line {ordinal}")
        if row.get("error"):
            errors["refused"] += 1
        spans.append(found)
    return Predicted(spans, dict(errors), engine="predictions")


def _span(one: Mapping[str, Any], note: GoldNote) -> Span:
    if not 0 <= one["start"] < one["end"] <= len(note.text):
        raise ValueError
    return Span(
        one["start"], one["end"], str(one["type"]), float(one.get("score", 1.0)), str(one.get("by", ""))
    )


def _mismatch(ref: str) -> PlummerError:
    return PlummerError(
        "predictions_mismatch",
        "answers must be those of text scrub for this gold set: same notes, same order",
        ExitCode.USAGE,
        ref,
    )
