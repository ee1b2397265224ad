"""Plummer's gold form: one JSON object a line, as `plummer synth` writes it, and lists of offsets."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from plummer.deid.context import KnownIdentifiers
from plummer.deid.evaluate.model import GoldNote, GoldSpan, malformed

_LISTS = ("names", "ids", "phones", "emails", "addresses", "dates")


def read_jsonl(lines: Iterable[str]) -> Iterator[GoldNote]:
    """Notes of a file with ``{"id", "text", "spans"}`` a line.

    A span is ``{"start", "end", "type"}`` with optional ``traits``, ``origin`` and ``known``, or
    ``[start, end, label, [traits]]``. A row without spans is a note without identifiers. ``patient_id``,
    ``style``, ``noise`` and ``known`` (as in `text scrub`) are read where they are.

    Raises:
        PlummerError: ``gold_malformed`` with the ordinal of the line.

    Example:
        >>> row = '{"id": "1", "text": "Ann Lee", "spans": [[0, 7, "PATIENT", ["full"]]]}'
        >>> next(read_jsonl([row])).spans[0].traits
        ('full',)
    """
    for ordinal, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield note_of(json.loads(line.removeprefix("\ufeff")))
            except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
                raise malformed(ordinal, 'each line is {"id", "text", "spans": [...]}') from None


def note_of(row: Mapping[str, Any]) -> GoldNote:
    """A note from one row; raises what a wrong row makes Python raise."""
    text = row["text"]
    if not isinstance(text, str):
        raise TypeError
    spans = tuple(_span(span) for span in row.get("spans") or ())
    style, noise, patient = (_text(row.get(key)) for key in ("style", "noise", "patient_id"))
    return GoldNote(_text(row.get("id")), text, spans, patient, style, noise, _known(row.get("known")))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _span(span: Any) -> GoldSpan:  # noqa: ANN401 (JSON)
    if isinstance(span, list):
        start, end, label, *rest = span
        more: Mapping[str, Any] = {"traits": rest[0] if rest else ()}
    else:
        start, end, more = span["start"], span["end"], span
        label = span["type"] if "type" in span else span["label"]
    if not (type(start) is int and type(end) is int and isinstance(label, str)):
        raise TypeError
    known = more.get("known")
    traits = tuple(str(trait) for trait in more.get("traits") or ())
    return GoldSpan(
        start, end, label, traits, _text(more.get("origin")), known if known is None else bool(known)
    )


def _known(known: Any) -> KnownIdentifiers:  # noqa: ANN401 (JSON)
    if not known:
        return KnownIdentifiers()
    return KnownIdentifiers(**{key: tuple(str(v) for v in known.get(key) or ()) for key in _LISTS})
