"""Fax numbers: any telephone form behind a fax cue. 45 CFR 164.514(b)(2)(i)(E)."""

from typing import ClassVar

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.phone import any_number


class FaxRecognizer(NoteRecognizer):
    """Fax numbers, told from telephone numbers by the cue."""

    NAME: ClassVar[str] = "fax"
    ENTITY: ClassVar[str] = "FAX"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            r"(?i:\b(?:fax(?:ed)?|facsimile|f)\b(?:\s(?:no|number|to|at|is|#))?\.?[\s:#=@(,-]{1,4})(\(?"
            + any_number()
            + ")",
            0.95,
            b"Ff",
        ),
    )
