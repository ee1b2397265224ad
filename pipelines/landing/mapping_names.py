"""What a mapping names once for all of its elements: a zone, forms of dates, other tables, code systems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from plummer.pipelines.landing.mapping_model import Lookup

At = tuple[str, ...]
_LOOKUP: Final = frozenset({"about", "files", "key", "columns"})
_CONCEPTS: Final = frozenset({"about", "lookup", "vocabulary", "code", "display", "systems", "else", "none"})


class Wrong(Exception):  # noqa: N818 - a verdict on a mapping, turned into `mapping_invalid` where the line is known
    """What is wrong with a mapping, and at which keys."""

    def __init__(self, why: str, at: At) -> None:
        super().__init__(why)
        self.why = why
        self.at = at


@dataclass(frozen=True, slots=True)
class Concepts:
    """How the id of a concept becomes a coding.

    Attributes:
        lookup: name of the table of concepts.
        vocabulary: its column that names the vocabulary.
        code: its column with the code within the vocabulary.
        display: its column with the name.
        systems: the vocabularies that have a code system in FHIR, and its URL.
        otherwise: URL of the system of the ids themselves, for any other concept.
        none: ids that say that there is no concept.
    """

    lookup: str
    vocabulary: str
    code: str
    display: str
    systems: Mapping[str, str]
    otherwise: str
    none: tuple[str, ...]

    def codings(self, column: str) -> list[dict[str, Any]]:
        """What a mapping would write for a column of concepts; the first that fits is taken."""
        vocabulary, code, name = (
            joined_name(column, self.lookup, there) for there in (self.vocabulary, self.code, self.display)
        )
        some = {column: ["", *self.none]}
        system = {"column": vocabulary, "values": dict(self.systems)}
        own: dict[str, Any] = {"system": {"constant": self.otherwise}, "code": column, "display": name}
        return [
            {
                "unless": some,
                "when": {vocabulary: list(self.systems)},
                "coding": {"system": system, "code": code, "display": name},
            },
            {"unless": some, "coding": own},
        ]


@dataclass(frozen=True, slots=True)
class Names:
    """See the module.

    Attributes:
        zone: of times that have none of their own, "" where none is declared.
        formats: lists of forms of dates, by name.
        lookups: other tables, by name.
        concepts: how concepts become codings, None where nothing is said of them.
    """

    zone: str = ""
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    lookups: Mapping[str, Lookup] = field(default_factory=lambda: MappingProxyType({}))
    concepts: Concepts | None = None


def joined_name(column: str, table: str, there: str) -> str:
    """How the cell of another table is called within a row; without a column, of a table that has one row.

    Example:
        >>> joined_name("location_id", "location", "city")
        'location_id -> location.city'
    """
    return f"{column} -> {table}.{there}".lstrip()


def read_names(data: Mapping[str, Any]) -> Names:
    """The part of a mapping's top that its elements refer to.

    Raises:
        Wrong: see `Wrong`.
    """
    formats = _map(data.get("formats", {}), ("formats",))
    lookups = _map(data.get("lookups", {}), ("lookups",))
    found = {name: _lookup(name, block, ("lookups", name)) for name, block in lookups.items()}
    return Names(
        zone=str(data.get("zone", "")),
        formats={name: tuple(_texts(forms, ("formats", name))) for name, forms in formats.items()},
        lookups=found,
        concepts=_concepts(data["concepts"], found) if "concepts" in data else None,
    )


def _lookup(name: str, block: object, at: At) -> Lookup:
    told = _only(block, _LOOKUP, at)
    columns = tuple(_texts(told.get("columns", []), (*at, "columns")))
    pattern, key = told.get("files"), told.get("key", "")
    if not isinstance(pattern, str) or not isinstance(key, str) or not columns:
        raise Wrong("a lookup has files (a pattern), a key (a column) and columns", at)
    return Lookup(name, pattern.lower(), key, columns)


def _concepts(block: object, lookups: Mapping[str, Lookup]) -> Concepts:
    at = ("concepts",)
    told = _only(block, _CONCEPTS, at)
    names = {key: told.get(key) for key in ("lookup", "vocabulary", "code", "display", "else")}
    if not all(isinstance(name, str) and name for name in names.values()) or names["lookup"] not in lookups:
        raise Wrong("concepts has a lookup, its columns vocabulary, code and display, systems and else", at)
    systems = _map(told.get("systems", {}), (*at, "systems"))
    if not systems or not all(isinstance(url, str) for url in systems.values()):
        raise Wrong("systems says which URL a vocabulary has", (*at, "systems"))
    none = tuple(_texts(told.get("none", []), (*at, "none")))
    shown = {key: str(name) for key, name in names.items()}
    return Concepts(
        shown["lookup"], shown["vocabulary"], shown["code"], shown["display"], systems, shown["else"], none
    )


def _map(value: object, at: At) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong("a map of settings belongs here", at)
    return {str(key): one for key, one in value.items()}


def _only(value: object, keys: frozenset[str], at: At) -> dict[str, Any]:
    told = _map(value, at)
    if told.keys() - keys:
        raise Wrong("unknown key", (*at, next(key for key in told if key not in keys)))
    return told


def _texts(value: object, at: At) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int) and not isinstance(one, bool) for one in listed):
        raise Wrong("a list of texts belongs here", at)
    return [str(one) for one in listed]
