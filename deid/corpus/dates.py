# ruff: noqa: E501 (lists are easier to read on one line)
"""Dates and times as notes write them."""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from plummer.deid.corpus.people import parts

if TYPE_CHECKING:
    from plummer.deid.corpus.slots import Scene

Part = tuple[str, str, str]
_MONTHS: Final = parts("months")
_MESES: Final = parts("meses")
_DAYS: Final = parts("days")
_HOLIDAYS: Final = parts("holidays")
_ORDINALS: Final = parts("ordinals")
_TEENS: Final = parts("teens")
_TENS: Final = parts("tens")


def in_words(number: int) -> str:
    """A number from 1 to 199 in words.

    Example:
        >>> in_words(94), in_words(101)
        ('ninety-four', 'one hundred one')
    """
    if number >= 100:
        return f"one hundred {in_words(number - 100)}".strip()
    return _TEENS[number] if number < 20 else f"{_TENS[number // 10]}-{_TEENS[number % 10]}".rstrip("-")


def _day(rng: random.Random, birth: bool = False) -> date:
    begin, end = (date(1925, 1, 1), date(2015, 1, 1)) if birth else (date(2004, 1, 1), date(2027, 12, 31))
    return begin + timedelta(days=rng.randrange((end - begin).days))


def _full(day: date, rng: random.Random) -> str:
    month, short = _MONTHS[day.month - 1], _MONTHS[day.month - 1][:3]
    th = "th" if 10 <= day.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return rng.choice((
        f"{day.month}/{day.day}/{day:%Y}", f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day:%y}", f"{day:%m/%d/%y}",
        f"{day.month}/{day.day}/{day:%y}", f"{day:%Y-%m-%d}", f"{day:%m-%d-%Y}", f"{day.month}-{day.day}-{day:%y}",
        f"{month} {day.day}, {day.year}", f"{short} {day.day}, {day.year}", f"{month} {day.day}{th}, {day.year}", f"{short} {day.day} {day.year}",
        f"{day.day} {month} {day.year}", f"{day.day} {short} {day.year}", f"{day:%d}-{short}-{day.year}", f"{day:%d}-{short.upper()}-{day:%y}",
        f"{day.month}.{day.day}.{day:%y}", f"{day:%m.%d.%Y}", f"{day:%Y/%m/%d}", f"{day.day}/{day.month}/{day:%Y}", f"{day:%Y%m%d}", f"{day:%d}{short.upper()}{day.year}",
        f"{month} {day.day} {day.year}", f"the {day.day}{th} of {month}, {day.year}", f"{short}. {day.day}, {day.year}", f"{day:%m}-{day:%d}-{day:%y}", f"{month} {day.day}, '{day:%y}",
    ))  # fmt: skip


def _partial(day: date, rng: random.Random) -> str:
    month, short = _MONTHS[day.month - 1], _MONTHS[day.month - 1][:3]
    th = "th" if 10 <= day.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return rng.choice((
        f"{day.month}/{day.day}", f"{day:%m/%d}", f"{day.month}/{day.day}", f"{day.month}-{day.day}", f"{day:%m-%d}", f"{month} {day.day}", f"{month} {day.day}{th}",
        f"{short} {day.day}", f"{short} {day.day}{th}", f"{day.day} {month}", f"{day.day}-{short}", f"{day.day}{th} of {month}", f"the {day.day}{th} of {month}", f"{short}. {day.day}",
        f"the {day.day}{th}", f"{short}{day.day}", f"{day.month}/{day.day}",
    ))  # fmt: skip


def _month(day: date, rng: random.Random) -> str:
    month, short = _MONTHS[day.month - 1], _MONTHS[day.month - 1][:3]
    return rng.choice((
        f"{month} {day.year}", f"{short} {day.year}", f"{day.month}/{day.year}", f"{day:%m/%Y}", f"{month} of {day.year}", f"{short} '{day:%y}", f"{day.month}/{day:%y}",
        f"{month}, {day.year}", f"{month}", f"{short}-{day:%y}", f"{day:%Y-%m}", f"{short}{day.year}", f"mid {month}", f"early {month} {day.year}", f"{month} '{day:%y}",
    ))  # fmt: skip


def _strip(text: str) -> list[Part]:
    for lead in ("mid ", "early ", "the "):
        if text.startswith(lead):
            return [(lead, "", ""), (text[len(lead) :], "DATE", "partial")]
    return [(text, "DATE", "month" if len(text) < 6 else "full")]


def _spoken(rng: random.Random) -> str:
    day = _day(rng, birth=rng.random() < 0.5)
    year = (
        f"two thousand {in_words(day.year - 2000)}".strip()
        if day.year >= 2000
        else f"nineteen {in_words(day.year - 1900)}"
    )
    month = _MONTHS[day.month - 1].lower()
    ordinal = _ORDINALS[day.day - 1]
    return rng.choice(
        (
            f"{month} {ordinal} {year}",
            f"{month} {ordinal}",
            f"the {ordinal} of {month}",
            f"{month} {day.day} {year}",
            f"{month} {day.day} {day.year}",
            f"{month} {ordinal} {year}",
        )
    ).replace("-", " ")


def _date(scene: "Scene") -> list[Part]:
    rng = scene.rng
    text = _full(_day(rng), rng)
    parts = (
        [("the ", "", ""), (text[4:], "DATE", "full")]
        if text.startswith("the ")
        else [(text, "DATE", "full")]
    )
    return [*parts, (f"T{_clock(rng)}", "", "")] if text[4:5] == "-" and rng.random() < 0.1 else parts


def _holiday(scene: "Scene") -> list[Part]:
    more = parts("holidays2") if scene.split == "train" else ()
    return [(scene.rng.choice(_HOLIDAYS + more), "DATE", "holiday")]


def _ordinal(rng: random.Random) -> str:
    day = rng.randrange(1, 32)
    th = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return rng.choice((f"{day}{th}", f"{day}{th}", _ORDINALS[day - 1].lower()))


def _md(scene: "Scene") -> list[Part]:
    rng = scene.rng
    roll = rng.random()
    if roll < 0.05:
        return _holiday(scene)
    if roll < 0.09:
        day = _day(rng)
        return [
            (f"{day.month}/{day.day}", "DATE", "short"),
            (rng.choice(("-", " - ", "\u2013")), "DATE", ""),
            (f"{day.month}/{min(day.day + 3, 30)}", "DATE", "short"),
        ]
    text = _partial(_day(rng), rng)
    return (
        [("the ", "", ""), (text[4:], "DATE", "short")]
        if text.startswith("the ")
        else [(text, "DATE", "short")]
    )


def _my(scene: "Scene") -> list[Part]:
    return _strip(_month(_day(scene.rng), scene.rng))


def _clock(rng: random.Random) -> str:
    hour, minute = rng.randrange(24), rng.randrange(60)
    return rng.choice(
        (
            f"{hour:02}:{minute:02}",
            f"{hour:02}{minute:02}",
            f"{hour % 12 + 1}:{minute:02} {rng.choice(('AM', 'PM', 'am', 'pm', 'p.m.'))}",
            f"{hour:02}:{minute:02}:{rng.randrange(60):02}",
            f"{hour % 12 + 1}{rng.choice(('am', 'pm', ' PM'))}",
        )
    )


def _long(scene: "Scene") -> list[Part]:
    rng = scene.rng
    day = _day(rng)
    lead = rng.choice(("", "", f"{_DAYS[day.weekday()]}, ", f"{_DAYS[day.weekday()][:3]}, "))
    th = rng.choice(("", ",", ","))
    return [
        (lead, "", ""),
        (
            rng.choice(
                (
                    f"{_MONTHS[day.month - 1]} {day.day}{th} {day.year}",
                    f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
                    f"{_MONTHS[day.month - 1][:3]} {day.day}{th} {day.year}",
                    f"{day:%m/%d/%Y}",
                )
            ),
            "DATE",
            "full",
        ),
    ]


def _es(scene: "Scene") -> list[Part]:
    day = _day(scene.rng)
    return [
        (
            scene.rng.choice(
                (
                    f"{day.day} de {_MESES[day.month - 1]} de {day.year}",
                    f"{day:%d/%m/%Y}",
                    f"{day.day}/{day.month}/{day:%y}",
                    f"{day.day} de {_MESES[day.month - 1]}",
                    f"{_MESES[day.month - 1]} de {day.year}",
                    f"{day:%d-%m-%Y}",
                )
            ),
            "DATE",
            "full",
        )
    ]


def _one(
    text: Callable[[random.Random], str], kind: str = "DATE", trait: str = "full"
) -> Callable[["Scene"], list[Part]]:
    return lambda scene: [(text(scene.rng), kind, trait)]


def _any(scene: "Scene") -> list[Part]:
    return scene.rng.choice((_date, _md, _my))(scene)


FIELDS: Final[Mapping[str, Callable[["Scene"], list[Part]]]] = {
    "date": _date,
    "date.full": _date,
    "date.any": _any,
    "date.md": _md,
    "date.my": _my,
    "date.long": _long,
    "date.es": _es,
    "date.dob": _one(lambda rng: _full(_day(rng, birth=True), rng).removeprefix("the ")),
    "date.iso": _one(lambda rng: _day(rng, birth=rng.random() < 0.3).isoformat()),
    "date.compact": _one(lambda rng: f"{_day(rng, birth=True):%Y%m%d}", trait="compact"),
    "date.hl7": _one(
        lambda rng: f"{_day(rng):%Y%m%d}{rng.randrange(24):02}{rng.randrange(60):02}", trait="compact"
    ),
    "date.spoken": _one(_spoken, trait="spoken"),
    "date.wd": _one(lambda rng: rng.choice((*_DAYS, "Mon", "Tues", "Wed", "Fri", "")), "", ""),
    "weekday": _one(lambda rng: rng.choice(_DAYS), "", ""),
    "date.holiday": _holiday,
    "date.ord": _one(_ordinal, trait="short"),
    "month": _one(lambda rng: rng.choice(_MONTHS), "DATE", "month"),
    "time": _one(_clock, "", ""),
    "year": _one(lambda rng: str(rng.randrange(1965, 2027)), "", ""),
    "age": _one(lambda rng: str(rng.randrange(1, 89)), "", ""),
    "age90": _one(lambda rng: str(rng.randrange(90, 109)), "AGE", "age"),
    "age90w": _one(lambda rng: in_words(rng.randrange(90, 104)), "AGE", "age"),
}
