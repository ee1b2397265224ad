"""A patient with relatives, household and everything that identifies them."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plummer.deid.synth import identifiers as ids
from plummer.deid.synth.addresses import Address, draw_address
from plummer.deid.synth.lists import Place, words
from plummer.deid.synth.names import Name, draw_family, draw_name, draw_origin, plain

LAST_DAY: Final = date(2025, 6, 30)
"""No synthetic event is later; a constant, since the clock would change the bytes."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative or neighbour; ``known`` where the record holds them as a resource or contact."""

    id: str
    name: Name
    relation: str
    code: str
    phone: str
    email: str
    address: Address
    known: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A patient and everything that identifies them."""

    id: str
    name: Name
    maiden: str
    birth: date
    death: date | None
    address: Address
    phone: str
    mobile: str
    email: str
    mrn: str
    ssn: str
    license: str
    account: str
    health_plan: str
    insurer: str
    username: str
    url: str
    plate: str
    vin: str
    device_serial: str
    has_device: bool
    employer: str
    relatives: tuple[Relative, ...]
    strangers: tuple[Relative, ...]

    @property
    def gender(self) -> str:
        """FHIR administrative gender."""
        return "female" if self.name.gender == "f" else "male"

    def age(self, day: date) -> int:
        """Whole years on a day."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


_RELATIONS: Final = {
    "child": (("mother", "MTH", "f"), ("father", "FTH", "m")),
    "adult": (
        ("wife", "WIFE", "f"),
        ("husband", "HUSB", "m"),
        ("sister", "SIS", "f"),
        ("brother", "BRO", "m"),
        ("mother", "MTH", "f"),
    ),
    "old": (("daughter", "DAUC", "f"), ("son", "SONC", "m"), ("sister", "SIS", "f")),
}
_STRANGERS: Final = (
    ("neighbor", "f"),
    ("neighbor", "m"),
    ("supervisor", "m"),
    ("roommate", "f"),
    ("friend", "m"),
)


def draw_relative(rng: random.Random, patient: Name, home: Address, choice: tuple[str, str, str]) -> Relative:
    """A relative who often shares the patient's surname and address."""
    relation, code, gender = choice
    same = rng.random() < 0.6
    name = draw_name(rng, gender, patient.origin, patient.family if same else None)
    address = home if rng.random() < 0.5 else draw_address(rng)
    phone = ids.phone(rng, address.place.area_code)
    return Relative(ids.draw_id(rng), name, relation, code, phone, _email(rng, name), address)


def _stranger(rng: random.Random, place: Place) -> Relative:
    relation, gender = rng.choice(_STRANGERS)
    name = draw_name(rng, gender)
    phone = ids.phone(rng, place.area_code)
    email = f"{plain(name.family)}{rng.randint(10, 99)}@example.invalid"
    return Relative(ids.draw_id(rng), name, relation, "", phone, email, draw_address(rng, place), known=False)


def _birth(rng: random.Random, index: int) -> date:
    """Children, adults, the old, and one in eight beyond 89."""
    low, high = {0: (1, 16), 3: (90, 99)}.get(index % 8, (19, 88))
    return LAST_DAY - timedelta(days=round(365.25 * rng.uniform(low + 0.05, high)))


def _relatives(rng: random.Random, name: Name, home: Address, age: int) -> tuple[Relative, ...]:
    group = "child" if age < 18 else "old" if age > 70 else "adult"
    pool = [c for c in _RELATIONS[group] if c[0] != ("wife" if name.gender == "f" else "husband")]
    chosen = rng.sample(pool, 2 if age < 18 else rng.randint(1, 2))
    return tuple(draw_relative(rng, name, home, choice) for choice in chosen)


def draw_person(rng: random.Random, index: int = 1) -> Person:
    """A patient; ``index`` only spreads the ages, so that a small set has children and the very old.

    Example:
        >>> import random
        >>> draw_person(random.Random(5)) == draw_person(random.Random(5))
        True
    """
    name = draw_name(rng, rng.choice("fm"), draw_origin(rng))
    birth = _birth(rng, index)
    age = (LAST_DAY - birth).days // 365
    home = draw_address(rng)
    dies = age > 60 and rng.random() < 0.25
    death = LAST_DAY - timedelta(days=rng.randint(1, 300)) if dies else None
    married = name.gender == "f" and age > 25 and rng.random() < 0.4
    login = plain(name.given)[0] + plain(name.family)[:12]
    return Person(
        id=ids.draw_id(rng),
        name=name,
        maiden=draw_family(rng, name.origin, "f") if married else "",
        birth=birth,
        death=death,
        address=home,
        phone=ids.phone(rng, home.place.area_code),
        mobile=ids.phone(rng, home.place.area_code),
        email=_email(rng, name),
        mrn=_mrn(rng),
        ssn=ids.ssn(rng),
        license=f"{ids.letters(rng, 1)}{ids.digits(rng, 12)}",
        account=ids.digits(rng, 10),
        health_plan=f"{ids.letters(rng, 3)}{ids.digits(rng, 9)}",
        insurer=rng.choice(words()["insurer"]),
        username=f"{login}{rng.randint(10, 9999)}",
        url=f"https://people.example.invalid/~{login}{rng.randint(1, 99)}",
        plate=ids.plate(rng),
        vin=f"1{ids.letters(rng, 4)}{ids.digits(rng, 2)}{ids.letters(rng, 2)}{ids.digits(rng, 8)}",
        device_serial=f"{ids.letters(rng, 2)}{ids.digits(rng, 7)}{ids.letters(rng, 1)}",
        has_device=age > 50 and rng.random() < 0.4,
        employer=rng.choice(words()["employer"]),
        relatives=_relatives(rng, name, home, age),
        strangers=tuple(_stranger(rng, home.place) for _ in range(2)),
    )


def _email(rng: random.Random, name: Name) -> str:
    mark = rng.choice("._-")
    return f"{plain(name.given)}{mark}{plain(name.family)}{rng.randint(1, 999)}@example.invalid"


def _mrn(rng: random.Random) -> str:
    """A medical record number in one of the site's three historic forms."""
    form = rng.randrange(3)
    if form == 0:
        return ids.digits(rng, 8)
    if form == 1:
        return f"{ids.digits(rng, 1)}-{ids.digits(rng, 3)}-{ids.digits(rng, 3)}"
    return f"MR{ids.digits(rng, 7)}"
