"""Identifier values that can't belong to anyone, and the ways in which telephones are written."""

import random
import string
import uuid
from typing import Final

_PHONE_FORMS: Final = (
    "({a}) {b}-{c}",
    "{a}-{b}-{c}",
    "{a}.{b}.{c}",
    "{a} {b} {c}",
    "+1 {a} {b} {c}",
    "1-{a}-{b}-{c}",
    "({a}){b}-{c}",
    "{a}/{b}-{c}",
    "{a}{b}{c}",
)
_NPI_PREFIX: Final = "80840"


def draw_id(rng: random.Random) -> str:
    """A random UUID as a resource's logical id."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def digits(rng: random.Random, count: int) -> str:
    """``count`` digits, the first not 0."""
    return str(rng.randint(1, 9)) + "".join(rng.choices(string.digits, k=count - 1))


def letters(rng: random.Random, count: int) -> str:
    """``count`` capital letters that can't be taken for digits."""
    return "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=count))


def ssn(rng: random.Random) -> str:
    """A Social Security number of a range that is never issued (area 000, 666 or 9xx).

    https://www.ssa.gov/employer/randomization.html

    Example:
        >>> import random
        >>> ssn(random.Random(1))[:3] in {"000", "666"} or ssn(random.Random(1))[0] == "9"
        True
    """
    area = rng.choice(("000", "666", f"9{rng.randint(0, 99):02d}"))
    return f"{area}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}"


def phone(rng: random.Random, area_code: str) -> str:
    """Ten digits in the block 555-0100 to 555-0199, which is kept for fiction."""
    return f"{area_code}55501{rng.randint(0, 99):02d}"


def write_phone(rng: random.Random, ten: str, *, extension: bool = False) -> str:
    """A telephone number in one of the usual forms.

    Example:
        >>> import random
        >>> write_phone(random.Random(2), "6125550143")
        '(612) 555-0143'
    """
    form = rng.choice(_PHONE_FORMS)
    written = form.format(a=ten[:3], b=ten[3:6], c=ten[6:])
    return f"{written} x{rng.randint(100, 4999)}" if extension else written


def npi(rng: random.Random) -> str:
    """A National Provider Identifier with a right check digit (45 CFR 162.406, Luhn over 80840).

    It begins with 3, as no issued one does.
    """
    body = "3" + "".join(rng.choices(string.digits, k=8))
    total = 0
    for index, digit in enumerate(reversed(_NPI_PREFIX + body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def ip_address(rng: random.Random) -> str:
    """An address of TEST-NET-1, 192.0.2.0/24 (RFC 5737)."""
    return f"192.0.2.{rng.randint(1, 254)}"


def plate(rng: random.Random) -> str:
    """A car's licence plate."""
    return (
        f"{letters(rng, 3)} {digits(rng, 3)}" if rng.random() < 0.5 else f"{digits(rng, 3)}-{letters(rng, 3)}"
    )
