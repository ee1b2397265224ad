"""The text of a document by its kind: plain, HTML, RTF, C-CDA and other XML, PDF; anything else has none.

Decoders run over bytes that nobody has vetted, so every one is bounded in size and time, none resolves an
entity or a link, and any failure is a refusal with a code. What isn't text of the document (header, metadata,
embedded files, pictures) is left behind.
"""

import io
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from plummer.schemas.errors import PlummerError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pypdf import PdfReader

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a document that are looked at; a longer one is refused."""

MOST_CHARACTERS: Final = 4_000_000
MOST_PAGES: Final = 1_000
DEADLINE_S: Final = 20.0

TEXT_TYPES: Final = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown"})
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]+)", re.IGNORECASE)
_CODECS: Final = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), "utf-8-sig"),
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252"), "cp1252"),
    "iso-8859-15": "iso-8859-15",
    "windows-1250": "cp1250",
    "iso-8859-2": "iso-8859-2",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
}
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BREAKS_WORDS: Final = "br p div li tr td th h1 h2 h3 h4 h5 h6 ul ol table hr pre section title head"
_BREAKS: Final = frozenset(_BREAKS_WORDS.split())
_XML_BREAKS: Final = frozenset([*_BREAKS, "paragraph", "item", "list", "caption", "text"])
_BLOB: Final = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")


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


def media_type(content_type: object) -> str:
    """A content type without its parameters.

    Example:
        >>> media_type("Text/Plain; charset=utf-8")
        'text/plain'
    """
    return content_type.partition(";")[0].strip().lower() if isinstance(content_type, str) else ""


def _refuse(code: str, message: str) -> PlummerError:
    return PlummerError(f"attachment_{code}", message)


def decoded(raw: bytes, content_type: str) -> str:
    """Bytes as text by their mark, their declared charset, or UTF-8 and else Windows-1252.

    Raises:
        PlummerError: ``attachment_charset`` or ``attachment_binary``.

    Example:
        >>> decoded("Jané".encode("latin-1"), "text/plain; charset=iso-8859-1")
        'Jané'
    """
    named = _CHARSET.search(content_type)
    codec = _CODECS.get(named[1].lower()) if named else "utf-8-sig"
    codec = next((mark_codec for mark, mark_codec in _MARKS if raw.startswith(mark)), codec)
    if codec is None:
        raise _refuse("charset", "an attachment's charset isn't supported")
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        if named:
            raise _refuse("charset", "an attachment isn't in its charset") from None
        text = raw.decode("cp1252", "replace")
    if "\0" in text:
        raise _refuse("binary", "an attachment that is declared as text is none")
    return text


def _plain(raw: bytes, content_type: str) -> str:
    return decoded(raw, content_type)


def _html(raw: bytes, content_type: str) -> str:
    if _CHARSET.search(content_type) is None and (inside := _CHARSET.search(raw[:2048].decode("latin-1"))):
        content_type = f"text/html; {inside[0]}"
    return html_text(decoded(raw, content_type))


def _rtf(raw: bytes, content_type: str) -> str:
    from striprtf.striprtf import rtf_to_text  # only where there is RTF

    try:
        return str(rtf_to_text(raw.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    except Exception:  # a parser's message may quote the document
        raise _refuse("rtf", "an attachment isn't RTF that can be read") from None


def _xml(raw: bytes, content_type: str) -> str:
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(raw, forbid_dtd=True)
    except Exception:  # an entity, a DTD, or no XML; the message may quote the document
        raise _refuse("xml", "an attachment isn't XML that can be read safely") from None
    if _name(root) == "ClinicalDocument":
        return "".join(_section_text(root))
    return "".join(_element_text(root))


def _name(element: "Element") -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _section_text(root: "Element") -> Iterator[str]:
    """Titles and narrative of a C-CDA's sections: its header lists identifiers, its entries are codes."""
    for section in root.iter():
        if _name(section) == "section":
            for part in section:
                if _name(part) in {"title", "text"}:
                    yield from _element_text(part)
                    yield "\n"


def _element_text(root: "Element") -> Iterator[str]:
    """Text in document order, without recursion: a document may be nested a million deep."""
    todo: list[tuple[Element, bool]] = [(root, False)]
    while todo:
        element, done = todo.pop()
        name = _name(element)
        if done:
            yield "\n" if name in _XML_BREAKS else " " if not name else ""
            yield element.tail or ""
            continue
        yield "\n" if name in _XML_BREAKS else ""
        yield element.text or "" if name else ""
        todo.append((element, True))
        todo.extend((child, False) for child in reversed(element))


def _quiet(library: str) -> None:
    """Keep a library's warnings, which quote the document, out of every log."""
    logger = logging.getLogger(library)
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]


def _pdf(raw: bytes, content_type: str) -> str:
    import pypdf

    _quiet("pypdf")
    deadline = time.monotonic() + DEADLINE_S
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw), strict=False)
        locked = reader.is_encrypted
        pages = () if locked else _pages(reader, deadline)
        text = "\n".join(pages)
    except PlummerError:
        raise
    except Exception:  # a parser's message may quote the document
        raise _refuse("pdf", "an attachment isn't PDF that can be read") from None
    if locked:
        raise _refuse("encrypted", "an attachment is encrypted")
    return text


def _pages(reader: "PdfReader", deadline: float) -> Iterator[str]:
    size = 0
    for number, page in enumerate(reader.pages):
        text = str(page.extract_text())
        size += len(text)
        if number >= MOST_PAGES or size > MOST_CHARACTERS or time.monotonic() > deadline:
            raise _refuse("too_large", "an attachment is longer than is looked at")
        yield text


_DECODERS: Final[Mapping[str, Callable[[bytes, str], str]]] = {
    **dict.fromkeys(("text/plain", "text/markdown", "text/x-markdown"), _plain),
    **dict.fromkeys(("text/html", "application/xhtml+xml"), _html),
    **dict.fromkeys(("text/rtf", "application/rtf", "text/richtext"), _rtf),
    **dict.fromkeys(
        (
            "text/xml",
            "application/xml",
            "application/hl7-cda+xml",
            "application/hl7-v3+xml",
            "application/cda+xml",
        ),
        _xml,
    ),
    "application/pdf": _pdf,
}
_SIGNS: Final = ((b"%PDF-", _pdf), (b"{\\rtf", _rtf), (b"<?xml", _xml), (b"<ClinicalDocument", _xml))


def has_text(content_type: object) -> bool:
    """Whether a document of this type is looked into.

    Example:
        >>> has_text("application/pdf"), has_text("image/png")
        (True, False)
    """
    return media_type(content_type) in _DECODERS


def document_text(raw: bytes, content_type: str) -> str:
    """The text of a document.

    Args:
        raw: its bytes.
        content_type: as declared, with parameters; what the bytes themselves say goes first.

    Raises:
        PlummerError: ``attachment_...``: too large, encrypted, in no charset, not what it says, textless.

    Example:
        >>> document_text(b"<p>Well.</p>", "text/html").strip(), document_text(b"Well.", "text/plain")
        ('Well.', 'Well.')
    """
    if len(raw) > LARGEST:
        raise _refuse("too_large", "an attachment is longer than is looked at")
    start = raw[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    decode = next(
        (found for sign, found in _SIGNS if start.startswith(sign)), _DECODERS[media_type(content_type)]
    )
    if decode is _xml and b"<html" in raw[:1024].lower():
        decode = _html
    text = decode(raw, content_type)
    if len(text) > MOST_CHARACTERS:
        raise _refuse("too_large", "an attachment is longer than is looked at")
    text = _BLOB.sub("[OTHER_ID]", text)
    if not text.strip():
        raise _refuse("no_text", "no text could be read from an attachment")
    return text
