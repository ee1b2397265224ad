# ruff: noqa: E501 (a pattern is easier to check on one line)
"""`text scrub`: JSON lines in, JSON lines out, in the same order.

In: ``{"id", "text"}``, optionally ``patient_id`` and ``known``. Out: ``{"id", "text", "spans"}``; a note that
can't be scrubbed safely has ``error`` and no ``text``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext
from plummer.deid.text.engine import TextEngine
from plummer.deid.text.spans import Span
from plummer.schemas.errors import ExitCode, PlummerError

_LISTS = ("names", "ids", "phones", "emails", "addresses", "dates")


def scrub_lines(
    lines: Iterable[str], engine: TextEngine, *, detect_only: bool, dates: DateContext
) -> Iterator[str]:
    """Scrub notes given one a line; blank lines are left out.

    Args:
        lines: JSON objects, one a line.
        engine: the engine to use.
        detect_only: report spans and write no text.
        dates: what becomes of dates; without a first event all become ``[DATE]``.

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
            note_id, text, known = _parse(line.removeprefix("\ufeff"), ordinal)
            yield _answer(note_id, text, known, engine, detect_only, dates)


def _answer(  # noqa: PLR0913, PLR0917 (private, called once)
    note_id: object,
    text: str,
    known: KnownIdentifiers,
    engine: TextEngine,
    detect_only: bool,
    dates: DateContext,
) -> str:
    answer: dict[str, object] = {"id": note_id}
    try:
        if detect_only:
            spans = engine.detect(text, known)
        else:
            scrubbed = engine.scrub(text, known, dates)
            spans = scrubbed.spans
            answer["text"] = scrubbed.text
        answer["spans"] = [_span(span) for span in spans]
    except PlummerError as error:
        answer |= {"spans": [], "error": error.code}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028")


def _span(span: Span) -> dict[str, object]:
    return {"start": span.start, "end": span.end, "type": span.type, "score": span.score, "by": span.by}


def _parse(line: str, ordinal: int) -> tuple[object, str, KnownIdentifiers]:
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
    return note_id, text, KnownIdentifiers(**{key: tuple(values) for key, values in lists.items()})


def _refused(ordinal: int) -> PlummerError:
    return PlummerError(
        "text_input",
        'each line is a JSON object {"id", "text"} with an optional "known" of lists of strings',
        ExitCode.USAGE,
        f"line {ordinal}",
    )
