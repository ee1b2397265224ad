"""A ViewDefinition, read strictly: what it says wrongly is refused, not guessed.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from plummer.pipelines.views.fhirpath.code import Code, constant
from plummer.pipelines.views.fhirpath.types import suffixes
from plummer.schemas.errors import ExitCode, PlummerError

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_TYPE: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,63}")
_LOOPS: Final = ("forEach", "forEachOrNull", "repeat")
_ELEMENT: Final = ("id", "extension", "modifierExtension")
_SELECT_KEYS: Final = frozenset({*_LOOPS, *_ELEMENT, "column", "select", "unionAll"})
_COLUMN_KEYS: Final = frozenset({*_ELEMENT, "path", "name", "description", "collection", "type", "tag"})
_MAX_DEPTH: Final = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view: name, path, declared type (``""`` where none is), and whether it is a list."""

    name: str
    path: str
    type: str = ""
    collection: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A select: what it loops over, its columns, what it crosses them with.

    Attributes:
        at: its place in the definition, for messages.
        loop: ``forEach``, ``forEachOrNull``, ``repeat`` or nothing.
        paths: the loop's path; of a repeat all of them.
        columns: its own columns.
        selects: selects that are crossed with them.
        union: branches whose rows follow each other.
    """

    at: str
    loop: str
    paths: tuple[str, ...]
    columns: tuple[Column, ...]
    selects: "tuple[Select, ...]"
    union: "tuple[Select, ...]"

    def all_columns(self) -> tuple[Column, ...]:
        """Its columns in order: own, of nested selects, of the union."""
        nested = [column for select in self.selects for column in select.all_columns()]
        first = self.union[0].all_columns() if self.union else ()
        return (*self.columns, *nested, *first)


@dataclass(frozen=True, slots=True)
class Definition:
    """A ViewDefinition."""

    name: str
    resource: str
    constants: Mapping[str, Code]
    select: Select
    where: tuple[str, ...]


def wrong(at: str, why: str) -> PlummerError:
    """The error of a definition that can't be used.

    Args:
        at: the place in the definition.
        why: what is wrong there.
    """
    return PlummerError("view_malformed", why, ExitCode.USAGE, at)


def read_definition(raw: object) -> Definition:
    """A definition from its JSON.

    Raises:
        PlummerError: ``view_malformed`` or ``view_columns`` with the place in the definition.

    Example:
        >>> column = {"name": "id", "path": "id"}
        >>> read_definition({"resource": "Patient", "select": [{"column": [column]}]}).resource
        'Patient'
    """
    if not isinstance(raw, dict):
        raise wrong("ViewDefinition", "a ViewDefinition is a JSON object")
    resource = raw.get("resource")
    if not isinstance(resource, str) or not _TYPE.fullmatch(resource):
        raise wrong("resource", "resource names the type of resource that the view is over")
    name = raw.get("name", "")
    if not isinstance(name, str):
        raise wrong("name", "name is a string")
    selects = _selects(raw.get("select"), "select", 0)
    if not selects:
        raise wrong("select", "a view needs a select")
    root = Select("", "", (), (), selects, ())
    _unique(root)
    where = tuple(
        _path(_object(one, f"where[{n}]").get("path"), f"where[{n}].path")
        for n, one in enumerate(_list(raw.get("where"), "where"))
    )
    return Definition(name, resource, _constants(raw.get("constant")), root, where)


def _unique(root: Select) -> None:
    names = [column.name for column in root.all_columns()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PlummerError("view_columns", f"two columns are called {twice[0]}", ExitCode.USAGE, "select")
    if not names:
        raise wrong("select", "a view needs a column")


def _object(value: object, at: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise wrong(at, "an object belongs here")
    return value


def _list(value: object, at: str) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise wrong(at, "a list belongs here")
    return value


def _path(value: object, at: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong(at, "a FHIRPath expression belongs here, as a string")
    return value


def _keys(value: Mapping[str, Any], known: frozenset[str], at: str) -> None:
    odd = sorted(key for key in value if key not in known and not key.startswith("_"))
    if odd:
        named = odd[0] if _NAME.fullmatch(odd[0]) else "a key"
        raise wrong(at, f"{named} means nothing here")


def _selects(value: object, at: str, depth: int) -> tuple[Select, ...]:
    if depth > _MAX_DEPTH:
        raise wrong(at, "selects are nested too deeply")
    return tuple(_select(one, f"{at}[{n}]", depth) for n, one in enumerate(_list(value, at)))


def _select(value: object, at: str, depth: int) -> Select:
    raw = _object(value, at)
    _keys(raw, _SELECT_KEYS, at)
    loops = [loop for loop in _LOOPS if raw.get(loop) is not None]
    if len(loops) > 1:
        raise wrong(at, f"a select takes one of {', '.join(_LOOPS)}")
    loop = loops[0] if loops else ""
    columns = tuple(
        _column(one, f"{at}.column[{n}]") for n, one in enumerate(_list(raw.get("column"), f"{at}.column"))
    )
    selects = _selects(raw.get("select"), f"{at}.select", depth + 1)
    union = _selects(raw.get("unionAll"), f"{at}.unionAll", depth + 1)
    _same_columns(union, at)
    return Select(at, loop, _loop_paths(raw, loop, at), columns, selects, union)


def _loop_paths(raw: Mapping[str, Any], loop: str, at: str) -> tuple[str, ...]:
    if loop != "repeat":
        return (_path(raw[loop], f"{at}.{loop}"),) if loop else ()
    paths = tuple(_path(one, f"{at}.repeat[{n}]") for n, one in enumerate(_list(raw[loop], f"{at}.repeat")))
    if not paths:
        raise wrong(f"{at}.repeat", "repeat needs a path")
    return paths


def _column(value: object, at: str) -> Column:
    raw = _object(value, at)
    _keys(raw, _COLUMN_KEYS, at)
    name, kind, collection = raw.get("name"), raw.get("type", ""), raw.get("collection", False)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise wrong(f"{at}.name", "a column's name is a letter and then letters, digits or _")
    if not isinstance(kind, str) or not isinstance(collection, bool):
        raise wrong(at, "type is a string, collection is true or false")
    # a type may be written as the URL of its definition
    return Column(name, _path(raw.get("path"), f"{at}.path"), kind.rpartition("/")[2], collection)


def _same_columns(union: tuple[Select, ...], at: str) -> None:
    shapes = [[(c.name, c.type, c.collection) for c in branch.all_columns()] for branch in union]
    if any(shape != shapes[0] for shape in shapes):
        raise PlummerError(
            "view_columns",
            "branches of a unionAll need the same columns, types and order",
            ExitCode.USAGE,
            at,
        )


def _constants(value: object) -> Mapping[str, Code]:
    out: dict[str, Code] = {}
    for n, one in enumerate(_list(value, "constant")):
        at = f"constant[{n}]"
        raw = _object(one, at)
        name = raw.get("name")
        values = [key for key in raw if key.startswith("value")]
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in out or name == "rowIndex":
            raise wrong(f"{at}.name", "a constant needs a name of its own")
        kind = dict(suffixes()).get(values[0][5:]) if len(values) == 1 else None
        if kind is None or not isinstance(raw[values[0]], str | bool | int | Decimal | float):
            raise wrong(at, "a constant needs one value[x] of a primitive type")
        held = raw[values[0]]
        out[name] = constant([Decimal(str(held)) if isinstance(held, float) else held], kind)
    return out
