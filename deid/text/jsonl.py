# ruff: noqa: E501 (a pattern is easier to check on one line)
"""`text scrub`: JSON lines in, JSON lines out, in the same order.

In: ``{"id", "text"}``, optionally ``patient_id`` and ``known``. Out: ``{"id", "text", "spans"}``; a note that
can't be scrubbed safely has ``error`` and no ``text``. ``patient_id`` matters where surrogates are asked for.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext
from plummer.deid.text.engine import TextEngine
from plummer.deid.text.spans import Span
from plummer.deid.text.surrogates import Surrogates, Writer
from plummer.schemas.errors import ExitCode, PlummerError

_LISTS = ("names", "ids", "phones", "emails", "addresses", "dates")
Writers = Callable[["Note"], Writer]
"""What to write in a note in the place of identifiers."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the input.

    Attributes:
        id: as received, a text or a whole number.
        text: the note.
        known: what the record names.
        patient: whose note it is; None where the line doesn't say.
    """

    id: str | int
    text: str
    known: KnownIdentifiers
    patient: str | int | None = None


class Patients:
    """Keeps each patient's surrogates, so that all of their notes get the same.

    Args:
        secret: of a patient by name: their ``patient_id``, or of a note without one its own ``id``.
        make: surrogates from a secret and what is known.
    """

    def __init__(
        self, secret: Callable[[str], bytes], make: Callable[[bytes, KnownIdentifiers], Surrogates]
    ) -> None:
        self._secret = secret
        self._make = make
        self._found: dict[str, Surrogates] = {}

    def __call__(self, note: Note) -> Surrogates:
        """The surrogates for a note."""
        own = note.patient is None
        name = f"note/{note.id}" if own else str(note.patient)
        found = self._found.get(name)
        if found is None:
            found = self._make(self._secret(name), note.known)
            if not own:
                self._found[name] = found
        else:
            found.learn(note.known)
        return found.of_note(str(note.id))


def scrub_lines(
    lines: Iterable[str],
    engine: TextEngine,
    *,
    detect_only: bool,
    dates: DateContext,
    writers: Writers | None = None,
) -> Iterator[str]:
    """Scrub notes given one a line; blank lines are left out.

    Args:
        lines: JSON objects, one a line.
        engine: the engine to use.
        detect_only: report spans and write no text.
        dates: what becomes of dates; without a first event all become ``[DATE]``.
        writers: what to write for a note's identifiers; typed tags by default.

    Raises:
        PlummerError: ``text_input`` with the line's ordinal when a line isn't valid input.

    Example:
        >>> from plummer.deid.dates import TimeMode
        >>> line = '{"id": "1", "text": "MRN 00123456"}'
        >>> next(scrub_lines([line], TextEngine(layers=()), detect_only=False, dates=DateContext(TimeMode.RELATIVE)))
        '{"id":"1","text":"MRN [MRN]","spans":[{"start":4,"end":12,"type":"MRN","score":0.95,"by":"mrn.cue"}]}'
    """
    for ordinal, line in enumerate(lines, 1):
        if line.strip():
            note = _parse(line.removeprefix("\ufeff"), ordinal)
            yield _answer(note, engine, detect_only, dates, writers)


def _answer(
    note: Note, engine: TextEngine, detect_only: bool, dates: DateContext, writers: Writers | None
) -> str:
    answer: dict[str, object] = {"id": note.id}
    try:
        if detect_only:
            spans = engine.detect(note.text, note.known)
        else:
            scrubbed = engine.scrub(note.text, note.known, dates, writers(note) if writers else None)
            spans = scrubbed.spans
            answer["text"] = scrubbed.text
        answer["spans"] = [_span(span) for span in spans]
    except PlummerError as error:
        answer |= {"spans": [], "error": error.code}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028")


def _span(span: Span) -> dict[str, object]:
    return {"start": span.start, "end": span.end, "type": span.type, "score": span.score, "by": span.by}


def _parse(line: str, ordinal: int) -> Note:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise _refused(ordinal) from None
    if not isinstance(record, dict):
        raise _refused(ordinal)
    note_id, text, known = record.get("id"), record.get("text"), record.get("known", {})
    if not isinstance(note_id, str | int) or not isinstance(text, str) or not isinstance(known, Mapping):
        raise _refused(ordinal)
    lists = {key: known.get(key) or [] for key in _LISTS}
    if not all(isinstance(v, list) and all(isinstance(x, str) for x in v) for v in lists.values()):
        raise _refused(ordinal)
    patient = record.get("patient_id")
    if not isinstance(patient, str | int | None):
        raise _refused(ordinal)
    return Note(
        note_id, text, KnownIdentifiers(**{key: tuple(values) for key, values in lists.items()}), patient
    )


def _refused(ordinal: int) -> PlummerError:
    return PlummerError(
        "text_input",
        'each line is a JSON object {"id", "text"} with an optional "known" of lists of strings',
        ExitCode.USAGE,
        f"line {ordinal}",
    )
