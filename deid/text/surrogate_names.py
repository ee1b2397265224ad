"""Invented names: of the same gender and origin where the lists know them, never a name of the record."""

import random
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from plummer.deid.corpus.people import Names, development_names, training_names
from plummer.deid.text.shadow import fold

WORD: Final = re.compile(r"[^\W\d_]+")
_DEFAULT: Final = "english"


@lru_cache(maxsize=1)
def _index() -> Mapping[str, tuple[str, str, str]]:
    """Folded name to kind, origin and gender, where the lists agree on one; the first where they don't."""
    found: dict[str, tuple[str, str, str]] = {}
    for names in (development_names(), training_names()):
        for (kind, origin, gender), values in names.table.items():
            for value in values:
                found.setdefault(fold(value).casefold(), (kind.removesuffix("_word"), origin, gender))
    return found


@lru_cache(maxsize=256)
def _pool(kind: str, origin: str, gender: str) -> tuple[str, ...]:
    """Single-word names to draw from, of any gender where there are few of this one."""
    out: set[str] = set()
    for names in (development_names(), training_names()):
        out |= _of(names, kind, origin, {gender, "x"})
    if len(out) < 8:
        for names in (development_names(), training_names()):
            out |= _of(names, kind, origin, {"f", "m", "x"})
    return tuple(sorted(out)) if len(out) >= 8 else _pool(kind, _DEFAULT, gender)


def _of(names: Names, kind: str, origin: str, genders: set[str]) -> set[str]:
    table = names.table
    return {n for g in genders for n in table.get((kind, origin, g), ()) if n.isalpha() and n.isascii()}


def sort_of(word: str) -> tuple[str, str, str]:
    """Kind, origin and gender of a name; a family name of the commonest sort where nothing is known.

    Example:
        >>> sort_of("Fadumo")
        ('given', 'somali', 'f')
    """
    return _index().get(fold(word).casefold(), ("family", _DEFAULT, "x"))


def invented_name(
    word: str, kind: str, rng: random.Random, forbidden: frozenset[str], origin: str = ""
) -> str:
    """Another name of the same kind.

    Args:
        word: the name that goes; says gender and origin, and is never handed back.
        kind: ``given`` or ``family``.
        rng: seeded by the subject's secret.
        forbidden: case-folded words that must not be handed back.
        origin: of the person, where another part of the name says it.

    Example:
        >>> invented_name("Fadumo", "given", random.Random(1), frozenset()) != "Fadumo"
        True
    """
    _, own, gender = sort_of(word)
    pool = _pool(kind, origin or own, gender)
    barred = forbidden | {fold(word).casefold()}
    start = rng.randrange(len(pool))
    for step in range(len(pool)):
        name = pool[(start + step) % len(pool)]
        if name.casefold() not in barred:
            return name
    return "Doe"


def cased(name: str, like: str) -> str:
    """The name in the case of another text.

    Example:
        >>> cased("Moreno", "DOE"), cased("Moreno", "doe")
        ('MORENO', 'moreno')
    """
    if len(like) > 1 and like.isupper():
        return name.upper()
    return name.lower() if like.islower() else name
