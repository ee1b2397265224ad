"""What a file is: by its name, and by its first bytes where they tell more."""

import json
from typing import Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.refusal import Refused

DATA_FORMS: Final = frozenset({"ndjson", "ndjson.gz", "json", "json.gz", "csv", "csv.gz", "parquet"})
"""Forms that hold records.

The others: ``manifest``, ``log``, ``parameters`` (an exporter's own, not lines of the account), ``other``
(refused as ``unknown_file_kind``); of a mapped source ``ignored``, and with a form behind them ``lookup:``
(rows that others ask for) and ``left:`` (rows that are counted only).
"""

_SIDE_FILE_LIMIT: Final = 1024 * 1024


def form_of(path: str, uri: str) -> str:
    """The form of a file.

    gzip is told by its magic bytes, not by the name. Exporters' own files are told by name and shape:
    a Bulk Data ``manifest.json`` has ``transactionTime`` and ``output``
    (https://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status), a ``log.ndjson`` of the
    SMART bulk client ``exportId`` and ``eventId``, ``parameters.json`` is a Parameters resource.
    """
    name = path.rpartition("/")[2].lower()
    stem = name.removesuffix(".gz")
    record = "ndjson" if stem.endswith(".ndjson") else "json" if stem.endswith(".json") else ""
    if not record:
        return "other"
    try:
        with storage.open_binary(uri) as stream:
            if stream.read(2) == gzipped.MAGIC:
                return f"{record}.gz"
            stream.seek(0)
            head = stream.read(_SIDE_FILE_LIMIT) if name in _SIDE_FILES else b""
    except OSError:
        raise storage.unreadable() from None
    return _side_form(name, head) or record


_SIDE_FILES: Final = {
    "manifest.json": ("manifest", {"transactionTime", "output"}),
    "log.ndjson": ("log", {"exportId", "eventId"}),
    "parameters.json": ("parameters", {"resourceType", "parameter"}),
}


def _side_form(name: str, head: bytes) -> str | None:
    if name not in _SIDE_FILES:
        return None
    form, keys = _SIDE_FILES[name]
    try:
        shown = json.loads(head.partition(b"\n")[0] if form == "log" else head)
    except (ValueError, RecursionError):
        return None
    return form if isinstance(shown, dict) and keys <= shown.keys() else None


def sniff(head: bytes, *, lines: bool) -> None:
    r"""Refuse a file whose first bytes show that it isn't what its name says.

    Args:
        head: the first 64 KiB, decompressed.
        lines: whether NDJSON is expected.

    Raises:
        Refused: ``encoding_not_utf8`` (a UTF-16 or UTF-32 mark), ``binary_content`` (an archive, an
            image, a database) or ``pretty_printed_json`` (one document over many lines).

    Example:
        >>> sniff(b'{\n  "resourceType": "Patient"\n}', lines=True)
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: pretty_printed_json
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        raise Refused("encoding_not_utf8")
    if head.startswith(_MAGICS):
        raise Refused("binary_content")
    if lines and _is_pretty(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("pretty_printed_json")


_MAGICS: Final = (
    gzipped.MAGIC, b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"PAR1", b"%PDF-",
    b"\x89PNG", b"\xff\xd8\xff", b"SQLite format 3\0", b"ORC\x03", b"Obj\x01", b"\x7fELF",
)  # fmt: skip


def _is_pretty(head: bytes) -> bool:
    """One document over many lines: an opening line, and the next one indented."""
    lines = [line.rstrip() for line in head.split(b"\n", 3)[:3] if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith((b"{", b"[")):
        return False
    opens = lines[0].strip() in {b"{", b"["} or lines[0].endswith((b",", b"{", b"["))
    return opens and lines[1][:1] in b' \t"' and not lines[1].lstrip().startswith(b'{"')
