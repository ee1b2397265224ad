"""What a mapping says of some files: the type, the id, the columns and the elements of their rows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from plummer.pipelines.landing.mapping_elements import ElementReader, id_prefix
from plummer.pipelines.landing.mapping_model import Branch, FileMapping, Join, Leaf, Lookup
from plummer.pipelines.landing.mapping_names import At, Wrong, joined_name
from plummer.pipelines.landing.mapping_plan import NoPlace, root
from plummer.schemas.fhir import resource_types

_FILE: Final = frozenset(
    {"about", "resource", "id", "prefix", "optional", "elements", "when", "unless", "left", "coded_by"}
)
ANY: Final = "*"
"""In ``optional``: every column but those of the id and the required ones."""


def read_file(name: str, blocks: Any, version: int, reader: ElementReader) -> FileMapping:  # noqa: ANN401 - YAML
    """The plan for the rows of some files: one, or several of which the first that fits a row is taken.

    Raises:
        Wrong: what is wrong, and where.
    """
    at = ("files", name)
    several = blocks if isinstance(blocks, list) else [blocks]
    if not several:
        raise Wrong("at least one map of settings belongs here", at)
    reader.joins = set(reader.common)
    made = [_one(name, block, version, reader, at) for block in several]
    if any(not file.conditions for file in made[:-1]):
        raise Wrong("all but the last of several need conditions (when)", at)
    joins = _joins(reader.joins, reader.names.lookups)
    columns = frozenset[str]().union(*(file.columns for file in made))
    optional = columns - frozenset[str]().union(*(file.columns - file.optional for file in made))
    left = frozenset[str]().union(*(file.left for file in made))
    first, *others = (replace(file, left=left - file.columns) for file in made)
    return replace(first, columns=columns, optional=optional, joins=joins, others=tuple(others))


def _one(name: str, block: Any, version: int, reader: ElementReader, at: At) -> FileMapping:  # noqa: ANN401
    if not isinstance(block, dict):
        raise Wrong("a map of settings belongs here", at)
    unknown = [key for key in block if key not in _FILE]
    if unknown:
        raise Wrong("unknown key", (*at, str(unknown[0])))
    resource = block.get("resource")
    if not isinstance(resource, str) or resource not in resource_types():
        raise Wrong("resource is a resource type of R4", (*at, "resource"))
    key = tuple(reader.texts(block.get("id", []), (*at, "id")))
    if not key:
        raise Wrong("id names the columns that tell one row from another", (*at, "id"))
    reader.columns, reader.required = set(key), set(key)
    conditions = reader.conditions(dict(block), at)
    body = _body(resource, block.get("elements"), version, reader, (*at, "elements"))
    columns = frozenset(reader.columns)
    return FileMapping(
        pattern=name.lower().removesuffix(".gz"),
        resource=resource,
        key=key,
        columns=columns,
        optional=_optional(block, reader, at),
        body=body,
        prefix=id_prefix(block, (*at, "prefix")),
        conditions=conditions,
        left=frozenset(reader.texts(block.get("left", []), (*at, "left"))),
        coded_by=_coded_by(block, reader, at),
    )


def _coded_by(block: Mapping[str, Any], reader: ElementReader, at: At) -> str:
    column = block.get("coded_by", "")
    if column and column not in reader.columns:
        raise Wrong("coded_by is a column that elements name", (*at, "coded_by"))
    return str(column)


def _optional(block: Mapping[str, Any], reader: ElementReader, at: At) -> frozenset[str]:
    told = frozenset(reader.texts(block.get("optional", []), (*at, "optional")))
    if told == {ANY}:
        return frozenset(reader.columns - reader.required)
    if told & set(reader.texts(block["id"], at)) or told - reader.columns:
        raise Wrong("optional lists columns that elements name, none of them of the id", (*at, "optional"))
    return told


def _joins(named: set[tuple[str, str, str]], lookups: Mapping[str, Lookup]) -> tuple[Join, ...]:
    groups: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for own, table, column in sorted(named):
        place = lookups[table].columns.index(column)
        groups.setdefault((own, table), []).append((joined_name(own, table, column), place))
    return tuple(Join(own, table, tuple(cells)) for (own, table), cells in groups.items())


def _body(
    resource: str,
    elements: Any,  # noqa: ANN401 - YAML
    version: int,
    reader: ElementReader,
    at: At,
) -> Branch:
    if not isinstance(elements, dict) or not elements:
        raise Wrong("elements says what stands where", at)
    tree = root(resource)
    for path, spec in elements.items():
        place = (*at, str(path))
        if path == "id":
            raise Wrong("the id is made of the columns under id", place)
        try:
            node = tree.at(str(path))
            node.put(reader.plan(node.element, spec, place))
        except NoPlace as no:
            raise Wrong(no.why, place) from None
    if "versionId" not in (tree.below["meta"][0].below if "meta" in tree.below else ()):
        tree.at("meta.versionId").put(Leaf("id", constant=b'"%d"' % version))
    try:
        made = tree.frozen()
    except NoPlace as no:
        raise Wrong(no.why, at) from None
    assert isinstance(made, Branch)  # noqa: S101 - a root has no plan of its own
    return Branch(made.parts, from_row=False)
