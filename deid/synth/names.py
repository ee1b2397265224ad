"""Names of many origins and the forms in which people write them."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Final

from plummer.deid.synth.lists import names, origins

_ENGLISH_SHARE: Final = 0.3
_WORD_SHARE: Final = 0.08


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name.

    Attributes:
        given: first given name.
        middle: second given name, or empty.
        family: the whole surname, double surnames included.
        origin: which list it was drawn from (one of `origins`).
        gender: ``f`` or ``m``.
    """

    given: str
    middle: str
    family: str
    origin: str
    gender: str

    @property
    def full(self) -> str:
        """Given name and surname.

        Example:
            >>> Name("José", "Luis", "García Reyes", "hispanic", "m").full
            'José García Reyes'
        """
        return f"{self.given} {self.family}"

    @property
    def initials(self) -> str:
        """Initials with points, as staff sign."""
        parts = [self.given, self.middle, self.family]
        return "".join(part[0].upper() + "." for part in parts if part)

    @property
    def middle_full(self) -> str:
        """Given name, middle initial if any, surname."""
        middle = f"{self.middle[0]}. " if self.middle else ""
        return f"{self.given} {middle}{self.family}"

    @property
    def last_first(self) -> str:
        """Surname, comma, given name and middle name."""
        return f"{self.family}, {self.given}" + (f" {self.middle}" if self.middle else "")


def plain(text: str) -> str:
    """The text in lower-case ASCII letters and digits, as a login or mailbox has it.

    Example:
        >>> plain("O'Connor-Łuk")
        'oconnorluk'
    """
    mapped = text.translate(str.maketrans("łŁøØđĐæÆ", "lLoOdDaA")).replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", mapped)
    return "".join(c for c in decomposed.lower() if c.isascii() and c.isalnum())


def draw_origin(rng: random.Random) -> str:
    """An origin; English is the most common, the others are equally likely."""
    if rng.random() < _ENGLISH_SHARE:
        return "english"
    return rng.choice(origins())


def draw_family(rng: random.Random, origin: str, gender: str) -> str:
    """A surname of an origin, with that origin's habits (double, hyphenated, gendered, word-like)."""
    table = names()
    if origin == "english" and rng.random() < _WORD_SHARE / _ENGLISH_SHARE:
        return rng.choice(table["english", "family_word", "x"])
    pool = table[origin, "family", "x"] + table.get((origin, "family", gender), ())
    family = rng.choice(pool)
    other = rng.choice(pool)
    if other == family:
        return family
    if origin == "hispanic" and rng.random() < 0.6:
        return f"{family} {other}"
    if origin in {"english", "german", "french"} and rng.random() < 0.08:
        return f"{family}-{other}"
    return family


def draw_name(rng: random.Random, gender: str, origin: str | None = None, family: str | None = None) -> Name:
    """A name; ``family`` gives a relative the same surname.

    Example:
        >>> import random
        >>> draw_name(random.Random(1), "f", "hmong").origin
        'hmong'
    """
    origin = origin or draw_origin(rng)
    given_pool = names()[origin, "given", gender]
    given = rng.choice(given_pool)
    # Somali middle and last names are the father's and grandfather's given names.
    middle_pool = names()["somali", "given", "m"] if origin == "somali" else given_pool
    middle = rng.choice(middle_pool) if rng.random() < (1.0 if origin == "somali" else 0.45) else ""
    if middle == given:
        middle = ""
    return Name(given, middle, family or draw_family(rng, origin, gender), origin, gender)
