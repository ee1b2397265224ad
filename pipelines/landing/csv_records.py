r"""Rows of a CSV file with the number of their first line; where two readers could differ, a row is refused.

RFC 4180: a field may stand in double quotes, and then hold delimiters, line ends and doubled quotes. Whether
a line ends a row is told by its quotes alone (an even number of them since the row began), so rows are found
without being parsed. A row that never ends or isn't well-formed is refused by its first line, and the next
line is looked at afresh: a stray quote costs the lines that it spoils and not the rest of the file.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from plummer.pipelines.landing.framing import BOM, Line, Readable, iter_lines
from plummer.pipelines.landing.limits import MAX_LINE, MAX_ROW
from plummer.pipelines.landing.refusal import Refused

csv.field_size_limit(MAX_LINE)  # the module's own limit is 128 KiB; a note is longer


@dataclass(slots=True)
class Row:
    """One row as it stands in the file, not parsed yet.

    Attributes:
        number: 1-based physical line where it begins.
        data: its bytes without the last line end; None where its first line is too long.
        size: bytes.
        sha256: hex digest, only where data is None.
        unclosed: it begins a quote that nothing closes.
    """

    number: int
    data: bytes | None
    size: int
    sha256: str = ""
    unclosed: bool = False


def iter_rows(stream: Readable, delimiter: str, *, quotes: bool) -> Iterator[Row]:
    r"""The rows of a stream that stands at its start; blank lines between them are passed over.

    Args:
        stream: where to read from.
        delimiter: between fields.
        quotes: whether a field may be quoted; else each line is a row.

    Example:
        >>> import io
        >>> text = b'a,"1\n2"\n\nb,"3\nc,4\n'
        >>> [(row.number, row.data, row.unclosed) for row in iter_rows(io.BytesIO(text), ",", quotes=True)]
        [(1, b'a,"1\n2"', False), (4, b'b,"3', True), (5, b'c,4', False)]
    """
    lines = _Lines(iter_lines(stream))
    while (line := lines.take()) is not None:
        if line.number == 1 and line.data is not None:
            line = Line(1, line.data.removeprefix(BOM), line.size)
        if line.data is None:
            yield Row(line.number, None, line.size, line.sha256)
        elif quotes and line.data.count(b'"') % 2:
            yield _joined(line, line.data, lines, delimiter)
        elif data := line.data.removesuffix(b"\r"):
            yield Row(line.number, data, len(data))


class _Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._held: deque[Line] = deque()

    def take(self) -> Line | None:
        return self._held.popleft() if self._held else next(self._lines, None)

    def put_back(self, lines: list[Line]) -> None:
        self._held.extendleft(reversed(lines))


def _joined(first: Line, data: bytes, lines: _Lines, delimiter: str) -> Row:
    """A row over several lines; where they make none, its first line, which is none either."""
    more: list[Line] = []
    parts, size, unclosed = [data], len(data), True
    while size <= MAX_ROW and (line := lines.take()) is not None:
        more.append(line)
        if line.data is None:
            break
        parts.append(line.data)
        size += line.size + 1
        if line.data.count(b'"') % 2:
            whole = b"\n".join(parts).removesuffix(b"\r")
            if _form(delimiter).fullmatch(whole):
                return Row(first.number, whole, len(whole))
            unclosed = False
            break
    lines.put_back(more)
    data = data.removesuffix(b"\r")
    return Row(first.number, data, len(data), unclosed=unclosed)


@lru_cache
def _form(delimiter: str) -> re.Pattern[bytes]:
    """A well-formed row; no text can be cut in two ways, so it is matched in linear time."""
    apart = re.escape(delimiter)
    field = rf'(?:"[^"]*(?:""[^"]*)*"|[^"{apart}\r\n]*)'
    return re.compile(f"{field}(?:{apart}{field})*".encode())


def fields_of(data: bytes, delimiter: str, *, quotes: bool) -> list[str]:
    r"""The fields of a row.

    Raises:
        Refused: ``nul_byte``, ``encoding_not_utf8``, or ``csv_malformed``: a quote within an unquoted field,
            text after a closing quote, a CR that ends no line.

    Example:
        >>> fields_of(b'p1,"Test, Ann","5\n6"', ",", quotes=True)
        ['p1', 'Test, Ann', '5\n6']
        >>> fields_of(b'p1,5" tube', ",", quotes=True)
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: csv_malformed
    """
    if b"\0" in data:
        raise Refused("nul_byte")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused("encoding_not_utf8") from None
    if not quotes or b'"' not in data:
        if b"\r" in data:
            raise Refused("csv_malformed")
        return text.split(delimiter)
    if _form(delimiter).fullmatch(data) is None:
        raise Refused("csv_malformed")
    return next(csv.reader([text], delimiter=delimiter, strict=True))
