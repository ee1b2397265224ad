# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Lots, modems and plates whose letters and digits come in any order. 45 CFR 164.514(b)(2)(i)(L) and (M).

They run behind the tagger, which was trained without their findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule, digits_of

_CODE: Final = r"([A-Za-z0-9]{2,}(?:-[A-Za-z0-9]{2,}){0,3})\b"


class MixedDeviceRecognizer(NoteRecognizer):
    """``lot ZJW8EVV0H2``, ``modem Z10250``."""

    NAME: ClassVar[str] = "mixed_device"
    ENTITY: ClassVar[str] = "DEVICE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            rf"(?i:\b(?:lot|modem|serial|s/n|sn)\b\s?(?:no\.?|number|\#)?[:\s#]{{1,3}}){_CODE}",
            0.8,
            DIGITS,
        ),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """A code of six or more with a digit in it."""
        value = text[start:end]
        return (start, end) if len(value) >= 6 and digits_of(value) else None


class MixedPlateRecognizer(NoteRecognizer):
    """``vehicle 998-EXR``, ``tail HXU031``."""

    NAME: ClassVar[str] = "mixed_plate"
    ENTITY: ClassVar[str] = "VEHICLE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("cue", r"(?i:\b(?:vehicle|plates?|tail|tag)\b\s?(?:no\.?|number|\#)?[:\s#]{1,3})((?:\d{1,4}[- ]?[A-Za-z]{2,4}|[A-Za-z]{2,3}\d?[- ]?\d{2,4}))\b", 0.8, DIGITS),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse counts and sizes (``tag 3 cm``)."""
        letters = "".join(char for char in text[start:end] if char.isalpha()).casefold()
        return (
            None
            if letters in {"cm", "mm", "mg", "ml", "am", "pm", "in", "at", "to", "is", "on"}
            else (start, end)
        )
