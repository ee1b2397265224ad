"""What a mapping of rows to resources says, once read and checked: `plummer.pipelines.landing.mapping`.

A resource is planned as a tree that mirrors its JSON. A leaf takes cells of a row and makes one primitive
value of them; a branch holds leaves and branches. What the tree can't say, a row can't do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from plummer.pipelines.landing.mapping_dates import DateFormat
from plummer.pipelines.landing.mapping_patterns import fits

OMIT: Final = object()
"""In the place of a fallback: the element is left out."""


@dataclass(frozen=True, slots=True)
class When:
    """Which rows an element is for: cells of ``column`` that are one of ``texts``, or none of them."""

    column: str
    texts: frozenset[str]
    negated: bool = False

    def holds(self, cells: Mapping[str, str]) -> bool:
        """Whether a row is meant."""
        return (cells.get(self.column, "") in self.texts) != self.negated

    def excludes(self, other: "When") -> bool:
        """Whether no row can be meant by both.

        Example:
            >>> When("A", frozenset({"x"})).excludes(When("A", frozenset({"x", "y"}), negated=True))
            True
        """
        if self.column != other.column:
            return False
        if self.negated == other.negated:
            return not self.negated and not self.texts & other.texts
        said, denied = (other, self) if self.negated else (self, other)
        return said.texts <= denied.texts


@dataclass(frozen=True, slots=True)
class Leaf:
    """One primitive value.

    Attributes:
        kind: its FHIR type, e.g. ``dateTime``; ``comparator`` and ``number`` are the two parts of a quantity.
        columns: whose cells make its text, joined by a blank; none where it is a constant. A name with
            ``->`` is a cell of another table (`Join`).
        first: only the first cell that isn't empty is taken.
        constant: the JSON value of a constant, as bytes.
        values: what a text stands for, as JSON, where the mapping lists it.
        otherwise: JSON for a text that isn't listed, `OMIT`, or None: such a row is refused.
        formats: the declared forms of a date.
        zone: IANA name or offset of a time that has none of its own.
        reference: type of the resource that the text is the id of, else "".
        prefix: of that id.
        required: a row without a text is refused.
    """

    kind: str
    columns: tuple[str, ...] = ()
    constant: bytes = b""
    values: Mapping[str, bytes] | None = None
    otherwise: object = None
    formats: tuple[DateFormat, ...] = ()
    zone: str = ""
    reference: str = ""
    prefix: str = ""
    required: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Several plans for one element; the first whose conditions all hold is taken, none is nothing."""

    options: tuple[tuple[tuple[When, ...], "Plan"], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A repeating element, its items in order; those that come out empty are left out.

    Attributes:
        items: what stands in it.
        distinct: an item like one before it is left out too.
    """

    items: tuple["Plan", ...]
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """An object: JSON keys, as bytes with quotes and colon, and what stands under them.

    Attributes:
        parts: key, plan, and whether a column stands in the plan.
        from_row: whether a column stands anywhere below; if all of those are empty, so is the branch.
    """

    parts: tuple[tuple[bytes, "Plan", bool], ...]
    from_row: bool


@dataclass(frozen=True, slots=True)
class Memo:
    """A plan whose outcome is kept by the cells that it is made of: a code or a day comes again and again.

    Attributes:
        plan: what is rendered.
        columns: every cell that the plan looks at.
        known: what came of them; emptied where it grows too large.
    """

    plan: "Plan"
    columns: tuple[str, ...]
    known: dict[tuple[str, ...], bytes] = field(default_factory=dict, repr=False, compare=False)


Plan = Leaf | Choice | Items | Branch | Memo


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table whose rows other tables name by a key.

    Attributes:
        name: as columns write it: ``location_id -> location.city``.
        pattern: of its files.
        key: the column that tells one row from another; "" where the table has one row.
        columns: its columns that may be asked for.
    """

    name: str
    pattern: str
    key: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Cells that a row gets from the row of another table that one of its cells names.

    Attributes:
        column: whose cell is the key; "" for a table of one row.
        lookup: name of the other table.
        cells: name under which a cell goes (``column -> lookup.name``) and its position among the
            lookup's columns.
    """

    column: str
    lookup: str
    cells: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What becomes of the rows of some files.

    Attributes:
        pattern: name of the files, in small letters, ``*`` for anything; with a ``/`` the path; without an
            extension the name of a table.
        resource: the resource type, one for each row.
        key: columns whose cells make the resource's id; a row without the first of them has none.
        columns: every column that is named, which the header must have.
        optional: columns that it may lack.
        body: the resource without type and id.
        prefix: of the id.
        joins: cells of other tables.
        conditions: which rows it is for; all must hold.
        others: what is tried, in order, for the rows that it isn't for. The columns, the optional ones and
            the joins of the first are those of all.
        left: columns that are known and not carried; cells of theirs that hold something are counted.
        coded_by: the column whose concept a row is about, "" where it isn't said; rows without one are
            counted.
    """

    pattern: str
    resource: str
    key: tuple[str, ...]
    columns: frozenset[str]
    optional: frozenset[str]
    body: Branch
    prefix: str = ""
    joins: tuple[Join, ...] = ()
    conditions: tuple[When, ...] = ()
    others: tuple["FileMapping", ...] = ()
    left: frozenset[str] = frozenset()
    coded_by: str = ""

    def for_row(self, cells: Mapping[str, str]) -> "FileMapping | None":
        """The one of them that a row is for, None where it is for none."""
        if not self.conditions:
            return self
        each = (self, *self.others)
        return next((file for file in each if all(one.holds(cells) for one in file.conditions)), None)


@dataclass(frozen=True, slots=True)
class RowMapping:
    """A whole mapping.

    Attributes:
        version: raised by its author with each change; the version of every resource it makes.
        sha256: of its text.
        delimiter: between the fields of a row; "" where each file's header tells: a tab, else a comma.
        quotes: whether a field may stand in double quotes (RFC 4180).
        empty: texts of a cell that say that there is nothing.
        files: in order; the first that fits a file is taken.
        ignore: patterns of files that are known and not read.
        any_case: whether columns are named in capitals or not.
        whole: patterns of columns of whole numbers, which some exporters write as ``33.0``.
        lookups: tables whose rows others name.
        needs: patterns of files without which a source isn't read.
        left: patterns of files that are ignored and whose rows are counted.
        none: texts of a cell that name no concept.
        released: an instant that is the same for all rows of a delivery, and tells which of two versions of
            a row is the later one; it stands in no resource, or an unchanged row would be another one.
    """

    version: int
    sha256: str
    delimiter: str
    quotes: bool
    empty: frozenset[str]
    files: tuple[FileMapping, ...]
    ignore: tuple[str, ...]
    any_case: bool = False
    whole: tuple[str, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    needs: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    none: frozenset[str] = frozenset()
    released: Plan | None = None

    def file_for(self, path: str) -> FileMapping | None:
        """What is to be done with a file, by its path below the source, with ``.gz`` or without."""
        return next((file for file in self.files if fits(file.pattern, path)), None)

    def lookups_for(self, path: str) -> list[Lookup]:
        """The lookups that a file's rows belong to."""
        return [lookup for lookup in self.lookups if fits(lookup.pattern, path)]

    def ignores(self, path: str) -> bool:
        """Whether a file is known and not read."""
        return any(fits(pattern, path) for pattern in (*self.ignore, *self.left))

    def table_left(self, path: str) -> str:
        """The pattern under which the rows of an ignored file are counted, "" where they aren't."""
        return next((pattern for pattern in self.left if fits(pattern, path)), "")

    def column(self, name: str) -> str:
        """The name of a column as the mapping writes it."""
        return name.strip().lower() if self.any_case else name.strip()

    def is_whole(self, column: str) -> bool:
        """Whether a column holds whole numbers."""
        return any(fnmatchcase(column, pattern) for pattern in self.whole)


def from_row(plan: Plan) -> bool:
    """Whether any column stands in a plan.

    Example:
        >>> from_row(Leaf("code", constant=b'"final"')), from_row(Leaf("string", columns=("NAME",)))
        (False, True)
    """
    if isinstance(plan, Leaf):
        return bool(plan.columns)
    if isinstance(plan, Branch):
        return plan.from_row
    if isinstance(plan, Items):
        return any(map(from_row, plan.items))
    if isinstance(plan, Memo):
        return True
    return any(from_row(option) for _, option in plan.options)


def columns_of(plan: Plan) -> frozenset[str]:
    """Every cell that a plan looks at.

    Example:
        >>> sorted(columns_of(Choice((((When("A", frozenset("x")),), Leaf("code", columns=("B",))),))))
        ['A', 'B']
    """
    if isinstance(plan, Leaf):
        return frozenset(plan.columns)
    if isinstance(plan, Memo):
        return frozenset(plan.columns)
    if isinstance(plan, Choice):
        asked = frozenset(when.column for conditions, _ in plan.options for when in conditions)
        return asked.union(*(columns_of(option) for _, option in plan.options))
    parts = plan.items if isinstance(plan, Items) else [part for _, part, _ in plan.parts]
    return frozenset[str]().union(*map(columns_of, parts))
