"""Names for the training text: real ones of many origins, and invented ones that no list holds."""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

_ONSETS: Final = (
    "b", "c", "ch", "d", "f", "g", "h", "j", "k", "kh", "l", "m", "n", "ng", "p", "ph", "r", "s", "sh", "t",
    "th", "ts", "v", "w", "x", "y", "z", "",
)  # fmt: skip
_VOWELS: Final = ("a", "a", "e", "i", "o", "u", "ai", "ao", "au", "ee", "ia", "oo", "ou", "ue", "ya", "ye")
_CODAS: Final = ("", "", "n", "ng", "m", "k", "t", "b", "j")
_SHARED: Final = ("census", "census", "census", "wordlike", "english")


def lines(name: str) -> list[str]:
    """The lines of a packaged list that are neither blank nor a comment."""
    text = (files("plummer.deid.corpus") / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@lru_cache(maxsize=64)
def parts(kind: str) -> tuple[str, ...]:
    """The words of one kind in parts.tsv or, for training alone, in parts_more.tsv, in order.

    Example:
        >>> parts("months")[0]
        'January'
    """
    rows = (line.split("\t") for name in ("parts.tsv", "parts_more.tsv") for line in lines(name))
    return tuple(row[1] for row in rows if row[0] == kind)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one split: ``(kind, origin, gender)`` to names."""

    table: Mapping[tuple[str, str, str], tuple[str, ...]]
    origins: tuple[str, ...]

    def given(self, rng: random.Random, origin: str, gender: str) -> str:
        """A given name; of any gender where the list has none of this one."""
        table = self.table
        pool = table.get(("given", origin, gender)) or table.get(("given", origin, "x")) or ()
        other = table.get(("given", origin, "f")) or table.get(("given", origin, "m")) or ()
        return rng.choice(pool or other or self.table["given", self.origins[0], gender])

    def family(self, rng: random.Random, origin: str) -> str:
        """A family name."""
        pool = [n for g in "xfm" for n in self.table.get(("family", origin, g), ())]
        pool += self.table.get(("family_word", origin, "x"), ())
        return rng.choice(pool or self.table["family", self.origins[0], "x"])


def _names(rows: list[str]) -> Names:
    table: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        origin, kind, gender, name = row.split("\t")
        table[kind, origin, gender].append(name)
    origins = sorted({origin for kind, origin, _ in table if kind == "given"})
    return Names({key: tuple(value) for key, value in table.items()}, tuple(origins))


@lru_cache(maxsize=1)
def training_names() -> Names:
    """The names of the training split."""
    return _names(lines("names.tsv"))


@lru_cache(maxsize=1)
def development_names() -> Names:
    """The names of the development split: the list of the synthetic exports."""
    text = (files("plummer.deid.synth") / "names.tsv").read_text(encoding="utf-8")
    return _names([line for line in text.splitlines() if line and not line.startswith("#")])


@lru_cache(maxsize=8)
def packed(name: str) -> tuple[str, ...]:
    """The lines of a packaged list, kept."""
    return tuple(lines(name))


@lru_cache(maxsize=1)
def _letters() -> dict[str, list[str]]:
    """Which letters follow which three, over all training names."""
    chain: dict[str, list[str]] = defaultdict(list)
    for row in lines("names.tsv"):
        name = row.split("\t")[3].lower()
        padded = f"^^^{name}$"
        for i in range(len(padded) - 3):
            chain[padded[i : i + 3]].append(padded[i + 3])
    return chain


@lru_cache(maxsize=1)
def _development() -> frozenset[str]:
    return frozenset(word.casefold() for names in development_names().table.values() for word in names)


def invented(rng: random.Random) -> str:
    """A name that stands in no list: made letter by letter, or a short one, or a word that is no name.

    Example:
        >>> invented(random.Random(1)).istitle()
        True
    """
    while True:
        roll = rng.random()
        name = _short(rng) if roll < 0.15 else _word(rng) if roll < 0.27 else _chained(rng)
        if name.casefold() not in _development():
            return name


def _short(rng: random.Random) -> str:
    """One syllable, as many names of South-East Asia, Korea and China are."""
    return (rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)).title()


def _word(rng: random.Random) -> str:
    """An everyday word: no list can tell such a name, its place must."""
    return rng.choice(packed("words.txt")).title()


def _chained(rng: random.Random) -> str:
    chain = _letters()
    for _ in range(20):
        state, out = "^^^", ""
        while len(out) < 14:
            letter = rng.choice(chain[state])
            if letter == "$":
                break
            out += letter
            state = state[1:] + letter
        if 2 < len(out) < 13 and out.isalpha():
            return out.title()
    return "Ostrav"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person to be named in a note."""

    first: str
    middle: str
    last: str
    gender: str
    origin: str


def somebody(rng: random.Random, names: Names, invent: float = 0.0, last: str = "") -> Somebody:
    """Draw a person.

    Args:
        rng: the only source of chance.
        names: of the split.
        invent: the share of names that are made up.
        last: a family name to keep, for relatives.
    """
    shared = [o for o in _SHARED if o in names.origins]
    origin = rng.choice(shared) if shared and rng.random() < 0.4 else rng.choice(names.origins)
    gender = rng.choice("fm")
    first = invented(rng) if rng.random() < invent else names.given(rng, origin, gender)
    family = last or (invented(rng) if rng.random() < invent else names.family(rng, origin))
    if not last and (rng.random() < (0.5 if origin == "hispanic" else 0.04)):
        family += rng.choice(("-", " ", "-")) + names.family(rng, origin)
    if not last and rng.random() < 0.03:
        particle = rng.choice(parts("particles"))
        family = particle + ("" if particle[-1] in "-'" else " ") + family
    if rng.random() < 0.025:
        first += rng.choice((" ", "-")) + names.given(rng, origin, gender)
    return Somebody(first, names.given(rng, origin, gender), family, gender, origin)
