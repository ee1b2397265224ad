"""A message as segments, fields, repetitions, components and subcomponents; what is read is remembered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from plummer.pipelines.landing.hl7v2.batches import Raw
from plummer.pipelines.landing.hl7v2.charsets import decode, encoding_of
from plummer.pipelines.landing.hl7v2.escapes import Delimiters, unescape
from plummer.pipelines.landing.hl7v2.limits import (
    MAX_FIELDS,
    MAX_MARKS,
    MAX_PARTS,
    MAX_REPETITIONS,
    MAX_SEGMENTS,
)
from plummer.pipelines.landing.refusal import Refused

_NAME: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_NOTHING: Final = '""'
"""HL7's null: the sender says that there is no value."""


@dataclass(slots=True)
class Segment:
    """One segment.

    Attributes:
        name: its three letters.
        line: physical line.
        raw: its bytes.
        fields: its fields as received; ``fields[n]`` is field n.
        marks: the message's delimiters.
        encoding: of the message.
        taken: field, repetition and component of what was read, 0-based repetition.
        split: fields that were taken apart.
        zone: IANA zone of its times without an offset, "" where none is known.
    """

    name: str
    line: int
    raw: bytes
    fields: list[str]
    marks: Delimiters
    encoding: str
    taken: set[tuple[int, int, int]] = field(default_factory=set)
    split: dict[int, list["Cell"]] = field(default_factory=dict)
    zone: str = ""

    def cells(self, number: int) -> list["Cell"]:
        """The repetitions of a field that hold something.

        Raises:
            Refused: ``too_many_repetitions`` or ``too_many_parts``.
        """
        text = self.fields[number] if number < len(self.fields) else ""
        if not text or text == _NOTHING:
            return []
        if number not in self.split:
            self.split[number] = self._cells(number, text)
        return self.split[number]

    def _cells(self, number: int, text: str) -> list["Cell"]:
        if self.name == "MSH" and number <= 2:
            return [Cell(self, number, 0, [[text]])]
        return [cell for cell in self._split(number, text) if cell.holds]

    def _split(self, number: int, text: str) -> Iterator["Cell"]:
        component, repetition, _, subcomponent = self.marks.marks
        if _count(text, repetition) >= MAX_REPETITIONS:
            raise Refused("too_many_repetitions")
        for index, part in enumerate(_parts(text, repetition)):
            if _count(part, component) >= MAX_PARTS or _count(part, subcomponent) >= MAX_PARTS * 4:
                raise Refused("too_many_parts")
            yield Cell(self, number, index, [_parts(one, subcomponent) for one in _parts(part, component)])

    def left(self) -> Iterator[str]:
        """Names of fields, or of components of fields read in part, that hold something nobody read."""
        known = {number for number, _, _ in self.taken}
        for number in range(1, len(self.fields)):
            read = number in known
            for cell in self.cells(number):
                for place, parts in enumerate(cell.parts, 1):
                    if any(_holds(part) for part in parts) and (
                        (number, cell.index, place) not in self.taken
                    ):
                        yield f"{self.name}-{number}" + (f".{place}" if read else "")


@dataclass(slots=True)
class Cell:
    """A repetition of a field, or a component or subcomponent of it.

    Attributes:
        segment: where it stands.
        number: of the field.
        index: of the repetition.
        parts: subcomponents of each component of the repetition.
        component: 1-based, 0 for the whole repetition.
        sub: 1-based, 0 for the whole component.
    """

    segment: Segment
    number: int
    index: int
    parts: list[list[str]]
    component: int = 0
    sub: int = 0

    @property
    def holds(self) -> bool:
        """Whether anything stands in it."""
        return any(_holds(part) for part in self._mine())

    def _mine(self) -> Iterator[str]:
        for place, parts in enumerate(self.parts, 1):
            if self.component in (0, place):
                yield from (parts[self.sub - 1 : self.sub] if self.sub else parts)

    def at(self, *places: int) -> "Cell":
        """A component of a repetition, a subcomponent of a component; nothing is below a subcomponent."""
        cell = self
        for place in places:
            if cell.component == 0:
                cell = Cell(self.segment, self.number, self.index, self.parts, place)
            else:
                sub = place if cell.sub == 0 else 0 if place == 1 else -1
                cell = Cell(
                    self.segment, self.number, self.index, self.parts, cell.component, sub or cell.sub
                )
        return cell

    def text(self) -> str:
        """The value, unescaped and stripped; of a whole, that of its first part. Remembered as read."""
        found = self.peek()
        if found:
            self.segment.taken.add((self.number, self.index, self.component or 1))
        return found

    def peek(self) -> str:
        """The value, not remembered as read."""
        component, sub = self.component or 1, self.sub or 1
        if sub < 0 or component > len(self.parts) or sub > len(self.parts[component - 1]):
            return ""
        text = self.parts[component - 1][sub - 1]
        if not _holds(text):
            return ""
        return unescape(text, self.segment.marks, self.segment.encoding).strip()

    @property
    def is_read(self) -> bool:
        """Whether its component was read."""
        return (self.number, self.index, self.component or 1) in self.segment.taken

    def unread(self) -> None:
        """Take back that it was read: nothing could be made of it."""
        self.segment.taken.discard((self.number, self.index, self.component or 1))


def _holds(text: str) -> bool:
    return bool(text) and text != _NOTHING and not text.isspace()


def _parts(text: str, mark: str) -> list[str]:
    return text.split(mark) if mark else [text]


def _count(text: str, mark: str) -> int:
    return text.count(mark) if mark else 0


def parse(raw: Raw) -> list[Segment]:
    r"""The segments of a message.

    Raises:
        Refused: what `Raw.refusal` says, ``nul_byte``, ``charset_unknown``, ``charset_invalid``,
            ``encoding_not_utf8``, ``bad_delimiters``, ``too_many_segments``, ``too_many_fields`` or
            ``segment_malformed``.

    Example:
        >>> raw = Raw(1, [(1, b"MSH|^~\\&|A"), (2, b"PID|1||7^^^H&x~8")])
        >>> segments = parse(raw)
        >>> [cell.at(4, 2).text() or cell.text() for cell in segments[1].cells(3)]
        ['x', '8']
    """
    if raw.refusal is not None:
        raise Refused(raw.refusal.reason)
    if len(raw.segments) > MAX_SEGMENTS:
        raise Refused("too_many_segments")
    if any(b"\0" in text for _, text in raw.segments):
        raise Refused("nul_byte")
    encoding = encoding_of(raw.segments[0][1])
    marks = Delimiters.of(decode(raw.segments[0][1], encoding))
    inner = [mark.encode() for mark in marks.marks if mark]
    if sum(text.count(mark) for _, text in raw.segments for mark in inner) > MAX_MARKS:
        raise Refused("too_many_parts")
    return [_segment(line, text, marks, encoding) for line, text in raw.segments]


def _segment(line: int, raw: bytes, marks: Delimiters, encoding: str) -> Segment:
    text = decode(raw, encoding)
    name = text[:3]
    if not _NAME.fullmatch(name) or text[3:4] not in ("", marks.field):
        raise Refused("segment_malformed")
    if text.count(marks.field) > MAX_FIELDS:
        raise Refused("too_many_fields")
    fields = text.split(marks.field)
    if name == "MSH":
        fields.insert(1, marks.field)
    return Segment(name, line, raw, fields, marks, encoding)
