"""A mapping of rows to FHIR resources: YAML that says it all and is checked whole before a row is read.

The keys are those of docs/mapping.md. Nothing in it is executed: a path, a type, a form of a date, a list of
what texts stand for.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NoReturn

from plummer.deid.policy.strict_yaml import Lines, load_document
from plummer.pipelines import storage
from plummer.pipelines.landing.mapping_elements import ElementReader, Wrong
from plummer.pipelines.landing.mapping_model import Branch, FileMapping, Leaf, RowMapping
from plummer.pipelines.landing.mapping_plan import NoPlace, root
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import resource_types

SHIPPED: Final = frozenset({"synthea-csv"})
"""Source kinds whose mapping is part of the package."""

_TOP: Final = frozenset({"version", "about", "delimiter", "quote", "empty", "zone", "files", "ignore"})
_FILE: Final = frozenset({"about", "resource", "id", "optional", "elements"})
_DELIMITERS: Final = frozenset({",", ";", "\t", "|", "^", "~"})
_MAX_BYTES: Final = 1_000_000


def mapping_text(kind: str, path: str = "") -> str:
    """The text of the mapping that a source is read with: a shipped one by its kind, else a file.

    Raises:
        PlummerError: ``mapping_unreadable`` (exit 2).
    """
    if kind in SHIPPED:
        return resources.files(__package__).joinpath(f"{kind.replace('-', '_')}.yaml").read_text("utf-8")
    try:
        with storage.open_binary(path) as stream:
            return stream.read(_MAX_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError):
        message = "the mapping can't be read as a file of UTF-8"
        raise PlummerError("mapping_unreadable", message, ExitCode.USAGE) from None


@lru_cache(maxsize=8)
def read_mapping(text: str) -> RowMapping:
    r"""Check a mapping and compile it, once per process.

    Raises:
        PlummerError: ``mapping_invalid`` (exit 2) with the line.

    Example:
        >>> elements = "{gender: {column: SEX}}"
        >>> text = "version: 1\nfiles: {p.csv: {resource: Patient, id: ID, elements: %s}}" % elements
        >>> read_mapping(text).files[0].columns == {"ID", "SEX"}
        True
        >>> read_mapping(text.replace("gender", "sex"))
        Traceback (most recent call last):
        plummer.schemas.errors.PlummerError: mapping_invalid: R4 has no such element [line 2]
    """
    data, lines = _document(text)
    try:
        return _mapping(data, text)
    except (Wrong, NoPlace) as wrong:
        at = wrong.at if isinstance(wrong, Wrong) else ()
        _refuse(wrong.why, _line(lines, at))


def _document(text: str) -> tuple[dict[str, Any], Lines]:
    try:
        return load_document(text)
    except PlummerError as error:  # of the reader that policies share
        _refuse("not plain YAML: a key twice, an anchor, a tag, or no YAML at all", error.ref)


def _refuse(why: str, place: str) -> NoReturn:
    raise PlummerError("mapping_invalid", why, ExitCode.USAGE, place) from None


def _line(lines: Lines, at: tuple[str, ...]) -> str:
    while at and at not in lines:
        at = at[:-1]
    return f"line {lines.get(at, 1)}"


def _mapping(data: Mapping[str, Any], text: str) -> RowMapping:
    _known(data, _TOP, ())
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Wrong("version is a number from 1, raised with each change", ("version",))
    reader = ElementReader(str(data.get("zone", "")))
    reader.check_zone(reader.zone, ("zone",))
    files = data.get("files")
    if not isinstance(files, dict) or not files:
        raise Wrong("files names at least one file", ("files",))
    return RowMapping(
        version=version,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        delimiter=_one_of(data.get("delimiter", ","), _DELIMITERS, "delimiter"),
        quotes=_one_of(data.get("quote", '"'), frozenset({'"', "none"}), "quote") == '"',
        empty=frozenset(reader.texts(data.get("empty", []), ("empty",))) | {""},
        files=tuple(_file(str(name), block, version, reader) for name, block in files.items()),
        ignore=tuple(name.lower() for name in reader.texts(data.get("ignore", []), ("ignore",))),
    )


def _known(block: object, keys: frozenset[str], at: tuple[str, ...]) -> None:
    if not isinstance(block, dict):
        raise Wrong("a map of settings belongs here", at)
    for key in block:
        if key not in keys:
            raise Wrong("unknown key", (*at, str(key)))


def _one_of(value: object, allowed: frozenset[str], key: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise Wrong("not one of the values that this setting takes", (key,))
    return value


def _file(name: str, block: Any, version: int, reader: ElementReader) -> FileMapping:  # noqa: ANN401 - YAML
    at = ("files", name)
    _known(block, _FILE, at)
    resource = block.get("resource")
    if not isinstance(resource, str) or resource not in resource_types():
        raise Wrong("resource is a resource type of R4", (*at, "resource"))
    key = tuple(reader.texts(block.get("id", []), (*at, "id")))
    if not key:
        raise Wrong("id names the columns that tell one row from another", (*at, "id"))
    optional = frozenset(reader.texts(block.get("optional", []), (*at, "optional")))
    reader.columns = set(key)
    body = _body(resource, block.get("elements"), version, reader, (*at, "elements"))
    if optional & set(key) or optional - reader.columns:
        raise Wrong("optional lists columns that elements name, none of them of the id", (*at, "optional"))
    columns = frozenset(reader.columns)
    return FileMapping(name.lower().removesuffix(".gz"), resource, key, columns, optional, body)


def _body(
    resource: str,
    elements: Any,  # noqa: ANN401 - YAML
    version: int,
    reader: ElementReader,
    at: tuple[str, ...],
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
