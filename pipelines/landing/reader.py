"""Reads one task: opens its file, finds the records in it, checks each."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped, kinds
from plummer.pipelines.landing.csv_reader import read_csv
from plummer.pipelines.landing.forms import sniff
from plummer.pipelines.landing.framing import (
    BOM,
    WHITESPACE,
    Line,
    Prefixed,
    Readable,
    iter_lines,
    read_whole,
    skip_line,
)
from plummer.pipelines.landing.limits import MAX_JSON_FILE, SNIFF
from plummer.pipelines.landing.lookups import open_lookups
from plummer.pipelines.landing.mapping import read_mapping
from plummer.pipelines.landing.outcome import Outcome
from plummer.pipelines.landing.parquet_reader import read_parquet
from plummer.pipelines.landing.records import check_line, check_text, check_value
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import ReadTask

NO_BYTES: Final = hashlib.sha256(b"").hexdigest()


def read_task(task: ReadTask, mapping: str = "", lookups: str = "") -> Iterator[Outcome]:
    """Every unit of one task's range, in order.

    A file is refused whole before its first row is made, or not at all.

    Args:
        task: what to read.
        mapping: text of the mapping that a file of rows is read with.
        lookups: folder of the tables that its rows name, "" where there are none.
    """
    if task.named >= 0:
        yield Outcome(0, task.named, 0, task.refusal, 0, NO_BYTES, None)
        return
    try:
        if task.form == "other":
            raise Refused("unknown_file_kind")
        if task.refusal:
            raise Refused(task.refusal)
        with storage.open_binary(task.uri) as stream:
            yield from _read(task, stream, mapping, lookups)
    except Refused as no:
        if task.stripe == 0:
            yield Outcome(0, None, 0, no.reason, task.size, task.sha256, None)


def _read(task: ReadTask, stream: BinaryIO, mapping: str, lookups: str) -> Iterator[Outcome]:
    if task.form.endswith(".gz") and not task.verified:
        gzipped.verify(stream)
        stream.seek(0)
    if kinds.is_form(task.form):
        return kinds.door_of(task.form).read(_inside(task, stream), task)
    if task.form.startswith("json"):
        return _document(_inside(task, stream))
    if task.form == "parquet":
        return read_parquet(stream, task, read_mapping(mapping), open_lookups(lookups))
    rows = task.form.startswith("csv")
    if task.start == 0:
        sniff(_inside(task, stream).read(SNIFF), lines=not rows)
        stream.seek(0)
    if not rows:
        return _lines(task, stream)
    return read_csv(_inside(task, stream), task, read_mapping(mapping), open_lookups(lookups))


def _inside(task: ReadTask, stream: BinaryIO) -> Readable:
    return gzipped.GzipReader(stream) if task.form.endswith(".gz") else stream


def _lines(task: ReadTask, stream: BinaryIO) -> Iterator[Outcome]:
    if task.form.endswith(".gz"):
        lines = iter_lines(gzipped.GzipReader(stream))
    else:
        lines = _range(stream, task.start, task.end, task.before)
    for line in lines:
        if task.takes(line.number):
            yield from _check(line)


def _range(stream: BinaryIO, start: int, end: int, before: int) -> Iterator[Line]:
    """Lines whose first byte is in [start, end) of a seekable stream."""
    if start == 0:
        return iter_lines(stream, end, before)
    stream.seek(start - 1)
    rest = skip_line(stream)
    if rest is None:
        return iter(())
    first = stream.tell() - len(rest)
    # unless the range begins with a line, the newline that was skipped lies within it
    return iter_lines(Prefixed(rest, stream), end - first, before + (first > start))


def _check(line: Line) -> list[Outcome]:
    if line.data is None:
        return [Outcome(line.number, None, 0, "line_too_long", line.size, line.sha256, None)]
    text = line.data.removeprefix(BOM) if line.number == 1 else line.data
    text = text.strip(WHITESPACE)
    return check_line(text, line.number) if text else []


def _document(stream: Readable) -> Iterator[Outcome]:
    """A ``.json`` file: one resource or Bundle; NDJSON under that name is taken line by line."""
    whole = read_whole(stream, MAX_JSON_FILE).removeprefix(BOM)
    sniff(whole[:SNIFF], lines=False)
    text = whole.strip(WHITESPACE)
    if not text:
        return
    try:
        value = check_text(text)
    except Refused as no:
        if no.reason != "trailing_data" or not _first_line_is_json(text):
            raise
        for line in iter_lines(Prefixed(whole, _Nothing())):
            yield from _check(line)
        return
    at = 1 + whole.count(b"\n", 0, whole.index(text[:1]))
    yield from check_value(text, value, at)


class _Nothing:
    def read(self, size: int, /) -> bytes:
        return b""


def _first_line_is_json(text: bytes) -> bool:
    try:
        return isinstance(check_text(text.partition(b"\n")[0]), dict)
    except Refused:
        return False
