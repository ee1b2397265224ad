# ruff: noqa: E501 (lists are easier to read on one line)
"""What isn't an identifier: diseases, drugs, doses, measurements, headings."""

import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plummer.deid.corpus.people import lines, parts
from plummer.deid.recognizers.words import word_list

if TYPE_CHECKING:
    from plummer.deid.corpus.slots import Scene

Part = tuple[str, str, str]
_UNITS: Final = parts("units")
_SPECIALTIES: Final = parts("specialties")
_PROCEDURES: Final = parts("procedures")
_SHORT: Final = parts("short_diseases")
_HEADS: Final = parts("heads")


@lru_cache(maxsize=8)
def _list(name: str) -> tuple[str, ...]:
    return tuple(lines(name))


def _disease(scene: "Scene") -> str:
    rng = scene.rng
    roll = rng.random()
    if roll < 0.15:
        return rng.choice(_SHORT)
    if roll < 0.3:
        return rng.choice(
            (
                "hypertension",
                "type 2 diabetes",
                "COPD",
                "CHF",
                "CAD",
                "asthma",
                "pneumonia",
                "atrial fibrillation",
                "CKD stage 3",
                "cellulitis",
                "DVT",
                "UTI",
                "sepsis",
                "anemia",
                "GERD",
                "depression",
                "migraine",
                "osteoarthritis",
                "hypothyroidism",
                "stroke",
            )
        )
    if roll < 0.42:
        word = rng.choice(sorted(word_list("veto"))).removesuffix("'s")
        return f"{word.capitalize()}{rng.choice(('', chr(39) + 's', ''))} {rng.choice(('disease', 'syndrome', 'lesion', 'sign', 'phenomenon', 'score', 'test'))}"
    value = rng.choice(_list("icd.txt")).strip("'(), ")
    return value if rng.random() < 0.3 else value[:1].lower() + value[1:]


def _drug(scene: "Scene") -> str:
    rng = scene.rng
    value = rng.choice(_list("drugs.txt"))
    return value.capitalize() if rng.random() < 0.5 else value


def _dose(rng: random.Random) -> str:
    if rng.random() < 0.12:
        return rng.choice(
            (
                f"{rng.choice((5, 7.5, 10, 2.5))}/{rng.choice((325, 300, 500))}",
                f"{rng.choice((100, 250, 500))}/50",
                f"0.{rng.choice((625, 5, 25, 125))}",
                f"{rng.choice((3.125, 6.25, 12.5))}",
                f"{rng.randrange(5, 90)}",
                f"{rng.choice(('10-20', '20/12.5', '800/160'))} mg",
            )
        )
    return f"{rng.choice((rng.randrange(1, 100), rng.choice((2.5, 0.5, 12.5, 0.25, 1.25)), rng.randrange(1, 20) * 50))}{rng.choice((' ', ' ', ''))}{rng.choice(_UNITS)}"


def _number(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.random() * 20:.1f}",
            str(rng.randrange(1, 400)),
            f"{rng.random() * 10:.2f}",
            f"{rng.randrange(60, 200)}.{rng.randrange(10)}",
            f"<{rng.randrange(1, 9)}.0",
            f"{rng.randrange(1, 99)},{rng.randrange(100, 999)}",
        )
    )


def heading(rng: random.Random) -> str:
    """A section's heading, often made of words that no template has."""
    if rng.random() < 0.5:
        return rng.choice(_HEADS)
    words = [w.capitalize() for w in rng.sample(_list("words.txt"), rng.randint(1, 3))]
    return " ".join(words)


def _text(make: Callable[["Scene"], str]) -> Callable[["Scene"], list[Part]]:
    return lambda scene: [(make(scene), "", "")]


def _acronym(scene: "Scene") -> str:
    """Capitals that stand for a scale, a gene or a protocol, such as nobody has listed."""
    rng = scene.rng
    return "".join(rng.choice("ABCDEFGHIKLMNOPRSTUVWXZ") for _ in range(rng.choice((2, 3, 3, 3, 4, 4, 5))))


def _brand(scene: "Scene") -> str:
    """A product's name with capitals inside it."""
    one, two = scene.rng.sample(_list("words.txt"), 2)
    return scene.rng.choice(
        (
            f"{one.capitalize()}{two.capitalize()}",
            f"{one[:4].capitalize()}{two[:4].capitalize()}",
            f"{one[:3].upper()}{two}",
        )
    )


FIELDS: Final[Mapping[str, Callable[["Scene"], list[Part]]]] = {
    "icd": _text(_disease),
    "icdtitle": _text(
        lambda s: " ".join(
            w if len(w) < 4 and s.rng.random() < 0.7 else w.capitalize()
            for w in s.rng.choice(_list("icd.txt")).split()
        )
    ),
    "icdcode": _text(
        lambda s: f"{s.rng.choice('ABCDEFGIJKLMNRSTZ')}{s.rng.randrange(10, 99)}.{s.rng.randrange(10)}"
    ),
    "drug": _text(_drug),
    "dose": _text(lambda s: _dose(s.rng)),
    "spec": _text(lambda s: s.rng.choice(_SPECIALTIES)),
    "procedure": _text(lambda s: s.rng.choice(_PROCEDURES)),
    "ndc": _text(
        lambda s: f"{s.rng.randrange(10000):04}-{s.rng.randrange(10000):04}-{s.rng.randrange(100):02}"
    ),
    "acr": _text(_acronym),
    "brand": _text(_brand),
    "w": _text(lambda s: s.rng.choice(_list("words.txt"))),
    "cw": _text(lambda s: s.rng.choice(_list("words.txt")).capitalize()),
    "eponym": _text(lambda s: s.rng.choice(sorted(word_list("veto"))).removesuffix("'s").capitalize()),
    "headword": _text(lambda s: heading(s.rng)),
    "headtitle": _text(lambda s: heading(s.rng).title()),
    "headcaps": _text(lambda s: heading(s.rng).upper()),
    "num": _text(lambda s: _number(s.rng)),
    "n": _text(lambda s: str(s.rng.randrange(1, 10))),
    "bp": _text(lambda s: f"{s.rng.randrange(90, 190)}/{s.rng.randrange(50, 110)}"),
    "hr": _text(lambda s: str(s.rng.randrange(48, 140))),
    "temp": _text(
        lambda s: f"{s.rng.choice((f'{s.rng.uniform(96, 104):.1f}', f'{s.rng.uniform(36, 40):.1f}'))}"
    ),
    "wt": _text(lambda s: f"{s.rng.uniform(3, 140):.1f}"),
}
