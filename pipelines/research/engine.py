"""DuckDB over a release, locked: no file, no network, no extension, no other statement than a SELECT."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from plummer.pipelines.export.meds_shards import static_types
from plummer.pipelines.research.table import Table
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import RELEASE_TABLES

_SETTINGS: Final = {
    # what doesn't fit into memory fails; it isn't spilled to a disk
    "temp_directory": "",
    # no other file than the release's, and no network; what could write to those isn't a SELECT
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    # a name in a query never means a variable of the program around it
    "python_enable_replacements": "false",
}
_KINDS: Final = {
    "bigint": "bigint", "string": "varchar", "float": "float", "timestamp_ntz": "timestamp",
    "array<string>": "varchar[]", "map<string,int>": "map(varchar, integer)",
    "array<map<string,int>>": "map(varchar, integer)[]",
}  # fmt: skip
_NAMED: Final = re.compile(
    r'column "([A-Za-z_]\w{0,63})" not found|with name ([A-Za-z_]\w{0,63}) does not exist'
    r'|at or near "([A-Za-z_]\w{0,63})"'
)


def connect(tables: Mapping[str, Table]) -> Any:  # noqa: ANN401 (DuckDB's connection)
    """A locked in-memory database whose views are the release's tables.

    Raises:
        PlummerError: ``duckdb_missing`` (exit 6).
    """
    try:
        import duckdb
    except ImportError:
        message = "SQL needs DuckDB: pip install 'plummer[research]'"
        raise PlummerError("duckdb_missing", message, ExitCode.MISSING_COMPONENT) from None
    connection = duckdb.connect(":memory:")
    files = [_quoted(str(path)) for table in tables.values() for path in table.files]
    connection.execute(f"set allowed_paths = [{', '.join(files)}]")
    for setting, value in _SETTINGS.items():
        connection.execute(f"set {setting} = '{value}'")
    connection.execute("set lock_configuration = true")
    for name, table in tables.items():
        connection.execute(f"create view {name} as {_rows(name, table)}")
    if "events" in tables:
        connection.execute(_known_at(tables["events"].columns))
    return connection


def _known_at(columns: Sequence[str]) -> str:
    """A table macro: the events as they were known at a time.

    What ended later has no end yet. A record's status is that of its extract, so it isn't there at all.
    """
    later = {name: f"null::varchar as {name}" for name in ("status", "verification") if name in columns}
    later["end_time"] = "case when end_time <= moment then end_time end as end_time"
    static = ", ".join(_quoted(kind) for kind in static_types())
    known = f"time is null and available_time is null and event_type in ({static})"
    chosen = f"select * replace ({', '.join(later.values())}) from events"  # noqa: S608 (the contract's names)
    return (
        f"create macro known_at(moment) as table {chosen} "
        f"where greatest(time, available_time) <= moment or ({known})"
    )


def _rows(name: str, table: Table) -> str:
    if table.files:
        files = ", ".join(_quoted(str(path)) for path in table.files)
        return f"select * from read_parquet([{files}])"  # noqa: S608 (files of the release)
    columns = (f"null::{_KINDS[one.type]} as {one.name}" for one in RELEASE_TABLES[name].columns)
    return f"select {', '.join(columns)} where false"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def parsed(connection: Any, query: str) -> Mapping[str, Any]:  # noqa: ANN401 (DuckDB's connection)
    """The syntax tree of a query that is one SELECT.

    Raises:
        PlummerError: ``sql_malformed`` for what can't be parsed, ``sql_not_select`` for any other statement
            or several (exit 2).
    """
    with telling():
        kinds = [statement.type.name for statement in connection.extract_statements(query)]
    if kinds != ["SELECT"]:
        raise PlummerError("sql_not_select", "one SELECT, and nothing else", ExitCode.USAGE)
    tree: Mapping[str, Any] = json.loads(one_value(connection, "select json_serialize_sql($1)", query))
    if tree.get("error"):
        raise PlummerError("sql_not_select", "one SELECT, and nothing else", ExitCode.USAGE)
    return tree


def one_value(connection: Any, query: str, argument: str) -> str:  # noqa: ANN401 (DuckDB's connection)
    """The one value that a query of ours gives."""
    ((value,),) = connection.execute(query, [argument]).fetchall()
    return str(value)


@contextmanager
def telling() -> Iterator[None]:
    """Turn DuckDB's errors into ours: they quote the query, and the rows it met.

    Raises:
        PlummerError: ``sql_malformed`` with a name that the query has, ``sql_forbidden``, ``sql_failed``
            (exit 2).
    """
    import duckdb

    try:
        yield
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
        found = _NAMED.search(str(error))
        name = next(filter(None, found.groups())) if found else ""
        message = "the query can't be parsed, or names something that the release hasn't"
        raise PlummerError("sql_malformed", message, ExitCode.USAGE, name) from None
    except duckdb.PermissionException:
        message = "a query reads the release's tables, and nothing else"
        raise PlummerError("sql_forbidden", message, ExitCode.USAGE) from None
    except duckdb.Error as error:
        raise PlummerError("sql_failed", "the query failed", ExitCode.USAGE, type(error).__name__) from None


def walk(node: object, seen: Callable[[Mapping[str, Any]], None]) -> None:
    """Call a function for every object of a syntax tree."""
    if isinstance(node, Mapping):
        seen(node)
        for below in node.values():
            walk(below, seen)
    elif isinstance(node, list):
        for below in node:
            walk(below, seen)


def columns_read(tree: Mapping[str, Any], tables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The columns of each table that a query may read, by what it names; rather too many than too few.

    Args:
        tree: from `parsed`.
        tables: the release's tables and their columns.
    """
    told = _Names(set(), set(), set())
    walk(tree, told.see)
    # a table function may read a table by a name in a string; a table as a value has all its columns
    whole = bool(told.kinds & {"STAR", "TABLE_FUNCTION", "SHOW_REF"} or told.columns & told.tables)
    used = tables if "TABLE_FUNCTION" in told.kinds else told.tables & set(tables)
    return {name: [one for one in tables[name] if whole or one in told.columns] for name in sorted(used)}


@dataclass(frozen=True, slots=True)
class _Names:
    """What a syntax tree names, in small letters: kinds of nodes, tables with their aliases, columns."""

    kinds: set[str]
    tables: set[str]
    columns: set[str]

    def see(self, node: Mapping[str, Any]) -> None:
        kind = str(node.get("type"))
        self.kinds.add(kind)
        if kind == "BASE_TABLE":
            self.tables.update((node["table_name"].lower(), node["alias"].lower()))
        parts = [str(part).lower() for part in node.get("using_columns") or ()]
        if kind == "COLUMN_REF":
            # of schema.table.column the last; of a struct's field the column may stand before it
            parts = [str(part).lower() for part in node["column_names"]]
            parts = parts if len(parts) == 1 else parts[1:]
        self.columns.update(parts)
