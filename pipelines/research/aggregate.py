"""Counts of distinct subjects by group, with small ones withheld: `plummer sql --aggregate`.

The query is one ``SELECT keys, count(DISTINCT subject_id) ... GROUP BY keys`` over the release's tables. It
is checked in DuckDB's own syntax tree. What is refused are ways to single out a subject: comparing an id with
a value, numbering or sampling rows, LIMIT, HAVING, tables made of constants. Differences between two
queries are not looked for; the access ledger has both.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from plummer.pipelines.research.cells import withheld
from plummer.pipelines.research.engine import one_value, telling, walk
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import RELEASE_TABLES

Node = Mapping[str, Any]

IDS: Final = frozenset({"subject_id", "encounter_id", "source_id", "resource_id", "note_id", "members"})
VOCABULARY: Final = frozenset({
    "code", "event_type", "source_table", "resource_type", "note_type",
    "sex", "anchor_year_band", "birth_year_band", "status", "verification", "interpretation", "ucum_unit",
})  # fmt: skip
"""Columns whose values are words of a vocabulary; any other value of a key is shown if k subjects have it."""
_TABLES: Final = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY"})
_REFUSED: Final = {
    "TABLE_FUNCTION": "table functions", "EXPRESSION_LIST": "VALUES", "EMPTY": "SELECT without FROM",
    "SHOW_REF": "SHOW or DESCRIBE", "PIVOT": "PIVOT", "LIMIT_MODIFIER": "LIMIT",
    "LIMIT_PERCENT_MODIFIER": "LIMIT", "SET_OPERATION_NODE": "UNION, EXCEPT or INTERSECT",
    "RECURSIVE_CTE_NODE": "recursion", "POSITIONAL": "positional joins",
}  # fmt: skip
_ROWS: Final = frozenset({"rowid", "filename", "file_row_number", "file_index"})
_UNSTABLE: Final = frozenset({"random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval"})
_MAY_HOLD_IDS: Final = {"SELECT_NODE": ("select_list", "group_expressions"), "SUBQUERY": ("child",)}


def aggregated(connection: Any, tree: Node, k: int) -> pa.Table:  # noqa: ANN401 (DuckDB's connection)
    """Run a query for counts; its rows come in the order of their keys, whatever the query asks.

    Args:
        connection: from `engine.connect`.
        tree: the query's syntax tree, from `engine.parsed`.
        k: the smallest count that is shown.

    Returns:
        The groups. A count is null where it is under k, or where its margin would give another away. A key is
        null where fewer than k subjects have its value and it isn't a word of a vocabulary.

    Raises:
        PlummerError: ``sql_aggregate`` (exit 2) for another kind of query; ``sql_malformed``, ``sql_failed``.
    """
    node = tree["statements"][0]["node"]
    keys, count = _shape(node)
    _require_harmless(node, keys)
    table = _run(connection, tree, [*keys, count])
    names, columns = table.column_names, [column.to_pylist() for column in table.columns]
    places = [node["select_list"].index(one) for one in (*keys, count)]
    cells = sorted(zip(*columns, strict=True), key=_order)
    counted = [(tuple(map(_plain, cell[:-1])), cell[-1]) for cell in cells]
    hidden = withheld(counted, k)
    rare = [_rare(connection, tree, key, count, k) for key in keys]
    rows = [_shown(cell, place in hidden, rare) for place, cell in enumerate(cells)]
    unlike = {
        str(row): row for row in rows
    }  # groups whose keys are withheld look the same, and are told once
    made = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in unlike.values()], table.schema)
    return made.select([names[place] for place in sorted(range(len(places)), key=places.__getitem__)])


def _shape(node: Node) -> tuple[list[Node], Node]:
    """The keys and the count of a query, in the order of its keys.

    Raises:
        PlummerError: ``sql_aggregate``.
    """
    if node["type"] != "SELECT_NODE" or node.get("having") or node.get("qualify"):
        raise _refused("one SELECT, without HAVING or QUALIFY")
    counts = [one for one in node["select_list"] if _is_count(one)]
    keys = [one for one in node["select_list"] if not _is_count(one)]
    if len(counts) != 1:
        raise _refused("exactly one count(DISTINCT subject_id) beside the keys")
    grouped = len(node["group_expressions"])
    if node["aggregate_handling"] == "STANDARD_HANDLING" and (
        grouped != len(keys) or len(node["group_sets"]) > 1
    ):
        raise _refused("the other columns are what is grouped by, all of it")
    return keys, counts[0]


def _is_count(node: Node) -> bool:
    arguments = node.get("arguments") or [{}]
    name = _column(arguments[0].get("expression", {}))
    counts = (node.get("type"), node.get("function_name"), node.get("distinct")) == (
        "FUNCTION",
        "count",
        True,
    )
    return counts and len(arguments) == 1 and name == "subject_id" and not node.get("filter")


def _column(node: Node) -> str:
    """The name of a bare column; nothing for any other expression."""
    return str(node["column_names"][-1]).lower() if node.get("type") == "COLUMN_REF" else ""


def _require_harmless(node: Node, keys: Sequence[Node]) -> None:
    known = set(RELEASE_TABLES)
    walk(node, lambda one: known.update(_names(one)))
    walk({**node, "modifiers": _other_than_order(node)}, lambda one: _require_known(one, known))
    for key in keys:
        walk(key, _require_plain)
    _require_bare_ids(node)


def _names(node: Node) -> list[str]:
    """What the query calls its tables: names of WITH, and aliases."""
    ctes = [str(one["key"]).lower() for one in node.get("cte_map", {}).get("map", ())]
    return [*ctes, str(node["alias"]).lower()] if str(node.get("type")) in _TABLES and node["alias"] else ctes


def _other_than_order(node: Node) -> list[Node]:
    return [one for one in node["modifiers"] if one["type"] != "ORDER_MODIFIER"]


def _require_known(node: Node, known: set[str]) -> None:
    kind, name = str(node.get("type")), _column(node)
    told = _REFUSED.get(kind) or _REFUSED.get(str(node.get("ref_type")))
    if told or kind.startswith("WINDOW") or node.get("class") == "WINDOW":
        raise _refused(f"no {told or 'window functions'}")
    if any(node.get(one) for one in ("sample", "column_name_alias", "aliases", "distinct_on_targets")):
        raise _refused("no sample, no DISTINCT ON, and no list of names for columns")
    if kind == "BASE_TABLE" and (node["schema_name"] or node["table_name"].lower() not in known):
        raise _refused("the release's tables only")
    if kind == "FUNCTION" and node["function_name"].lower() in _UNSTABLE:
        raise _refused("no function that tells rows apart")
    if name in _ROWS or (name in known and len(node["column_names"]) == 1):
        raise _refused("columns, and no rows as values")
    if kind == "STAR" and any(node.get(one) for one in ("columns", "expr", "replace_list", "rename_list")):
        raise _refused("a plain * only")
    if node.get("class") == "SUBQUERY" and node.get("child") and node["comparison_type"] != "COMPARE_EQUAL":
        raise _refused("IN or EXISTS before a subquery")
    alias = str(node.get("alias", "")).lower()
    if alias in IDS | VOCABULARY and kind not in _TABLES and _column(node) != alias:
        raise _refused("no other column under the name of an id or a vocabulary")


def _require_plain(node: Node) -> None:
    if _column(node) in IDS or node.get("type") == "STAR":
        raise _refused("no id and no * as a key")


def _require_bare_ids(node: object) -> None:
    """Refuse an id wherever something is made of it, or it is held against anything but an id."""
    if isinstance(node, list):
        for below in node:
            _require_bare_ids(below)
    elif isinstance(node, Mapping) and not _is_count(node) and not _joins_ids(node):
        if _column(node) in IDS:
            raise _refused("an id is counted or joined, and nothing else")
        for name, below in node.items():
            if name in _MAY_HOLD_IDS.get(str(node.get("class") or node.get("type")), ()):
                held = below if isinstance(below, list) else [below or {}]
                below = [one for one in held if _column(one) not in IDS]  # noqa: PLW2901 (bare, so harmless)
            _require_bare_ids(below)


def _joins_ids(node: Node) -> bool:
    equal = node.get("type") == "COMPARE_EQUAL"
    return equal and {_column(node["left"]), _column(node["right"])} <= IDS


def _run(connection: Any, tree: Node, chosen: Sequence[Node]) -> pa.Table:  # noqa: ANN401 (DuckDB's)
    """The query with other columns: keys, by which it groups, and last the count."""
    changed = copy.deepcopy(dict(tree))
    node = changed["statements"][0]["node"]
    keys = [{**one, "alias": ""} for one in chosen[:-1]]
    node |= {
        "select_list": list(chosen), "group_expressions": keys, "modifiers": [],
        "group_sets": [list(range(len(keys)))] if keys else [], "aggregate_handling": "STANDARD_HANDLING",
    }  # fmt: skip
    with telling():
        query = one_value(connection, "select json_deserialize_sql($1::json)", json.dumps(changed))
        return connection.sql(query).to_arrow_table()


def _rare(connection: Any, tree: Node, key: Node, count: Node, k: int) -> frozenset[str]:  # noqa: ANN401 (DuckDB's)
    """The values of a key that fewer than k subjects have; none of a vocabulary."""
    if _column(key) in VOCABULARY:
        return frozenset()
    values, counts = (column.to_pylist() for column in _run(connection, tree, [key, count]).columns)
    return frozenset(_plain(value) for value, number in zip(values, counts, strict=True) if number < k)


def _shown(cell: Sequence[Any], hidden: bool, rare: Sequence[frozenset[str]]) -> tuple[Any, ...]:
    keys = [None if _plain(value) in few else value for value, few in zip(cell[:-1], rare, strict=True)]
    return (*keys, None if hidden else cell[-1])


def _plain(value: object) -> str:
    """A key's value as text, since lists and maps can be keys too."""
    return repr(value)


def _order(cell: Sequence[Any]) -> list[tuple[bool, float, str]]:
    keys = cell[:-1]
    return [
        (one is not None, float(one) if isinstance(one, int | float | Decimal) else 0.0, str(one))
        for one in keys
    ]


def _refused(what: str) -> PlummerError:
    return PlummerError(
        "sql_aggregate", f"an aggregate counts distinct subjects by group: {what}", ExitCode.USAGE
    )
