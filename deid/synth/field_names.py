"""Fields that become names: patient, relative, stranger, staff, in the forms that notes use."""

from typing import Final

from plummer.deid.synth.names import Name, draw_name
from plummer.deid.synth.people import Relative
from plummer.deid.synth.scene import Field, Piece, Scene
from plummer.deid.synth.site import Doctor


def _name(text: str, name: Name, *, known: bool = True, needle: bool = True) -> Piece:
    return Piece(text, "NAME", known, name.origin, needle)


def _title(name: Name) -> str:
    return "Mr. " if name.gender == "m" else "Ms. "


def _patient(scene: Scene) -> list[Piece]:
    name = scene.person.name
    if scene.person.age(scene.visit.day) < 16 and scene.rng.random() < 0.6:
        return [_name(name.given, name)]
    form = scene.rng.choice(("full", "title", "title", "last_first", "given", "middle", "caps", "lower"))
    if form == "title":
        return [Piece(_title(name)), _name(name.family, name)]
    texts = {
        "full": name.full,
        "last_first": name.last_first,
        "given": name.given,
        "middle": name.middle_full,
        "caps": name.full.upper(),
        "lower": name.full.lower(),
    }
    return [_name(texts[form], name)]


def _patient_header(scene: Scene) -> list[Piece]:
    name = scene.person.name
    last_first = name.last_first
    caret = f"{name.family}^{name.given}" + (f"^{name.middle}" if name.middle else "")
    text = scene.rng.choice(
        (last_first, last_first.upper(), f"{name.family.upper()}, {name.given}", name.middle_full, caret)
    )
    return [_name(text, name)]


def _patient_title(scene: Scene) -> list[Piece]:
    """Mr. or Ms. and the surname; children go by their given name."""
    name = scene.person.name
    if scene.person.age(scene.visit.day) < 16:
        return [_name(name.given, name)]
    return [Piece(_title(name)), _name(name.family, name)]


def _patient_initials(scene: Scene) -> list[Piece]:
    name = scene.person.name
    return [_name(name.initials, name, needle=False)]


def _other(person: Relative, scene: Scene) -> list[Piece]:
    name = person.name
    form = scene.rng.choice((name.full, name.full, name.given, name.last_first, name.middle_full))
    return [_name(form, name, known=person.known)]


def _doctor(doctor: Doctor, scene: Scene) -> list[Piece]:
    name = doctor.name
    short = "Dr. " if doctor.suffix in {"MD", "DO"} else ""
    form = scene.rng.choice(("last", "last", "full", "suffix", "dr"))
    if form == "last" and short:
        return [Piece(short), _name(name.family, name)]
    if form == "suffix" or not short:
        return [_name(name.middle_full, name), Piece(f", {doctor.suffix}")]
    return [Piece("Dr." if form == "dr" else short), _name(name.full, name)]


def _signature(doctor: Doctor, scene: Scene) -> list[Piece]:
    name = doctor.name
    form = scene.rng.choice((name.full, name.middle_full, name.full.upper(), name.last_first))
    return [_name(form, name), Piece(f" {doctor.suffix}")]


def _colleague(scene: Scene) -> list[Piece]:
    """A doctor elsewhere, whom no resource of the record names."""
    name = draw_name(scene.rng, scene.rng.choice("fm"))
    text = scene.rng.choice((name.family, name.full, name.middle_full))
    return [Piece("Dr. "), _name(text, name, known=False)]


def _initials(doctor: Doctor) -> list[Piece]:
    name = doctor.name
    return [_name(f"{name.given[0]}{name.family[0]}".upper(), name, needle=False)]


NAME_FIELDS: Final[dict[str, Field]] = {
    "patient": _patient,
    "patient.full": lambda s: [_name(s.person.name.full, s.person.name)],
    "patient.header": _patient_header,
    "patient.title": _patient_title,
    "patient.given": lambda s: [_name(s.person.name.given, s.person.name)],
    "patient.family": lambda s: [_name(s.person.name.family, s.person.name)],
    "patient.initials": _patient_initials,
    "relative": lambda s: _other(s.relative, s),
    "relative.given": lambda s: [_name(s.relative.name.given, s.relative.name)],
    "relative.full": lambda s: [_name(s.relative.name.full, s.relative.name)],
    "stranger": lambda s: _other(s.stranger, s),
    "colleague": _colleague,
    "doctor": lambda s: _doctor(s.visit.doctor, s),
    "doctor.sign": lambda s: _signature(s.visit.doctor, s),
    "doctor.initials": lambda s: _initials(s.visit.doctor),
    "other": lambda s: _doctor(s.visit.other, s),
    "other.sign": lambda s: _signature(s.visit.other, s),
}
