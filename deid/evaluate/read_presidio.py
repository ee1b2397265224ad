"""Presidio's JSON: what presidio-evaluator writes (``InputSample``), and results with their text."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plummer.deid.evaluate.model import GoldNote, GoldSpan, malformed


def read_presidio(path: Path) -> Iterator[GoldNote]:
    """Notes of a JSON array, or of one JSON object a line.

    A note is ``{"full_text" | "text", "spans" | "results": [...]}`` and a span ``{"entity_type",
    "start_position" | "start", "end_position" | "end"}``. A template's number stands for the style.

    Raises:
        PlummerError: ``gold_malformed`` with the ordinal of the note.
    """
    for ordinal, row in enumerate(_rows(path), 1):
        try:
            yield _note(row, ordinal)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise malformed(ordinal, 'each note is {"full_text", "spans": [...]}') from None


def _rows(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if text.lstrip().startswith("["):
            return list(json.loads(text))
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise malformed(0, "not JSON") from None


def _note(row: Mapping[str, Any], ordinal: int) -> GoldNote:
    text = row["full_text"] if "full_text" in row else row["text"]
    if not isinstance(text, str):
        raise TypeError
    found = row["spans"] if "spans" in row else row.get("results", ())
    template = row.get("template_id")
    style = f"template-{int(template)}" if template is not None else ""
    return GoldNote(str(row.get("id", ordinal)), text, tuple(_span(span) for span in found), style=style)


def _span(span: Mapping[str, Any]) -> GoldSpan:
    start = span["start_position"] if "start_position" in span else span["start"]
    end = span["end_position"] if "end_position" in span else span["end"]
    return GoldSpan(int(start), int(end), str(span["entity_type"]))
