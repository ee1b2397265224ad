# ruff: noqa: E501 (lists are easier to read on one line)
"""What fills a slot: text, type and trait; identifiers are drawn, everything else has no type."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from plummer.deid.corpus import clinical, dates, numbers, places
from plummer.deid.corpus.people import Names, Somebody, parts, somebody

Part = tuple[str, str, str]
_CREDENTIALS: Final = parts("credentials")
_KIN: Final = {
    "f": ("wife", "mother", "daughter", "sister", "aunt", "niece", "grandmother", "girlfriend", "stepmother", "partner"),
    "m": ("husband", "father", "son", "brother", "uncle", "nephew", "grandfather", "boyfriend", "stepson", "partner"),
}  # fmt: skip
_ROLES: Final = frozenset({"pt", "rel", "doc", "nurse", "x"})


@dataclass
class Scene:
    """Who and where a note is about; doctors, nurses and strangers are drawn when they are named.

    Attributes:
        rng: the only source of chance.
        names: of the split.
        split: ``train`` or ``dev``.
        invent: the share of invented names.
    """

    rng: random.Random
    names: Names
    split: str = "train"
    invent: float = 0.25
    people: dict[str, list[Somebody]] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    def person(self, role: str) -> Somebody:
        """The person of a role: one patient, few of all others."""
        cast = self.people.setdefault(role, [])
        limit = {"pt": 1, "rel": 3}.get(role, 5)
        if cast and (len(cast) >= limit or self.rng.random() < 0.45):
            return self.rng.choice(cast)
        last = self.person("pt").last if role == "rel" and self.rng.random() < 0.5 else ""
        cast.append(somebody(self.rng, self.names, self.invent, last))
        return cast[-1]


def _initial(name: str) -> str:
    return next((c for c in name if c.isalpha()), "A").upper()


def _middle(rng: random.Random, who: Somebody) -> str:
    return rng.choice(("", "", f"{_initial(who.middle)} ", f"{_initial(who.middle)}. ", f"{who.middle} "))


def _forms(rng: random.Random, who: Somebody, form: str) -> list[Part]:  # noqa: PLR0911, PLR0912
    first, last, mid = who.first, who.last, _initial(who.middle)
    if rng.random() < 0.03:
        first = mistyped(first, rng)
    elif rng.random() < 0.03:
        last = mistyped(last, rng)
    full = f"{first} {_middle(rng, who)}{last}"
    if form == "first":
        return [(first, "NAME", "single")]
    if form in {"last", "last2", "lastsame"}:
        return [(last, "NAME", "single")]
    if form == "full":
        junior = rng.random() < 0.03
        return [(full, "NAME", "full"), (rng.choice((" Jr.", " Sr", " III")) if junior else "", "", "")]
    if form in {"lf", "caps_lf"}:
        value = f"{last},{rng.choice((' ', ' ', ' ', ''))}{first}{rng.choice(('', '', f' {mid}', f' {mid}.', f' {who.middle}'))}"
        upper = form == "caps_lf" or rng.random() < 0.3
        return [(value.upper() if upper else value, "NAME", "full")]
    if form == "caret":
        value = f"{last}^{first}{rng.choice(('', f'^{mid}', f'^{who.middle}'))}"
        return [(value.upper() if rng.random() < 0.7 else value, "NAME", "full")]
    if form == "fl":
        return [
            (
                rng.choice(
                    (
                        f"{_initial(first)}. {last}",
                        f"{_initial(first)} {last}",
                        f"{_initial(first)}.{last}",
                        f"{_initial(first)}. {mid}. {last}",
                        f"{last} {_initial(first)}",
                    )
                ),
                "NAME",
                "initials",
            )
        ]
    if form == "fi":
        return [(rng.choice((f"{first} {_initial(last)}.", f"{first} {_initial(last)}")), "NAME", "initials")]
    if form in {"initials", "initials2", "initials2low"}:
        a, b = _initial(first), _initial(last)
        value = rng.choice((f"{a}.{b}.", f"{a}{b}", f"{a}{mid}{b}", f"{a}. {b}.", f"{a}.{mid}.{b}."))
        value = f"{a}{mid}{b}" if form == "initials2" else value
        return [(f"{a}{b}".lower() if form.endswith("low") else value, "NAME", "initials")]
    if form == "title":
        return [
            (
                rng.choice(("Dr. ", "Dr. ", "Dr ", "Dr.", "Doctor ", "DR. ", "Drs. ", "Dra. ", "Prof. ")),
                "",
                "",
            ),
            *_forms(rng, who, rng.choice(("last", "last", "full", "fl"))),
        ]
    if form == "honor":
        titles = ("Mr. ", "Mr ", "MR. ") if who.gender == "m" else ("Mrs. ", "Ms. ", "Ms ", "Miss ", "MRS. ")
        return [(rng.choice(titles), "", ""), *_forms(rng, who, rng.choice(("last", "last", "last", "full")))]
    if form == "sig":
        return _forms(rng, who, rng.choice(("full", "first", "initials", "fi", "full")))
    if form == "asq":
        return rng.choice(
            (
                _forms(rng, who, "full"),
                _forms(rng, who, "fi"),
                [
                    (rng.choice(("Mr. ", "Ms. ", "patient ", "")), "", ""),
                    *_forms(rng, who, rng.choice(("fi", "full", "last"))),
                ],
            )
        )
    if form == "mi":
        return [(mid, "NAME", "initials")]
    return []


def mistyped(name: str, rng: random.Random) -> str:
    """One slip of the keyboard: two letters swapped, one dropped or doubled.

    Example:
        >>> mistyped("Johnson", random.Random(3)) != "Johnson"
        True
    """
    if len(name) < 4:
        return name
    at = rng.randrange(1, len(name) - 1)
    return rng.choice(
        (
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + name[at + 1 :],
            name[:at] + name[at] * 2 + name[at + 1 :],
        )
    )


def _person(role: str, form: str, scene: Scene) -> list[Part]:
    rng = scene.rng
    if form == "kin":
        return [(rng.choice(_KIN[scene.person("rel").gender]), "", "")]
    if form == "rel":
        return [(rng.choice(_KIN[scene.person("rel").gender]).capitalize(), "", "")]
    who = scene.person(role)
    if form == "any":
        form = rng.choice(
            ("full", "full", "lf", "title", "last", "fl")
            if role in {"doc", "nurse"}
            else ("full", "full", "lf", "honor", "first", "caret" if role == "pt" else "full")
        )
        if role == "doc" and form == "full" and rng.random() < 0.6:
            return [
                *_forms(rng, who, "full"),
                (f"{rng.choice((', ', ' ', ', '))}{rng.choice(_credentials(scene))}", "", ""),
            ]
    if form == "title" and role != "doc":
        form = "full"
    parts = _forms(rng, who, form)
    if form in {"first", "last"} and rng.random() < 0.06:
        parts.append(("'s", "", ""))
    return [(text, kind, f"{trait} {who.origin}" if kind else "") for text, kind, trait in parts]


def _credentials(scene: Scene) -> tuple[str, ...]:
    return _CREDENTIALS + parts("credentials2") if scene.split == "train" else _CREDENTIALS


def _cased(text: str, rng: random.Random) -> str:
    return rng.choice((text, text[:1].upper() + text[1:], text.title(), text.upper()))


Filler = Callable[[Scene], list[Part]]
_OTHERS: Final[Mapping[str, Filler]] = {
    **dates.FIELDS,
    **numbers.FIELDS,
    **places.FIELDS,
    **clinical.FIELDS,
    "cred": lambda scene: [(scene.rng.choice(_credentials(scene)), "", "")],
    "role": lambda scene: [(_cased(scene.rng.choice(parts("roles")), scene.rng), "", "")],
    "verb": lambda scene: [(scene.rng.choice(parts("verbs")), "", "")],
}


def filled(slot: str, scene: Scene) -> list[Part]:
    """The parts of a slot.

    Raises:
        KeyError: when no slot has the name (a slip in a template; a test fills every one).
    """
    role, _, form = slot.partition(".")
    if role in _ROLES:
        return _person(role, form or "full", scene)
    return _OTHERS[slot](scene)
