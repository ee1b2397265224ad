# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Plates whose letters and digits come in any order. 45 CFR 164.514(b)(2)(i)(L).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule

_UNITS: Final = frozenset({"cm", "mm", "mg", "ml", "am", "pm", "in", "at", "to", "is", "on"})


class MixedPlateRecognizer(NoteRecognizer):
    """``vehicle 998-EXR``, ``tail HXU031``."""

    NAME: ClassVar[str] = "mixed_plate"
    ENTITY: ClassVar[str] = "VEHICLE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("state", r"(?:\b[A-Z]{2}\s(?i:reg(?:istration)?|plates?|tags?)\.?\s?\#?\s?)([A-Z0-9]{1,4}[- ]?[A-Z0-9]{2,4})\b", 0.75, DIGITS),
        Rule("cue", r"(?i:\b(?:vehicle|plates?|tail|tag)\b\s?(?:no\.?|number|\#)?[:\s#]{1,3})((?:\d{1,4}[- ]?[A-Za-z]{2,4}|[A-Za-z]{2,3}\d?[- ]?\d{2,4}))\b", 0.8, DIGITS),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse counts and sizes (``tag 3 cm``)."""
        if rule.name == "state":
            return (start, end) if sum(char.isdigit() for char in text[start:end]) > 1 else None
        letters = "".join(char for char in text[start:end] if char.isalpha()).casefold()
        return None if letters in _UNITS else (start, end)
