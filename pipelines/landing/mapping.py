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
from plummer.pipelines.landing.mapping_elements import ElementReader
from plummer.pipelines.landing.mapping_files import read_file
from plummer.pipelines.landing.mapping_model import Plan, RowMapping
from plummer.pipelines.landing.mapping_names import Wrong, read_names
from plummer.pipelines.landing.mapping_plan import NoPlace
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import child

SHIPPED: Final[Mapping[str, str]] = {"synthea-csv": "synthea_csv.yaml", "omop": "omop_cdm54.yaml"}
"""Source kinds whose mapping is part of the package, and its file."""

_TOP: Final = frozenset(
    {"version", "about", "delimiter", "quote", "empty", "zone", "files", "ignore", "case", "whole", "formats",
     "lookups", "concepts", "needs", "left",
     "released"}
)  # fmt: skip
_DELIMITERS: Final = frozenset({",", ";", "\t", "|", "^", "~", "detect"})
_MAX_BYTES: Final = 1_000_000


def mapping_text(kind: str, path: str = "") -> str:
    """The text of the mapping that a source is read with: a shipped one by its kind, else a file.

    Raises:
        PlummerError: ``mapping_unreadable`` (exit 2).
    """
    if kind in SHIPPED:
        return resources.files(__package__).joinpath(SHIPPED[kind]).read_text("utf-8")
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
    _known(data)
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Wrong("version is a number from 1, raised with each change", ("version",))
    names = read_names(data)
    reader = ElementReader(names)
    reader.check_zone(names.zone, ("zone",))
    released = _released(data, reader)
    files = data.get("files")
    if not isinstance(files, dict) or not files:
        raise Wrong("files names at least one file", ("files",))
    delimiter = _one_of(data.get("delimiter", ","), _DELIMITERS, "delimiter")
    return RowMapping(
        version=version,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        delimiter="" if delimiter == "detect" else delimiter,
        quotes=_one_of(data.get("quote", '"'), frozenset({'"', "none"}), "quote") == '"',
        empty=frozenset(reader.texts(data.get("empty", []), ("empty",))) | {""},
        files=tuple(read_file(str(name), block, version, reader) for name, block in files.items()),
        ignore=_patterns(data, "ignore"),
        any_case=_one_of(data.get("case", "exact"), frozenset({"exact", "any"}), "case") == "any",
        whole=tuple(reader.texts(data.get("whole", []), ("whole",))),
        lookups=tuple(names.lookups.values()),
        needs=_patterns(data, "needs"),
        left=_patterns(data, "left"),
        none=frozenset(names.concepts.none if names.concepts else ()),
        released=released,
    )


def _released(data: Mapping[str, Any], reader: ElementReader) -> Plan | None:
    """The plan of an instant that is the same for all rows, so of a lookup that has one row."""
    if "released" not in data:
        return None
    plan = reader.plan(child("Meta", "lastUpdated"), data["released"], ("released",))
    if reader.columns or not reader.joins:
        raise Wrong("released is of a table with one row: -> TABLE.COLUMN", ("released",))
    reader.common = frozenset(reader.joins)
    return plan


def _patterns(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(name.lower() for name in ElementReader.texts(data.get(key, []), (key,)))


def _known(data: Mapping[str, Any]) -> None:
    for key in data:
        if key not in _TOP:
            raise Wrong("unknown key", (str(key),))


def _one_of(value: object, allowed: frozenset[str], key: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise Wrong("not one of the values that this setting takes", (key,))
    return value
