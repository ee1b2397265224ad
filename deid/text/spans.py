"""What the free-text engine finds and what it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: The types of the `text scrub` contract (docs: command line).
TYPES: Final = (
    "NAME", "AGE", "DATE", "STREET", "CITY", "COUNTY", "ZIP", "ORGANIZATION", "PHONE", "FAX", "EMAIL",
    "URL", "IP", "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "BIOMETRIC",
    "USERNAME", "OTHER_ID",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """One identifier in a text.

    Attributes:
        start: first code point.
        end: one past the last code point.
        type: one of `TYPES`.
        score: confidence, 0 to 1; 1 for what the patient's own record names.
        by: the layer and rule that found it, e.g. ``phone.us``.

    Example:
        >>> Span(0, 4, "NAME", 1.0, "known.name").type
        'NAME'
    """

    start: int
    end: int
    type: str
    score: float
    by: str


@dataclass(frozen=True, slots=True)
class ScrubbedText:
    """A text without its identifiers.

    Attributes:
        text: the scrubbed text; it may be released, the input may not.
        spans: what was replaced, with offsets of the input.
        counts: how many spans of each type were replaced.
    """

    text: str
    spans: tuple[Span, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
