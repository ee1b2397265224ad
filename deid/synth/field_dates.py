"""Fields that become dates, times and ages, in the many ways in which people write them."""

import random
from datetime import date, timedelta
from typing import Final

from plummer.deid.synth.people import LAST_DAY
from plummer.deid.synth.scene import Field, Piece, Scene

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_HOLIDAYS: Final = ("Christmas", "Thanksgiving", "Labor Day", "New Year's Eve", "Easter", "Memorial Day")


def _ordinal(day: int) -> str:
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def write_date(rng: random.Random, day: date) -> str:
    """A full date in one of twelve forms.

    Example:
        >>> write_date(random.Random(0), date(2019, 3, 4))
        '2019-03-04'
    """
    month = _MONTHS[day.month - 1]
    return rng.choice(
        (
            f"{day.month}/{day.day}/{day:%y}",
            f"{day.month}/{day.day}/{day.year}",
            f"{day.month:02d}/{day.day:02d}/{day.year}",
            f"{day.month}-{day.day}-{day:%y}",
            f"{month} {day.day}, {day.year}",
            f"{month[:3]} {day.day}, {day.year}",
            day.isoformat(),
            f"{day.day:02d}-{month[:3]}-{day.year}",
            f"{day.day} {month} {day.year}",
            f"{month} {_ordinal(day.day)}, {day.year}",
            f"{day.day:02d}{month[:3].upper()}{day.year}",
            f"{day.year}{day.month:02d}{day.day:02d}",
        )
    )


def _date(scene: Scene, day: date, *, known: bool = True) -> list[Piece]:
    return [Piece(write_date(scene.rng, day), "DATE", known)]


def _past(scene: Scene) -> date:
    oldest = max(scene.person.birth, scene.visit.day - timedelta(days=900))
    return scene.visit.day - timedelta(days=scene.rng.randint(0, (scene.visit.day - oldest).days))


def _future(scene: Scene) -> list[Piece]:
    return _date(scene, scene.visit.day + timedelta(days=scene.rng.randint(3, 120)), known=False)


def _short(scene: Scene) -> list[Piece]:
    day = _past(scene)
    month = _MONTHS[day.month - 1]
    text = scene.rng.choice(
        (f"{day.month}/{day.day}", f"{month} {_ordinal(day.day)}", f"{month[:3]} {day.day}")
    )
    return [Piece(text, "DATE", known=False)]


def _month(scene: Scene) -> list[Piece]:
    day = _past(scene)
    month = _MONTHS[day.month - 1]
    text = scene.rng.choice(
        (f"{month} {day.year}", f"{month[:3]} {day.year}", f"{day.month}/{day.year}", month)
    )
    return [Piece(text, "DATE", known=False)]


def _holiday(scene: Scene) -> list[Piece]:
    year = scene.rng.choice((f" {_past(scene).year}", ""))
    return [Piece(scene.rng.choice(_HOLIDAYS) + year, "DATE", known=False)]


def _time(scene: Scene) -> str:
    moment = scene.visit.start + timedelta(minutes=scene.rng.randint(0, 180))
    plain = f"{moment.hour:02d}:{moment.minute:02d}"
    half = f"{(moment.hour - 1) % 12 + 1}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"
    return scene.rng.choice((plain, plain, half))


def _stamp(scene: Scene) -> list[Piece]:
    """A date and a time of day as one span: both are finer than a year."""
    text = write_date(scene.rng, scene.visit.day) + scene.rng.choice((" ", " at ", " ")) + _time(scene)
    return [Piece(text, "DATE", needle=False)]


def _age(scene: Scene) -> list[Piece]:
    """The number alone; only 90 and over identifies (45 CFR 164.514(b)(2)(i)(C))."""
    age = scene.person.age(scene.visit.day)
    return [Piece(str(age), "AGE" if age >= 90 else "")]


def _age_phrase(scene: Scene) -> list[Piece]:
    if scene.person.age(scene.visit.day) < 2:
        months = (scene.visit.day - scene.person.birth).days // 30
        return [Piece(f"{months}-month-old")]
    return [*_age(scene), Piece(scene.rng.choice(("-year-old", " year old", " y/o", "yo", " y.o.")))]


DATE_FIELDS: Final[dict[str, Field]] = {
    "date": lambda s: _date(s, s.visit.day),
    "date.end": lambda s: _date(s, s.visit.end.date()),
    "date.birth": lambda s: _date(s, s.person.birth),
    "date.past": lambda s: _date(s, _past(s), known=False),
    "date.future": _future,
    "date.short": _short,
    "date.month": _month,
    "date.holiday": _holiday,
    "stamp": _stamp,
    "time": lambda s: [Piece(_time(s), "DATE", known=False)],
    "year": lambda s: [Piece(str(min(_past(s).year, LAST_DAY.year)))],
    "age": _age,
    "aged": _age_phrase,
}
