"""A gold set in memory: what a reader of any format hands to the scorer."""

from dataclasses import dataclass, field

from plummer.deid.context import KnownIdentifiers
from plummer.schemas.errors import ExitCode, PlummerError


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """An annotated place.

    Attributes:
        start: first code point.
        end: one past the last.
        label: the gold set's own label, as in labels.tsv.
        traits: how it is written or chosen ("caps", "nonwestern"), where the set says.
        origin: the name's origin, where the set says.
        known: whether the patient's record holds it too, where the set says.

    Example:
        >>> GoldSpan(0, 4, "PATIENT").label
        'PATIENT'
    """

    start: int
    end: int
    label: str
    traits: tuple[str, ...] = ()
    origin: str = ""
    known: bool | None = None


@dataclass(frozen=True, slots=True)
class GoldNote:
    """A note with its annotations.

    Attributes:
        id: the note's id in the set; never printed.
        text: the note; never printed.
        spans: sorted by start.
        patient: whose note it is, where the set says; never printed.
        style: kind of note, where the set says.
        noise: what was done to the text (``ocr``), where the set says.
        known: what the patient's record names, where the set says.
    """

    id: str
    text: str
    spans: tuple[GoldSpan, ...]
    patient: str = ""
    style: str = ""
    noise: str = ""
    known: KnownIdentifiers = field(default_factory=KnownIdentifiers)


def malformed(ordinal: int, why: str) -> PlummerError:
    """The error of a gold document that can't be read.

    Args:
        ordinal: 1-based place of the document in the set.
        why: what is wrong, without a value.
    """
    return PlummerError("gold_malformed", why, ExitCode.USAGE, f"document {ordinal}")


def checked(note: GoldNote, ordinal: int) -> GoldNote:
    """The note, sorted, once every span lies inside its text.

    Raises:
        PlummerError: ``gold_offsets`` where one doesn't.

    Example:
        >>> checked(GoldNote("1", "Ann", (GoldSpan(0, 9, "NAME"),)), 1)
        Traceback (most recent call last):
        plummer.schemas.errors.PlummerError: gold_offsets: a span is empty or beyond its text [document 1]
    """
    if any(not 0 <= span.start < span.end <= len(note.text) for span in note.spans):
        raise PlummerError(
            "gold_offsets", "a span is empty or beyond its text", ExitCode.USAGE, f"document {ordinal}"
        )
    ordered = tuple(sorted(note.spans, key=lambda span: (span.start, span.end, span.label)))
    return GoldNote(note.id, note.text, ordered, note.patient, note.style, note.noise, note.known)
