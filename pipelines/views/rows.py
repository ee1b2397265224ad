"""How selects make rows: cells, loops, unions, and every combination of what stands side by side."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import product
from typing import Any, Final

from plummer.pipelines.views.definition import Column
from plummer.pipelines.views.fhirpath import Code, Env
from plummer.pipelines.views.fhirpath.code import Values
from plummer.pipelines.views.fhirpath.types import INTEGERS, is_primitive
from plummer.schemas.errors import ExitCode, PlummerError

Row = tuple[Any, ...]
Rows = Callable[[Values, Env], list[Row]]
Cell = Callable[[Values, Env], Any]
# landing refuses JSON nested over 128 deep
_MAX_DEPTH: Final = 150


@contextmanager
def placed(at: str) -> Iterator[None]:
    """Give an error that has no place yet the place in the definition."""
    try:
        yield
    except PlummerError as error:
        error.ref = error.ref or at
        raise


def cell(code: Code, column: Column, at: str) -> Cell:
    """A column's value: one or None, or the list of a collection.

    Raises (when run):
        PlummerError: ``view_collection`` for several values where one belongs, ``view_type`` for a value
            of another type than the column's.
    """
    run, fits, kind, many = code.run, _check(column.type), column.type, column.collection

    def go(focus: Values, env: Env) -> Any:  # noqa: ANN401 (JSON)
        try:
            found = run(focus, env)
        except PlummerError as error:
            error.ref = error.ref or at
            raise
        for value in found:
            if not fits(value):
                raise PlummerError("view_type", f"a value is no {kind}", ExitCode.USAGE, at)
        if many:
            return found
        if len(found) > 1:
            raise PlummerError(
                "view_collection",
                "a record has several values: collection, first() or forEach",
                ExitCode.USAGE,
                at,
            )
        return found[0] if found else None

    return go


def _check(kind: str) -> Callable[[Any], bool]:
    """Whether a JSON value is one of a type; anything is where the type isn't a primitive one."""
    if kind == "boolean":
        return lambda value: isinstance(value, bool)
    if kind in INTEGERS:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if kind == "decimal":
        return lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool)
    if is_primitive(kind):
        return lambda value: isinstance(value, str)
    return lambda _: True


def cells(made: Sequence[Cell]) -> Rows:
    """One row of the columns' values."""
    return lambda focus, env: [tuple([one(focus, env) for one in made])]


def crossed(parts: Sequence[Rows]) -> Rows:
    """Every combination of the parts' rows; none where a part has none."""

    def go(focus: Values, env: Env) -> list[Row]:
        found: list[list[Row]] = []
        for part in parts:
            rows = part(focus, env)
            if not rows:
                return []
            found.append(rows)
        return [tuple([value for row in rows for value in row]) for rows in product(*found)]

    return go


def union(branches: Sequence[Rows]) -> Rows:
    """The branches' rows, one after the other."""
    return lambda focus, env: [row for branch in branches for row in branch(focus, env)]


def looped(path: Code, body: Rows, at: str, *, or_null: bool) -> Rows:
    """The body's rows for each value of a path; with ``or_null`` for nothing at all where there is none."""

    def go(focus: Values, env: Env) -> list[Row]:
        with placed(at):
            items = path.run(focus, env)
        if not items and or_null:
            return body([], Env([], 0, 0, env.root))
        return _over(items, body, env)

    return go


def _over(items: Values, body: Rows, env: Env) -> list[Row]:
    out: list[Row] = []
    for index, item in enumerate(items):
        this = [item]
        out += body(this, Env(this, index, index, env.root))
    return out


def repeated(first: Sequence[Code], deep: Sequence[Code], body: Rows, at: str) -> Rows:
    """The body's rows for everything that paths reach, again and again, in the order of the document.

    Args:
        first: the paths from the focus.
        deep: the same from what they reach.
        body: rows of one item.
        at: the place in the definition.
    """

    def below(depth: int, focus: Values, env: Env, out: Values) -> None:
        if depth > _MAX_DEPTH:
            raise PlummerError("view_path", "a repeat doesn't end", ExitCode.USAGE)
        for path in deep if depth else first:
            for item in path.run(focus, env):
                out.append(item)
                this = [item]
                below(depth + 1, this, Env(this, 0, env.row, env.root), out)

    def go(focus: Values, env: Env) -> list[Row]:
        items: Values = []
        with placed(at):
            below(0, focus, env, items)
        return _over(items, body, env)

    return go
