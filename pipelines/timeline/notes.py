"""Notes of a scrubbed resource: its text attachments, decoded."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from plummer.pipelines.timeline.interpret import interpret
from plummer.pipelines.timeline.status import exclusion
from plummer.schemas.mappings import Mappings
from plummer.schemas.mappings.paths import Path, compile_path, walk

ATTACHMENTS: Final[Mapping[str, Path]] = {
    "DocumentReference": compile_path("content.attachment"),
    "DiagnosticReport": compile_path("presentedForm"),
}
"""Where each type keeps its notes; a note's ordinal is its place among the text attachments there."""

TEXT_TYPES: Final = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown"})
"""Media types that the scrubber reads as text (`plummer.deid.structure`), and so counts."""


@dataclass(frozen=True, slots=True)
class Note:
    """The columns of `deid/notes`."""

    note_id: str
    subject_id: int | None
    encounter_id: str | None
    note_type: str | None
    time: datetime | None
    text: str
    counts: Mapping[str, int]


def extract_notes(
    mappings: Mappings,
    resource: dict[str, Any],
    subject_id: int | None,
    source_id: str,
    counts: Sequence[Mapping[str, int]] = (),
) -> Iterator[Note]:
    """The notes of a scrubbed resource; type, time and encounter are those of its event.

    A resource that the mapping excludes (entered in error) has none. What isn't base64 of UTF-8 text
    is no note.

    Args:
        mappings: from `load_mappings`.
        resource: a scrubbed DocumentReference or DiagnosticReport, parsed.
        subject_id: pseudonym of the subject, None where no patient is named.
        source_id: pseudonym of the resource.
        counts: replacements by type, one per text attachment, in document order.

    Example:
        >>> from plummer.schemas.mappings import load_mappings
        >>> body = {"resourceType": "DiagnosticReport", "presentedForm": [{"data": "QWxsIHdlbGwu"}]}
        >>> [(n.note_id, n.text) for n in extract_notes(load_mappings(), body, 7, "r")]
        [('r-0', 'All well.')]
    """
    path = ATTACHMENTS.get(str(resource.get("resourceType")))
    mapping = mappings.types.get(str(resource.get("resourceType")))
    if path is None or mapping is None or exclusion(mapping, resource) is not None:
        return
    event = next(iter(interpret(mappings, resource, subject_id or 0, source_id).events), None)
    texts = (a for a in walk(resource, path) if _is_text(a))
    for ordinal, attachment in enumerate(texts):
        if (text := _text(attachment)) is not None:
            yield Note(
                f"{source_id}-{ordinal}",
                subject_id,
                None if event is None else event.encounter_id,
                None if event is None else event.code,
                None if event is None else event.time,
                text,
                dict(counts[ordinal]) if ordinal < len(counts) else {},
            )


def _is_text(attachment: object) -> bool:
    """Whether the scrubber counted it as a text attachment, kept or (with ``_data``) refused."""
    if not isinstance(attachment, dict):
        return False
    kind = attachment.get("contentType")
    told = isinstance(kind, str) and kind.partition(";")[0].strip().lower() in TEXT_TYPES
    return "data" in attachment or (told and "_data" in attachment)


def _text(attachment: object) -> str | None:
    data = attachment.get("data") if isinstance(attachment, dict) else None
    if not isinstance(data, str):
        return None
    try:
        return base64.b64decode(data, validate=True).decode("utf-8") or None
    except (binascii.Error, ValueError):
        return None
