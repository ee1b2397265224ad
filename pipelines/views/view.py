"""A compiled view: from a resource to its rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plummer.pipelines.views.definition import Column, Definition, Select, read_definition
from plummer.pipelines.views.fhirpath import Code, Env, compile_path
from plummer.pipelines.views.fhirpath.code import Values
from plummer.pipelines.views.rows import (
    Cell,
    Row,
    Rows,
    cell,
    cells,
    crossed,
    looped,
    placed,
    repeated,
    union,
)
from plummer.schemas.errors import ExitCode, PlummerError


@dataclass(frozen=True, slots=True)
class View:
    """A view that can be run.

    Attributes:
        name: the definition's name.
        resource: the type of resource it is over.
        columns: in the order of each row.
        warnings: what its author should hear, such as elements that R4 doesn't have.
    """

    name: str
    resource: str
    columns: tuple[Column, ...]
    warnings: tuple[str, ...]
    _where: tuple[Code, ...]
    _rows: Rows

    def rows(self, resources: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
        """The rows of resources; those of other types, or that ``where`` leaves out, give none.

        Args:
            resources: as JSON; numbers with a fraction as Decimal, so that they stay exact.

        Raises:
            PlummerError: ``view_collection``, ``view_type`` or ``view_where`` where they don't fit.
        """
        for resource in resources:
            if resource.get("resourceType") == self.resource:
                focus: Values = [resource]
                env = Env(focus, 0, 0, resource)
                if all(_holds(code.run(focus, env)) for code in self._where):
                    yield from self._rows(focus, env)


def compile_view(raw: object) -> View:
    """Compile a ViewDefinition.

    Args:
        raw: its JSON.

    Raises:
        PlummerError: ``view_malformed``, ``view_columns``, ``view_path`` or ``view_where``, with the place.

    Example:
        >>> column = {"name": "who", "path": "name.family", "type": "string"}
        >>> view = compile_view({"resource": "Patient", "select": [{"column": [column]}]})
        >>> list(view.rows([{"resourceType": "Patient", "name": [{"family": "Roe"}]}]))
        [('Roe',)]
    """
    definition = read_definition(raw)
    maker = _Maker(definition, [])
    rows, columns = maker.select(definition.select, definition.resource)
    where = tuple(maker.condition(path, f"where[{n}].path") for n, path in enumerate(definition.where))
    return View(definition.name, definition.resource, columns, tuple(maker.warnings), where, rows)


def _holds(values: Values) -> bool:
    if len(values) > 1 or any(not isinstance(value, bool) for value in values):
        raise _no_condition("where", "something other than true or false")
    return values == [True]


def _no_condition(at: str, what: str) -> PlummerError:
    return PlummerError("view_where", f"a path of where gives {what}", ExitCode.USAGE, at)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Compiles one definition."""

    definition: Definition
    warnings: list[str]

    def code(self, path: str, focus: str, at: str) -> Code:
        """A path's code; an error says where the path stands."""
        known, root = self.definition.constants, self.definition.resource
        with placed(at):
            return compile_path(path, focus, known, self.warnings, root)

    def condition(self, path: str, at: str) -> Code:
        """A path of ``where``, refused now where its type is known and isn't boolean."""
        found = self.code(path, self.definition.resource, at)
        if found.type not in ("", "boolean"):
            raise _no_condition(at, f"{found.type}, not true or false")
        return found

    def select(self, select: Select, focus: str) -> tuple[Rows, tuple[Column, ...]]:
        """A select's rows for a focus, and its columns with the types that its paths tell."""
        if select.loop == "repeat":
            return self._repeat(select, focus)
        if not select.loop:
            return self._body(select, focus)
        path = self.code(select.paths[0], focus, f"{select.at}.{select.loop}")
        body, columns = self._body(select, path.type)
        return looped(
            path, body, f"{select.at}.{select.loop}", or_null=select.loop == "forEachOrNull"
        ), columns

    def _repeat(self, select: Select, focus: str) -> tuple[Rows, tuple[Column, ...]]:
        """The first step and those after it start from other types, so each has codes of its own."""
        at = f"{select.at}.repeat"
        # a path may fit only one of the two: no warning
        quiet = replace(self, warnings=[])
        first = [quiet.code(path, focus, at) for path in select.paths]
        known = {code.type for code in first} - {""}
        inner = known.pop() if len(known) == 1 else ""
        deep = [quiet.code(path, inner, at) for path in select.paths]
        if {code.type for code in deep} != {inner}:
            inner = ""
            deep = [quiet.code(path, "", at) for path in select.paths]
        body, columns = self._body(select, inner)
        return repeated(first, deep, body, at), columns

    def _body(self, select: Select, focus: str) -> tuple[Rows, tuple[Column, ...]]:
        parts: list[Rows] = []
        columns: list[Column] = []
        if select.columns:
            made = [
                self._column(one, focus, f"{select.at}.column[{n}]") for n, one in enumerate(select.columns)
            ]
            columns += [column for column, _ in made]
            parts.append(cells([run for _, run in made]))
        for nested in select.selects:
            rows, found = self.select(nested, focus)
            parts.append(rows)
            columns += found
        if select.union:
            branches = [self.select(branch, focus) for branch in select.union]
            parts.append(union([rows for rows, _ in branches]))
            columns += branches[0][1]
        return (parts[0] if len(parts) == 1 else crossed(parts)), tuple(columns)

    def _column(self, column: Column, focus: str, at: str) -> tuple[Column, Cell]:
        code = self.code(column.path, focus, f"{at}.path")
        told = replace(column, type=column.type or code.type)
        return told, cell(code, told, at)
