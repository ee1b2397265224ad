"""Bytes inside a resource: text is scrubbed as a note, anything else is removed and marked."""

import base64
import binascii
from typing import Final

from plummer.deid.structure.documents import LARGEST, TEXT_TYPES, document_text, has_text, media_type
from plummer.deid.structure.json import Value
from plummer.deid.structure.labels import LONGEST_LABEL, WORD, ordinary_words
from plummer.deid.structure.notes import scrub_note
from plummer.deid.structure.state import MASK, Json, State
from plummer.schemas.errors import PlummerError

NO_NOTE: Final = -1
"""Ordinal of a refused document that isn't declared as text, and so has no place among the notes."""

_SCRUBBED_TYPE: Final = "text/plain; charset=utf-8"
_PDF_BASE64: Final = "JVBER"
"""How base64 writes the first bytes of a PDF."""


def decode_text(data: str, content_type: str) -> str:
    """The text of base64 data.

    Raises:
        PlummerError: ``attachment_base64``, or as `plummer.deid.structure.documents.document_text`.

    Example:
        >>> decode_text("SGk=", "text/plain")
        'Hi'
    """
    if len(data) > 2 * LARGEST:
        raise PlummerError("attachment_too_large", "an attachment is longer than is looked at")
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise PlummerError("attachment_base64", "an attachment's data isn't base64") from None
    return document_text(raw, content_type)


def scrub_data(data: Value, content_type: Value, state: State) -> bytes | None:
    """The scrubbed text of base64 data as UTF-8, or None if nothing of it may stay."""
    if not isinstance(data, str) or not has_text(content_type) or _unwanted(data, content_type, state):
        state.counts["attachment.other.mask"] += 1
        return None
    try:
        text, counts = _scrubbed(data, content_type, state)
    except PlummerError as error:
        _refused(error.code, content_type, state)
        return None
    state.note_counts.append(counts)
    state.counts["attachment.text.clean"] += 1
    return text.encode("utf-8", "replace")


def _unwanted(data: str, content_type: Value, state: State) -> bool:
    """Whether it is a PDF, by name or by its first bytes, and the policy drops those."""
    is_pdf = media_type(content_type) == "application/pdf" or data.lstrip().startswith(_PDF_BASE64)
    return is_pdf and state.policy.pdf == "drop"


def _scrubbed(data: str, content_type: str, state: State) -> tuple[str, dict[str, int]]:
    cleaned = scrub_note(decode_text(data, content_type), state)
    text = cleaned.text
    # a few words are a label rather than a note: nothing around a name tells that it is one
    if len(text.split()) <= LONGEST_LABEL:
        text = ordinary_words(text) or WORD
    return cleaned.filled(text), dict(cleaned.counts)


def _refused(code: str, content_type: str, state: State) -> None:
    """Count a document that couldn't be scrubbed; those declared as text have a place among the notes."""
    ordinal = NO_NOTE
    if media_type(content_type) in TEXT_TYPES:
        ordinal = len(state.note_counts)
        state.note_counts.append({})
    state.note_errors.append((ordinal, code))
    state.counts["attachment.error.mask"] += 1


def put_data(out: Json, source: Json, state: State) -> None:
    """Write the scrubbed ``data`` (Attachment or Binary), its new type and size; hash, title and url go."""
    text = scrub_data(source["data"], source.get("contentType"), state)
    if text is None:
        out["_data"] = {"extension": [MASK]}
        return
    out["contentType"] = _SCRUBBED_TYPE
    out["data"] = base64.b64encode(text).decode("ascii")
    if "size" in source:
        out["size"] = len(text)
