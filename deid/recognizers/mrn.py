"""Medical record numbers: no public format, so a cue is needed. 45 CFR 164.514(b)(2)(i)(H)."""

from typing import ClassVar

from plummer.deid.recognizers._ids import GAP_OR_NONE, VALUE, trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


class MrnRecognizer(NoteRecognizer):
    """Record numbers behind a cue such as MRN, chart number or patient id."""

    NAME: ClassVar[str] = "mrn"
    ENTITY: ClassVar[str] = "MRN"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            r"(?i:\b(?:mrn|mr\s?#|mr\s?no\b|med(?:ical)?\.?\s?rec(?:ord)?s?|chart\s?(?:no\b|number|#)|(?:patient|pt|hospital|unit)\s?(?:id|no\b|number|#|identifier)))"
            + GAP_OR_NONE
            + VALUE,
            0.95,
            b"0123456789",
        ),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the value where it ends; refuse values with fewer than 4 digits."""
        return trimmed(text, start, end, 4)
