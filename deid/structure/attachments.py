"""Bytes inside a resource: text is scrubbed as a note, anything else is removed and marked."""

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import Final

from plummer.deid.structure.json import Value
from plummer.deid.structure.state import MASK, Json, State
from plummer.schemas.errors import PlummerError

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]+)", re.IGNORECASE)
_CODECS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
}
TEXT_TYPES: Final = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown"})
_BREAKS_WORDS: Final = "br p div li tr td th h1 h2 h3 h4 h5 h6 ul ol table hr pre section title head"
_BREAKS: Final = frozenset(_BREAKS_WORDS.split())


class _Text(HTMLParser):
    """The text of an HTML page, entities decoded, so that markup can't split a name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"} and self._hidden > 0
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def html_text(page: str) -> str:
    """What a reader of the page sees.

    Example:
        >>> html_text("<p>J<b>a</b>ne &amp; co</p>").strip()
        'Jane & co'
    """
    parser = _Text()
    parser.feed(page)
    parser.close()
    return "".join(parser.parts)


def decode_text(data: str, content_type: str) -> str:
    """The text of base64 data.

    Raises:
        PlummerError: ``attachment_base64`` or ``attachment_charset``.

    Example:
        >>> decode_text("SGk=", "text/plain")
        'Hi'
    """
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise PlummerError("attachment_base64", "an attachment's data isn't base64") from None
    named = _CHARSET.search(content_type)
    codec = _CODECS.get(named[1].lower()) if named else "utf-8"
    if codec is None:
        raise PlummerError("attachment_charset", "an attachment's charset isn't supported")
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        if named:
            raise PlummerError("attachment_charset", "an attachment isn't in its charset") from None
        text = raw.decode("latin-1")
    return html_text(text) if media_type(content_type) == "text/html" else text


def media_type(content_type: Value) -> str:
    """A content type without its parameters.

    Example:
        >>> media_type("Text/Plain; charset=utf-8")
        'text/plain'
    """
    return content_type.partition(";")[0].strip().lower() if isinstance(content_type, str) else ""


def scrub_data(data: Value, content_type: Value, state: State) -> bytes | None:
    """The scrubbed text of base64 data as UTF-8, or None if nothing of it may stay."""
    if not isinstance(data, str) or media_type(content_type) not in TEXT_TYPES:
        state.counts["attachment.other.mask"] += 1
        return None
    ordinal = len(state.note_counts)
    state.note_counts.append({})
    try:
        context = state.subject.context
        cleaned = state.text.scrub(decode_text(data, content_type), context.known, context.dates)
    except PlummerError as error:
        state.note_errors.append((ordinal, error.code))
        state.counts["attachment.error.mask"] += 1
        return None
    state.note_counts[ordinal] = dict(cleaned.counts)
    state.counts["attachment.text.clean"] += 1
    return cleaned.text.encode("utf-8", "replace")


def put_data(out: Json, source: Json, state: State) -> None:
    """Write the scrubbed ``data`` (Attachment or Binary) and the content type it now has."""
    text = scrub_data(source["data"], source.get("contentType"), state)
    if text is None:
        out["_data"] = {"extension": [MASK]}
        return
    out["contentType"] = "text/plain; charset=utf-8"
    out["data"] = base64.b64encode(text).decode("ascii")
    if "size" in source:
        out["size"] = len(text)
