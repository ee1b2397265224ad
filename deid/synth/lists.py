"""The committed word lists: names, places, words; read once through importlib.resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Place:
    """A real city with one of its ZIP codes, its county and a telephone area code in use there."""

    city: str
    state: str
    zip: str
    county: str
    area_code: str


def resource_text(name: str) -> str:
    """The text of a data file of this package."""
    return (files("plummer.deid.synth") / name).read_text(encoding="utf-8")


def rows(name: str) -> list[list[str]]:
    """The fields of every line of a TSV file that is neither blank nor a ``#`` comment.

    Example:
        >>> rows("places.tsv")[0]
        ['Minneapolis', 'MN', '55404', 'Hennepin', '612']
    """
    lines = resource_text(name).splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Every place, in file order."""
    return tuple(Place(*row) for row in rows("places.tsv"))


@lru_cache(maxsize=1)
def words() -> Mapping[str, tuple[str, ...]]:
    """Words by kind (street, type, hospital, employer, ...), in file order."""
    out: dict[str, list[str]] = {}
    for kind, value in rows("words.tsv"):
        out.setdefault(kind, []).append(value)
    return {kind: tuple(values) for kind, values in out.items()}


@lru_cache(maxsize=1)
def names() -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    """Names by (origin, kind, gender): kind given, family, family_word; gender f, m or x (any)."""
    out: dict[tuple[str, str, str], list[str]] = {}
    for origin, kind, gender, name in rows("names.tsv"):
        out.setdefault((origin, kind, gender), []).append(name)
    return {key: tuple(values) for key, values in out.items()}


@lru_cache(maxsize=1)
def origins() -> tuple[str, ...]:
    """The origins of names, in file order."""
    return tuple(dict.fromkeys(origin for origin, _, _ in names()))
