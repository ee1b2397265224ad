# ruff: noqa: E501 (lists are easier to read on one line)
"""Streets, towns, institutions and employers."""

import hashlib
import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from plummer.deid.corpus.people import invented, lines, packed, parts
from plummer.deid.recognizers.words import STATES

if TYPE_CHECKING:
    from plummer.deid.corpus.slots import Scene

Part = tuple[str, str, str]
Filler = Callable[["Scene"], list[Part]]
_STREET_WORDS: Final = parts("street_words")
_TYPES: Final = parts("types")
_UNITS: Final = parts("unit")
_HOSPITAL_KINDS: Final = parts("hospital_kinds")
_SAINTS: Final = parts("saints")
_ADJECTIVES: Final = parts("adjectives")
_NOUNS: Final = parts("nouns")
_COMPANY_KINDS: Final = parts("company_kinds")
_SCHOOL_KINDS: Final = parts("school_kinds")
_INSURERS: Final = parts("insurers")
_BARE_ORGS: Final = parts("bare_orgs")
_CALLES: Final = parts("calles")
_CIUDADES: Final = parts("ciudades")
_INSTITUTIONS: Final = parts("institutions")
_COUNTRIES: Final = parts("countries")


@lru_cache(maxsize=4)
def _towns(split: str) -> tuple[tuple[str, str], ...]:
    rows = [line.split("\t") for line in lines("places.tsv")]
    return tuple((r[1], r[2]) for r in rows if r[0] == "city" and in_split(r[1], split))


def in_split(value: str, split: str) -> bool:
    """Whether a listed value belongs to a split: one in five by its hash is for development.

    Example:
        >>> in_split("Chicago", "dev") != in_split("Chicago", "train")
        True
    """
    return (hashlib.sha256(value.casefold().encode()).digest()[0] < 51) == (split == "dev")


def _town(scene: "Scene") -> str:
    return scene.rng.choice(_towns(scene.split))[0]


def _base(scene: "Scene") -> str:
    rng = scene.rng
    return rng.choice(
        (
            rng.choice(_STREET_WORDS),
            scene.names.family(rng, rng.choice(scene.names.origins)),
            _town(scene),
            f"{rng.randrange(1, 199)}{'th'}",
            f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}",
            scene.names.given(rng, rng.choice(scene.names.origins), "f"),
            rng.choice(_STREET_WORDS),
        )
    )


def _ordinal(number: int) -> str:
    return (
        f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
    )


def _bare(scene: "Scene") -> str:
    rng = scene.rng
    name = _base(scene)
    name = _ordinal(rng.randrange(1, 180)) if name[:1].isdigit() else name
    point = rng.choice(("", "", "", "", "N ", "S. ", "West ", "NE ", "SW ", "E "))
    after = rng.choice(("", "", "", "", "", " NW", " SE", " N"))
    return f"{point}{name} {rng.choice(_TYPES)}{after}"


def street(scene: "Scene") -> str:
    """House number and street, sometimes with a unit."""
    rng = scene.rng
    roll = rng.random()
    if roll < 0.06:
        return rng.choice(
            (
                f"P.O. Box {rng.randrange(10, 99999)}",
                f"PO Box {rng.randrange(10, 9999)}",
                f"RR {rng.randrange(1, 9)} Box {rng.randrange(10, 999)}",
                f"HC {rng.randrange(10, 99)} Box {rng.randrange(10, 999)}",
            )
        )
    if roll < 0.12:
        return f"{rng.randrange(10, 99999)} {rng.choice(('County Road', 'Highway', 'State Route', 'Hwy', 'CR', 'US', 'Avenida', 'Calle', 'Camino', 'Paseo', 'Via', 'Rue'))} {rng.choice((str(rng.randrange(1, 199)), _base(scene)))}"
    value = f"{rng.randrange(1, 19999)} {_bare(scene)}"
    if rng.random() < 0.25:
        value += rng.choice((", ", " ", ", ")) + rng.choice(_UNITS).format(rng.randrange(1, 999))
    return value


_COMPASS: Final = (
    "North",
    "South",
    "East",
    "West",
    "Central",
    "Upper",
    "Lower",
    "Greater",
    "New",
    "Old",
    "Mid",
)


def _named(scene: "Scene") -> str:
    """What institutions are called by in front of their kind."""
    rng = scene.rng
    town, family = _town(scene), scene.names.family(rng, rng.choice(scene.names.origins))
    fancy = rng.choice(parts("adjectives2"))
    return rng.choice((
        town, town, fancy, fancy, family, f"{fancy} {rng.choice(_NOUNS)}", f"{rng.choice(_COMPASS)} {town}", f"{town} {fancy}",
        f"{town}-{_town(scene)}", f"{family}-{scene.names.family(rng, rng.choice(scene.names.origins))}", f"{invented(rng)}",
        f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}", f"{scene.names.given(rng, rng.choice(scene.names.origins), rng.choice('fm'))}'s",
        f"{rng.choice(packed('words.txt')).title()}", f"{rng.choice(packed('words.txt')).title()} {rng.choice(_NOUNS)}", f"{town} County",
        f"{STATES[rng.choice(list(STATES))].title()} {rng.choice(_NOUNS)}", f"{family} Family", f"{_ordinal(rng.randrange(1, 99))} Street",
    ))  # fmt: skip


def _acronym(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTUVW") for _ in range(rng.randint(2, 3)))
    kind = rng.choice(("MC", "H", "GH", "RMC", "CH", "UH", "HS", "VA", "MH", ""))
    return rng.choice((letters + kind, f"{letters}-{rng.choice('ABEMNSW')}"))


def _more(scene: "Scene", kinds: tuple[str, ...], bare: tuple[str, ...]) -> str:
    """An institution of the training text: by name and kind, by name alone, by letters, or a well-known one."""
    rng = scene.rng
    roll = rng.random()
    if roll < 0.12:
        return rng.choice(bare)
    if roll < 0.2:
        return _acronym(rng)
    if roll < 0.27:
        return _named(scene)
    kind = rng.choice(kinds)
    if roll < 0.31:
        return (
            f"{kind} {rng.choice(('of', 'at', 'in', 'for'))} {_town(scene)}" if kind[-1:].isalpha() else kind
        )
    if roll < 0.35:
        return f"{_named(scene)} {kind} {rng.choice(('of', 'in', 'at', '-', 'on'))} {_town(scene)}"
    return f"{_named(scene)} {kind}"


def _hospital(scene: "Scene") -> str:
    rng = scene.rng
    if scene.split == "train" and rng.random() < 0.55:
        return _more(scene, parts("hospital_kinds2") + _HOSPITAL_KINDS, parts("institutions2"))
    roll = rng.random()
    if roll < 0.09:
        return rng.choice(_INSTITUTIONS) + rng.choice(("", "", "", " Hospital", " Medical Center", " Clinic"))
    if roll < 0.24:
        saint = rng.choice(_SAINTS)
        name = (
            f"{rng.choice(('St. ', 'Saint ', 'St '))}{saint}{rng.choice((chr(39) + 's', '', chr(39) + 's'))}"
        )
        return name if rng.random() < 0.3 else f"{name} {rng.choice(_HOSPITAL_KINDS[:8])}"
    if roll < 0.30:
        return f"{rng.choice(('University of', 'Hospital of', 'Children' + chr(39) + 's Hospital of', 'Heart Clinic of'))} {_town(scene)}"
    if roll < 0.36:
        return rng.choice(
            (
                "".join(rng.choice("ABCDEFGHLMNPRSTUVW") for _ in range(rng.randint(3, 5))),
                f"{_town(scene)} VA",
                f"{rng.choice(_ADJECTIVES)}Care",
                f"{_town(scene)[:4]}Med",
            )
        )
    base = rng.choice(
        (
            _town(scene),
            f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}",
            rng.choice(_ADJECTIVES),
            scene.names.family(rng, rng.choice(scene.names.origins)),
            f"{_town(scene)} {rng.choice(_ADJECTIVES)}",
        )
    )
    return f"{base} {rng.choice(_HOSPITAL_KINDS)}"


def _org(scene: "Scene", kinds: tuple[str, ...] = _COMPANY_KINDS) -> str:
    rng = scene.rng
    if scene.split == "train" and rng.random() < 0.6:
        wide = "company_kinds2" if kinds is _COMPANY_KINDS else "school_kinds2"
        return _more(scene, parts(wide) + kinds, parts("bare_orgs2"))
    if kinds is _COMPANY_KINDS and rng.random() < 0.25:
        return rng.choice(_BARE_ORGS)
    base = rng.choice(
        (
            _town(scene),
            f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}",
            scene.names.family(rng, rng.choice(scene.names.origins)),
            rng.choice(_ADJECTIVES),
        )
    )
    roll = rng.random()
    if kinds is _COMPANY_KINDS and roll < 0.08:
        return f"{rng.choice(_BARE_ORGS)} {rng.choice(('in', 'of', 'on', 'warehouse in', 'plant in'))} {_town(scene)}"
    if kinds is _COMPANY_KINDS and roll < 0.14:
        return rng.choice(
            (
                f"{base} Nation",
                f"Fort {base}",
                f"the {base} reservation",
                f"{base} Tribe",
                f"Camp {base}",
                f"the {base} plant",
                f"{base} Nation {rng.choice(('casino', 'clinic', 'school'))}",
            )
        )
    return f"{base} {rng.choice(kinds)}"


def _kept(key: str, make: Callable[["Scene"], str], kind: str) -> Filler:
    def fill(scene: "Scene") -> list[Part]:
        if key not in scene.kept or scene.rng.random() < 0.6:
            scene.kept[key] = make(scene)
        return _article(scene.kept[key], kind)

    return fill


def _state(rng: random.Random) -> str:
    code = rng.choice(list(STATES))
    return code if rng.random() < 0.6 else STATES[code].title()


def _zip(rng: random.Random) -> str:
    return f"{rng.randrange(501, 99950):05}" + (f"-{rng.randrange(10000):04}" if rng.random() < 0.2 else "")


def _text(make: Callable[["Scene"], str], kind: str = "") -> Filler:
    return lambda scene: _article(make(scene), kind)


def _article(value: str, kind: str) -> list[Part]:
    """The value without its article, which identifies nobody."""
    return [("the ", "", ""), (value[4:], kind, "")] if value.startswith("the ") else [(value, kind, "")]


FIELDS: Final[Mapping[str, Filler]] = {
    "street": _kept("street", street, "STREET"),
    "street.any": _text(street, "STREET"),
    "street.bare": _text(_bare, "STREET"),
    "street.es": _text(
        lambda s: (
            f"{s.rng.choice(_CALLES)} {s.rng.choice(('de ', 'del ', ''))}{_base(s)}, {s.rng.randrange(1, 99)}{s.rng.choice(('', ' 2º B', ', 3º'))}"
        ),
        "STREET",
    ),
    "city": _text(_town, "CITY"),
    "city.es": _text(lambda s: s.rng.choice(_CIUDADES), "CITY"),
    "county": _text(
        lambda s: (
            f"{s.rng.choice([r.split(chr(9))[1] for r in lines('places.tsv') if r.startswith('county')])} {s.rng.choice(('County', 'Co.', 'county', 'County'))}"
        ),
        "COUNTY",
    ),
    "state": _text(lambda s: _state(s.rng)),
    "state.any": _text(lambda s: _state(s.rng)),
    "state.abbr": _text(lambda s: s.rng.choice(list(STATES))),
    "zip": _text(lambda s: _zip(s.rng), "ZIP"),
    "hosp": _kept("hosp", _hospital, "ORGANIZATION"),
    "hosp.caps": _text(lambda s: _hospital(s).upper(), "ORGANIZATION"),
    "hosp.es": _text(
        lambda s: (
            f"{s.rng.choice(('Hospital', 'Hospital Universitario', 'Clínica', 'Centro de Salud'))} {s.rng.choice(('de ', 'La ', 'San ', ''))}{s.rng.choice(_CIUDADES)}"
        ),
        "ORGANIZATION",
    ),
    "org": _text(_org, "ORGANIZATION"),
    "school": _text(lambda s: _org(s, _SCHOOL_KINDS), "ORGANIZATION"),
    "insurer": _text(lambda s: s.rng.choice(_INSURERS)),
    "country": _text(lambda s: s.rng.choice(_COUNTRIES)),
    "room": _text(
        lambda s: s.rng.choice(
            (
                f"{s.rng.randrange(1, 12)}{s.rng.choice('NSEW')}-{s.rng.randrange(10, 60)}{s.rng.choice('AB')}",
                str(s.rng.randrange(100, 999)),
                f"{s.rng.randrange(100, 999)}-{s.rng.randrange(1, 3)}",
                f"{s.rng.choice(('ICU', 'MICU', 'ED', 'OR'))} {s.rng.randrange(1, 30)}",
            )
        )
    ),
}
