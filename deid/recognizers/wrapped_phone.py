"""Telephone numbers whose country code a line's end or a wide blank has cut off. 45 CFR 164.514(b)(2)(i)(D).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule


class WrappedPhoneRecognizer(NoteRecognizer):
    """``+1`` at a line's end, the rest on the next."""

    NAME: ClassVar[str] = "wrapped_phone"
    ENTITY: ClassVar[str] = "PHONE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "one", r"(?:\+1|\b1)\s{1,2}(?:\(\d{3}\)|\d{3})[-./\s]{1,3}\d{3}[-./\s]{1,2}\d{4}\b", 0.9, DIGITS
        ),
        Rule("world", r"\+\d{1,3}\s{1,2}\(?\d{1,5}\)?(?:[-.\s]{1,2}\d{2,5}){1,4}\b", 0.85, b"+"),
    )
