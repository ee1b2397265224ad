"""Invented names: of the same gender and origin where the lists know them, never a name of the record."""

import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from plummer.deid.corpus.people import Names, development_names, invented, training_names
from plummer.deid.text.shadow import fold

WORD: Final = re.compile(r"[^\W\d_]+")
Free = Callable[[str], bool]
"""Whether a word may be handed back: none of the record, and of nobody in the home."""
_DEFAULT: Final = "english"
_COMMON: Final = frozenset({_DEFAULT, "census"})
_FEWEST: Final = 8
_ALWAYS: Final = frozenset(["dr", "mr", "mrs", "ms", "miss", "prof", "jr", "sr", "ii", "iii", "iv"])
_DEGREES: Final = frozenset(["MD", "DO", "RN", "NP", "PA", "PhD", "LPN", "CNP", "APRN"])
_AMBIGUOUS: Final = frozenset({"DO", "PA"})


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
    if len(out) < _FEWEST:
        for names in (development_names(), training_names()):
            out |= _of(names, kind, origin, {"f", "m", "x"})
    return tuple(sorted(out)) if len(out) >= _FEWEST else _pool(kind, _DEFAULT, gender)


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


def origin_of(words: list[str]) -> str:
    """The first telling origin of a person's words; empty where none tells.

    Example:
        >>> origin_of(["Anna", "Warsame"])
        'somali'
    """
    return next((o for o in (sort_of(word)[1] for word in words) if o not in _COMMON), "")


def invented_name(word: str, kind: str, rng: random.Random, free: Free, origin: str = "") -> str:
    """Another name of the same kind; one that stands in no list where all of the list are taken.

    Args:
        word: the name that goes; says gender and origin, and is never handed back.
        kind: ``given`` or ``family``.
        rng: seeded by the subject's secret.
        free: says what may be handed back.
        origin: of the person, where another part of the name says it.

    Returns:
        The name; empty where none is free.

    Example:
        >>> invented_name("Fadumo", "given", random.Random(1), lambda name: True) != "Fadumo"
        True
    """
    _, own, gender = sort_of(word)
    pool = _pool(kind, origin or own, gender)
    gone = fold(word).casefold()
    start = rng.randrange(len(pool))
    for name in (*pool[start:], *pool[:start]):
        if name.casefold() != gone and free(name):
            return name
    return coined(rng, lambda name: name.casefold() != gone and free(name))


def coined(rng: random.Random, free: Free) -> str:
    """A word made letter by letter; empty where none is free.

    Example:
        >>> coined(random.Random(1), lambda word: True).isalpha()
        True
    """
    return next((word for word in (invented(rng) for _ in range(100)) if free(word)), "")


def cased(name: str, like: str) -> str:
    """The name in the case of another text.

    Example:
        >>> cased("Moreno", "DOE"), cased("Moreno", "doe")
        ('MORENO', 'moreno')
    """
    if len(like) > 1 and like.isupper():
        return name.upper()
    return name.lower() if like.islower() else name


def words_of_name(value: str, known: Callable[[str], bool]) -> list[re.Match[str]]:
    """The words of a written name that name somebody: no title, no degree, no possessive s.

    A word of the record (``known``) is no title: Do and Ii are family names too.

    Example:
        >>> [m.group() for m in words_of_name("Dr. Anh Do's, MD", lambda word: False)]
        ['Anh', 'Do']
        >>> [m.group() for m in words_of_name("Dr.", lambda word: False)]
        ['Dr']
    """
    words = [match for match in WORD.finditer(value) if not _possessive(match)]
    named = [match for match in words if known(match.group()) or not _is_title(match)]
    return named or words


def _possessive(match: re.Match[str]) -> bool:
    return match.group() in {"s", "S"} and match.string[: match.start()].endswith(("'", "\u2019"))


def _is_title(match: re.Match[str]) -> bool:
    word, before = match.group(), match.string[: match.start()].rstrip()
    if word.casefold() in _ALWAYS:
        return True
    if word not in _DEGREES or not before:
        return False
    mixed = not match.string.isupper() and word not in _AMBIGUOUS
    return mixed or before.endswith(",")
