"""Invented numbers by shape, places and institutions; none that anyone can own.

Telephone numbers are of the block 555-0100 to 555-0199 that is kept for fiction
(https://www.nanpa.com/numbering), SSNs begin with 9 (never given out, https://www.ssa.gov/employer/randomizationfaqs.html),
hosts are those of RFC 2606, addresses of the net those of RFC 5737 and RFC 3849.
"""

import random
import re
import string
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from plummer.deid.corpus.people import lines
from plummer.deid.text.shadow import fold
from plummer.deid.text.surrogate_names import Free, cased, coined
from plummer.deid.text.taken import bare

_INSTITUTION_WORDS: Final = (
    "hospital clinic medical center centre health system university college school care nursing home "
    "pharmacy church department police fire district bank inc llc corp"
)
_ADDRESS_WORDS: Final = (
    "high elementary family street st avenue ave road rd drive dr lane ln boulevard blvd court ct circle "
    "cir place pl way parkway pkwy terrace ter trail trl highway hwy square apt unit suite ste box po rr "
    "county co north south east west ne nw se sw of the and de la saint general regional memorial "
    "community children's"
)
_INSTITUTIONS: Final = frozenset(_INSTITUTION_WORDS.split())
_KEPT: Final = _INSTITUTIONS | frozenset(_ADDRESS_WORDS.split())
"""Words that say what kind of place it is, and tell nobody which."""
_PART: Final = re.compile(r"[^\W\d_][^\W\d_']*|\d+")
_ATTEMPTS: Final = 50
_PHONE_DIGITS: Final = 7
_SSN_DIGITS: Final = 9


@lru_cache(maxsize=1)
def _towns() -> tuple[str, ...]:
    return tuple(row.split("\t")[1] for row in lines("places.tsv") if row.startswith("city"))


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    """Words of one town's name, for streets and institutions."""
    return tuple(sorted({town for town in _towns() if town.isalpha() and town.isascii()}))


def is_institution(value: str) -> bool:
    """Whether a place's name says that it is an institution, not a town.

    Example:
        >>> is_institution("Mercy Hospital"), is_institution("Rochester")
        (True, False)
    """
    return not _INSTITUTIONS.isdisjoint(fold(value).casefold().split())


def keeps(word: str) -> bool:
    """Whether a word of an address or an institution's name says only what kind of thing it is.

    Example:
        >>> keeps("Street"), keeps("Oak")
        (True, False)
    """
    return word.casefold() in _KEPT or len(word) == 1


def other_place(value: str, rng: random.Random, free: Free) -> str:
    """Another town, none with a word that isn't free.

    Example:
        >>> other_place("Rochester", random.Random(1), lambda word: True) != "Rochester"
        True
    """
    gone = set(fold(value).casefold().split())
    towns = _towns()
    start = rng.randrange(len(towns))
    for town in (*towns[start:], *towns[:start]):
        words = fold(town).casefold().split()
        if gone.isdisjoint(words) and all(map(free, words)):
            return town
    return coined(rng, free)


def other_word(word: str, rng: random.Random, free: Free) -> str:
    """Another word for a street's or institution's name, in the case of the old one.

    Example:
        >>> other_word("OAK", random.Random(1), lambda word: True).isupper()
        True
    """
    drawn = (rng.choice(_words()) for _ in range(_ATTEMPTS))
    fresh = next((found for found in drawn if found.casefold() != word.casefold() and free(found)), "")
    return cased(fresh or coined(rng, free), word)


def other_number(value: str, rng: random.Random, free: Free) -> str:
    """Another number of the same length; of one digit there may be none that is free, but never the same.

    Example:
        >>> other_number("12", random.Random(1), lambda number: True) in {"12", ""}
        False
    """
    drawn = [_digits(len(value), rng) for _ in range(_ATTEMPTS)]
    others = [made for made in drawn if made != value]
    return next((made for made in others if free(made)), others[0])


def _digits(length: int, rng: random.Random) -> str:
    return "".join(str(rng.randrange(0 if at else 1, 10)) for at in range(length))


def rewritten(value: str, other: Callable[[str], str]) -> str:
    """A street or institution with each word and number replaced by what ``other`` says.

    Example:
        >>> rewritten("12 Oak Street", str.upper)
        '12 OAK STREET'
    """
    return _PART.sub(lambda match: other(match.group()), value)


def _shape(value: str, rng: random.Random) -> str:
    """Digits become digits, capitals capitals, small letters small ones."""
    out = []
    for char in value:
        if char.isdigit():
            out.append(rng.choice(string.digits))
        elif char.isalpha():
            out.append(rng.choice(string.ascii_lowercase if char.islower() else string.ascii_uppercase))
        else:
            out.append(char)
    return "".join(out)


def _phone(value: str, rng: random.Random) -> str:
    """The last seven digits become 555-01xx, in the places where digits stood."""
    digits = [at for at, char in enumerate(value) if char.isdigit()]
    if len(digits) < _PHONE_DIGITS:
        return _shape(value, rng)
    fresh = f"55501{rng.randrange(100):02}"
    lead = "".join(rng.choice("23456789") for _ in digits[:-_PHONE_DIGITS])
    chars = list(value)
    for at, digit in zip(digits, lead + fresh, strict=True):
        chars[at] = digit
    return "".join(chars)


def _ssn(value: str, rng: random.Random) -> str:
    made = list(_shape(value, rng))
    digits = [at for at, char in enumerate(value) if char.isdigit()]
    if len(digits) == _SSN_DIGITS:
        made[digits[0]] = "9"
    return "".join(made)


def _net(kind: str, rng: random.Random) -> str:
    token = "".join(rng.choice(string.ascii_lowercase) for _ in range(7))
    if kind == "EMAIL":
        return f"{token}@example.org"
    if kind == "URL":
        return f"https://example.org/{token}"
    return f"192.0.2.{rng.randrange(1, 255)}" if kind == "IP" else token


def by_shape(kind: str, value: str, rng: random.Random, free: Free) -> str:
    """A number or address of the net of the same sort; drawn again where it isn't free.

    Returns:
        What stands for it; empty where nothing free was drawn.

    Example:
        >>> by_shape("MRN", "A-1234", random.Random(1), lambda value: True)[:2].isupper()
        True
    """
    # an attempt draws from a source of its own, so that a number with and without area code end alike
    sources = (random.Random(rng.getrandbits(64)) for _ in range(_ATTEMPTS))  # noqa: S311 (seeded on purpose)
    drawn = (_of_kind(kind, value, source) for source in sources)
    local = _PHONE_DIGITS if kind in {"PHONE", "FAX"} else 0
    # what is dialled locally must differ, not the area code alone
    own = bare(value)[-local:]
    return next((made for made in drawn if bare(made)[-local:] != own and free(made)), "")


def _of_kind(kind: str, value: str, rng: random.Random) -> str:
    if kind in {"PHONE", "FAX"}:
        return _phone(value, rng)
    if kind in {"EMAIL", "URL", "IP", "USERNAME"}:
        return _net(kind, rng)
    return _ssn(value, rng) if kind == "SSN" else _shape(value, rng)
