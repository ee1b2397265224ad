"""From the fields of a row, whatever file they came from, to a checked resource."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from plummer.pipelines.landing.lookups import Lookups
from plummer.pipelines.landing.mapping_model import FileMapping, RowMapping
from plummer.pipelines.landing.mapping_rows import released_at, row_to_resource
from plummer.pipelines.landing.outcome import Outcome, refused
from plummer.pipelines.landing.records import check_line
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.uncarried import Uncarried, added


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of a file are.

    Attributes:
        width: fields of a row.
        places: position of each column that the mapping names and the file has.
        unnamed: columns that the mapping doesn't name; nothing of them is read.
        whole: columns of whole numbers.
        left: position of each column that is known and not carried.
    """

    width: int
    places: tuple[tuple[str, int], ...]
    unnamed: int
    whole: frozenset[str] = frozenset()
    left: tuple[tuple[str, int], ...] = ()

    def cells(self, fields: Sequence[str]) -> dict[str, str]:
        """The cells of a row, blanks around them cut, ``33.0`` of a whole number without its fraction.

        Example:
            >>> Header(2, (("id", 0), ("note", 1)), 0, frozenset({"id"})).cells(["33.0", " 33.0"])
            {'id': '33', 'note': '33.0'}
        """
        found = {name: fields[at].strip() for name, at in self.places}
        for name in self.whole:
            found[name] = found[name].removesuffix(".0")
        return found


def header_of(names: Sequence[str], mapping: RowMapping, file: FileMapping) -> Header:
    """Hold the names of a file's columns against its mapping.

    Raises:
        Refused: ``duplicate_column``, or ``schema_drift`` where a column that the mapping needs is absent.

    Example:
        >>> from plummer.pipelines.landing.mapping_model import Branch
        >>> file = FileMapping("p.csv", "Patient", ("ID",), frozenset({"ID"}), frozenset(), Branch((), False))
        >>> mapping = RowMapping(1, "", ",", True, frozenset(), (file,), ())
        >>> header_of(["SSN", " ID "], mapping, file).places
        (('ID', 1),)
    """
    shown = [mapping.column(name) for name in names]
    told = [name for name in shown if name]
    if len(set(told)) != len(told):
        raise Refused("duplicate_column")
    if file.columns - file.optional - set(told):
        raise Refused("schema_drift")
    places = tuple((name, at) for at, name in enumerate(shown) if name in file.columns)
    whole = frozenset(name for name, _ in places if mapping.is_whole(name))
    known = file.left.union(*(other.left for other in file.others))
    left = tuple((name, at) for at, name in enumerate(shown) if name in known)
    unnamed = sum(name not in file.columns | known for name in shown)
    return Header(len(shown), places, unnamed, whole, left)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Makes a resource of each row of one file.

    Attributes:
        mapping: the whole mapping.
        file: the part of it that fits the file.
        header: where the columns are.
        lookups: rows of other tables.
    """

    mapping: RowMapping
    file: FileMapping
    header: Header
    lookups: Lookups
    uncarried: Uncarried = field(default_factory=Uncarried)

    def outcome(self, fields: Sequence[str], raw: bytes, line: int) -> Outcome:
        """A row's resource after the checks of any record, or its refusal with what was read of it."""
        try:
            cells = self.header.cells(fields)
            self._join(cells)
            self._count(fields, cells)
            body = row_to_resource(self.mapping, self.file, cells)
            released = released_at(self.mapping, cells)
        except Refused as no:
            return refused(no.reason, raw, line)
        except Exception:  # one hostile row must not end the load; the reason says that nobody foresaw it
            return refused("check_failed", raw, line)
        (made,) = check_line(body, line)
        if made.reason is not None:
            return refused(made.reason, raw, line)
        made.last_updated = made.last_updated or released
        return made

    def _join(self, cells: dict[str, str]) -> None:
        empty, none = self.mapping.empty, self.mapping.none
        for join in self.file.joins:
            key = cells.get(join.column, "")
            row = self.lookups.find(join.lookup, key) if key not in empty or not join.column else None
            if row is not None:
                cells.update((name, row[at]) for name, at in join.cells)
            elif join.column == self.file.coded_by and key not in empty and key not in none:
                self.uncarried.add(f"{self.file.pattern}.{join.column}:unknown")

    def _count(self, fields: Sequence[str], cells: Mapping[str, str]) -> None:
        """Count what the row holds and its resource won't: cells, and the concept that it lacks."""
        nothing = self.mapping.empty | self.mapping.none
        meant = (self.file.for_row(cells) or self.file) if self.header.left else self.file
        for name, at in self.header.left:
            if name in meant.left and fields[at].strip() not in nothing:
                self.uncarried.add(f"{self.file.pattern}.{name}")
        coded = self.file.coded_by
        if coded and cells.get(coded, "") in nothing:
            self.uncarried.add(f"{self.file.pattern}.{coded}:unmapped")


_TELL: Final = 1_024


def with_uncarried(outcomes: Iterable[Outcome], uncarried: Uncarried) -> Iterator[Outcome]:
    """The outcomes, some of which carry what was counted since the last that did: a sum, not row by row."""
    held: Outcome | None = None
    for number, outcome in enumerate(outcomes, start=1):
        if held is not None:
            yield held
        held = outcome
        if number % _TELL == 0:
            held.uncarried = uncarried.take()
    if held is not None:
        held.uncarried = added([held.uncarried or {}, uncarried.take() or {}]) or None
        yield held
