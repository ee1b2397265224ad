"""Clinical notes with gold spans, usable alone to make training text.

Every style is one template file, ``note_<style>.txt``, in the language of `writer`.
"""

import random
from dataclasses import dataclass
from typing import Final

from plummer.deid.synth.people import Person
from plummer.deid.synth.scene import Piece, draw_scene
from plummer.deid.synth.story import Visit
from plummer.deid.synth.writer import keep_length, write

STYLES: Final[tuple[str, ...]] = (
    "progress_soap",
    "discharge_summary",
    "radiology",
    "pathology",
    "ed_triage",
    "nursing",
    "phone_encounter",
    "operative",
    "social_work",
    "referral_letter",
    "consult",
    "dictation",
    "patient_message",
    "billing",
)


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A planted identifier: code points ``start`` to ``end`` (half-open) of the note's text.

    Attributes:
        start: first code point.
        end: one past the last.
        type: type as in `text scrub`.
        value: the text itself.
        known: whether a structured resource of the record holds the value too.
        origin: origin of the name, for names.
        needle: whether the value is worth looking for elsewhere.
    """

    start: int
    end: int
    type: str
    value: str
    known: bool = True
    origin: str = ""
    needle: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A note: text, style, spans in order, none overlapping."""

    text: str
    style: str
    spans: tuple[GoldSpan, ...]


def note(person: Person, encounter: Visit, style: str, rng: random.Random) -> Note:
    """Write a note about a person's encounter.

    Args:
        person: the patient.
        encounter: the visit that it is about, with staff and facility.
        style: one of `STYLES`.
        rng: the only source of chance.

    Example:
        >>> from plummer.deid.synth.people import draw_person
        >>> from plummer.deid.synth.site import draw_site
        >>> from plummer.deid.synth.story import draw_story
        >>> rng = random.Random(7)
        >>> site, person = draw_site(rng), draw_person(rng)
        >>> written = note(person, draw_story(rng, person, site).visits[0], "nursing", rng)
        >>> all(written.text[s.start : s.end] == s.value for s in written.spans)
        True
    """
    pieces = write(style, draw_scene(person, encounter, rng))
    text = keep_length(rng, "".join(piece.text for piece in pieces).rstrip("\n ") + "\n")
    return Note(text, style, _spans(pieces, text))


def _spans(pieces: list[Piece], text: str) -> tuple[GoldSpan, ...]:
    spans = []
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        if piece.type:
            spans.append(
                GoldSpan(start, end, piece.type, text[start:end], piece.known, piece.origin, piece.needle)
            )
        start = end
    return tuple(spans)
