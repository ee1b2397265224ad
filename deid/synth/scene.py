"""What a note's fields are filled from, and the pieces of text that they become."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plummer.deid.synth.people import Person, Relative
from plummer.deid.synth.story import Visit


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``type`` is empty for text that identifies nobody.

    Attributes:
        text: the characters.
        type: a type of `text scrub` (NAME, DATE, ...), or empty.
        known: whether a structured resource of the record holds the value too.
        origin: origin of the name, for names.
        needle: whether the value is worth looking for elsewhere (initials are not).
    """

    text: str
    type: str = ""
    known: bool = True
    origin: str = ""
    needle: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """One note being written: who, which visit, and the one relative and one stranger it speaks of."""

    person: Person
    visit: Visit
    rng: random.Random
    relative: Relative
    stranger: Relative


Field = Callable[[Scene], Sequence[Piece]]


def draw_scene(person: Person, visit: Visit, rng: random.Random) -> Scene:
    """A scene with one of the relatives and one of the strangers."""
    return Scene(person, visit, rng, rng.choice(person.relatives), rng.choice(person.strangers))
