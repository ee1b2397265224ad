"""Lots and modems whose letters and digits come in any order. 45 CFR 164.514(b)(2)(i)(M).

It runs behind the tagger, which was trained without its findings.
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
