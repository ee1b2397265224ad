"""What a mapping of rows to resources says, once read and checked: `plummer.pipelines.landing.mapping`.

A resource is planned as a tree that mirrors its JSON. A leaf takes cells of a row and makes one primitive
value of them; a branch holds leaves and branches. What the tree can't say, a row can't do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from plummer.pipelines.landing.mapping_dates import DateFormat

OMIT: Final = object()
"""In the place of a fallback: the element is left out."""


@dataclass(frozen=True, slots=True)
class When:
    """Which rows an element is for: cells of ``column`` that are one of ``texts``."""

    column: str
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One primitive value.

    Attributes:
        kind: its FHIR type, e.g. ``dateTime``; ``comparator`` and ``number`` are the two parts of a quantity.
        columns: whose cells make its text, joined by a blank; none where it is a constant.
        constant: the JSON value of a constant, as bytes.
        values: what a text stands for, as JSON, where the mapping lists it.
        otherwise: JSON for a text that isn't listed, `OMIT`, or None: such a row is refused.
        formats: the declared forms of a date.
        zone: IANA name or offset of a time that has none of its own.
        reference: type of the resource that the text is the id of, else "".
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
    required: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Several plans for one element; the first whose conditions all hold is taken, none is nothing."""

    options: tuple[tuple[tuple[When, ...], "Plan"], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A repeating element, its items in order; those that come out empty are left out."""

    items: tuple["Plan", ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """An object: JSON keys, as bytes with quotes and colon, and what stands under them.

    Attributes:
        parts: key, plan, and whether a column stands in the plan.
        from_row: whether a column stands anywhere below; if all of those are empty, so is the branch.
    """

    parts: tuple[tuple[bytes, "Plan", bool], ...]
    from_row: bool


Plan = Leaf | Choice | Items | Branch


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What becomes of the rows of some files.

    Attributes:
        pattern: name of the files, in small letters, ``*`` for anything; with a ``/`` the path.
        resource: the resource type, one for each row.
        key: columns whose cells make the resource's id; a row without the first of them has none.
        columns: every column that is named, which the header must have.
        optional: columns that it may lack.
        body: the resource without type and id.
    """

    pattern: str
    resource: str
    key: tuple[str, ...]
    columns: frozenset[str]
    optional: frozenset[str]
    body: Branch


@dataclass(frozen=True, slots=True)
class RowMapping:
    """A whole mapping.

    Attributes:
        version: raised by its author with each change; the version of every resource it makes.
        sha256: of its text.
        delimiter: between the fields of a row.
        quotes: whether a field may stand in double quotes (RFC 4180).
        empty: texts of a cell that say that there is nothing.
        files: in order; the first that fits a file is taken.
        ignore: patterns of files that are known and not read.
    """

    version: int
    sha256: str
    delimiter: str
    quotes: bool
    empty: frozenset[str]
    files: tuple[FileMapping, ...]
    ignore: tuple[str, ...]

    def file_for(self, path: str) -> FileMapping | None:
        """What is to be done with a file, by its path below the source, with ``.gz`` or without."""
        return next((file for file in self.files if fits(file.pattern, path)), None)

    def ignores(self, path: str) -> bool:
        """Whether a file is known and not read."""
        return any(fits(pattern, path) for pattern in self.ignore)


def fits(pattern: str, path: str) -> bool:
    """Whether a file's path is one that a pattern means.

    Example:
        >>> fits("labs_*.csv", "2024/Labs_01.CSV.gz"), fits("2023/*", "2024/labs.csv")
        (True, False)
    """
    shown = path.lower().removesuffix(".gz")
    return fnmatchcase(shown if "/" in pattern else shown.rpartition("/")[2], pattern)


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
    return any(from_row(option) for _, option in plan.options)
