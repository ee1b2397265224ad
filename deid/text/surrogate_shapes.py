"""Invented numbers by shape, places and institutions; none that anyone can own.

Telephone numbers are of the block 555-0100 to 555-0199 that is kept for fiction
(https://www.nanpa.com/numbering), SSNs begin with 9 (never given out, https://www.ssa.gov/employer/randomizationfaqs.html),
hosts are those of RFC 2606, addresses of the net those of RFC 5737 and RFC 3849.
"""

import random
import re
import string
from functools import lru_cache
from typing import Final

from plummer.deid.corpus.people import lines
from plummer.deid.text.shadow import fold

_KEPT: Final = frozenset(
    [
        "hospital",
        "clinic",
        "medical",
        "center",
        "centre",
        "health",
        "system",
        "university",
        "college",
        "school",
        "high",
        "elementary",
        "care",
        "nursing",
        "home",
        "family",
        "street",
        "st",
        "avenue",
        "ave",
        "road",
        "rd",
        "drive",
        "dr",
        "lane",
        "ln",
        "boulevard",
        "blvd",
        "court",
        "ct",
        "circle",
        "cir",
        "place",
        "pl",
        "way",
        "parkway",
        "pkwy",
        "terrace",
        "ter",
        "trail",
        "trl",
        "highway",
        "hwy",
        "square",
        "apt",
        "unit",
        "suite",
        "ste",
        "box",
        "po",
        "p",
        "o",
        "rr",
        "county",
        "co",
        "north",
        "south",
        "east",
        "west",
        "n",
        "s",
        "e",
        "w",
        "ne",
        "nw",
        "se",
        "sw",
        "of",
        "the",
        "and",
        "de",
        "la",
        "saint",
        "inc",
        "llc",
        "corp",
        "bank",
        "pharmacy",
        "church",
        "department",
        "police",
        "fire",
        "district",
        "general",
        "regional",
        "memorial",
        "community",
        "children's",
    ]
)
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_']*")


@lru_cache(maxsize=1)
def _towns() -> tuple[str, ...]:
    return tuple(row.split("\t")[1] for row in lines("places.tsv") if row.startswith("city"))


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    """Words of one town's name, for streets and institutions."""
    return tuple(sorted({town for town in _towns() if town.isalpha() and town.isascii()}))


def other_place(value: str, rng: random.Random, barred: frozenset[str]) -> str:
    """Another town, none whose name shares a word with the record.

    Example:
        >>> other_place("Rochester", random.Random(1), frozenset()) != "Rochester"
        True
    """
    gone = barred | set(fold(value).casefold().split())
    towns = _towns()
    start = rng.randrange(len(towns))
    for step in range(len(towns)):
        town = towns[(start + step) % len(towns)]
        if gone.isdisjoint(fold(town).casefold().split()):
            return town
    return "Springfield"


def other_words(value: str, rng: random.Random, barred: frozenset[str]) -> str:
    """The same kind of street or institution with other words and numbers.

    Example:
        >>> made = other_words("12 Oak Street", random.Random(1), frozenset())
        >>> made.endswith("Street"), made.startswith("12 Oak")
        (True, False)
    """
    gone = barred | {word.casefold() for word in _WORD.findall(fold(value))}

    def other(match: re.Match[str]) -> str:
        word = match.group()
        if word.casefold() in _KEPT or len(word) == 1:
            return word
        fresh = next(w for w in iter(lambda: rng.choice(_words()), None) if w.casefold() not in gone)
        return fresh.upper() if word.isupper() else fresh.lower() if word.islower() else fresh

    return re.sub(r"\d+", lambda m: _digits(m.group(), rng), _WORD.sub(other, value))


def _digits(value: str, rng: random.Random) -> str:
    """Another number of the same length; never the same one."""
    while True:
        made = "".join(str(rng.randrange(1 if at == 0 else 0, 10)) for at in range(len(value)))
        if made != value or not value:
            return made


def _shape(value: str, rng: random.Random) -> str:
    """Digits become digits, capitals capitals, small letters small ones."""
    pools = {True: string.digits}
    out = []
    for char in value:
        if char.isdigit():
            out.append(rng.choice(pools[True]))
        elif char.isalpha():
            out.append(rng.choice(string.ascii_lowercase if char.islower() else string.ascii_uppercase))
        else:
            out.append(char)
    return "".join(out)


def _phone(value: str, rng: random.Random) -> str:
    """The last seven digits become 555-01xx, in the places where digits stood."""
    digits = [at for at, char in enumerate(value) if char.isdigit()]
    if len(digits) < 7:
        return _shape(value, rng)
    fresh = f"55501{rng.randrange(100):02}"
    lead = "".join(rng.choice("23456789") for _ in digits[:-7])
    chars = list(value)
    for at, digit in zip(digits, lead + fresh, strict=True):
        chars[at] = digit
    return "".join(chars)


def _ssn(value: str, rng: random.Random) -> str:
    made = list(_shape(value, rng))
    digits = [at for at, char in enumerate(value) if char.isdigit()]
    if len(digits) == 9:
        made[digits[0]] = "9"
    return "".join(made)


def _net(kind: str, rng: random.Random) -> str:
    token = "".join(rng.choice(string.ascii_lowercase) for _ in range(7))
    if kind == "EMAIL":
        return f"{token}@example.org"
    if kind == "URL":
        return f"https://example.org/{token}"
    return f"192.0.2.{rng.randrange(1, 255)}" if kind == "IP" else token


def by_shape(kind: str, value: str, rng: random.Random, barred: frozenset[str]) -> str:
    """A number or address of the net of the same sort; drawn again where it would be one of the record's."""
    for _ in range(50):
        if kind in {"PHONE", "FAX"}:
            made = _phone(value, rng)
        elif kind in {"EMAIL", "URL", "IP", "USERNAME"}:
            made = _net(kind, rng)
        else:
            made = _ssn(value, rng) if kind == "SSN" else _shape(value, rng)
        if made != value and made.casefold() not in barred:
            return made
    return f"[{kind}]"
