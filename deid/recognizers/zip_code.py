# ruff: noqa: E501 (a pattern is easier to check on one line)
"""ZIP codes behind a state or a cue, and ZIP+4 (https://pe.usps.com/text/pub28/28c2_007.htm).

Five bare digits are often a procedure code (CPT 99214), so they need a neighbour. 45 CFR 164.514(b)(2)(i)(B).
"""

from typing import ClassVar

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import STATE


class ZipRecognizer(NoteRecognizer):
    """ZIP codes."""

    NAME: ClassVar[str] = "zip"
    ENTITY: ClassVar[str] = "ZIP"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("state", rf"\b{STATE}\.?,?\s{{1,3}}(\d{{5}}(?:-\d{{4}})?)\b", 0.9, b"0123456789"),
        Rule("cue", r"(?i)\b(?:zip(?:\s?code)?|postal\s?code|postcode)[\s:#=]{1,3}(?:is\s|of\s)?(\d{5}(?:-\d{4})?)\b", 0.95, b"Zzp"),
        Rule("plus4", r"\b\d{5}-\d{4}\b", 0.8, b"-"),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse parts of longer numbers."""
        joined = (
            text[max(start - 1, 0) : start] in {"-", "."} or text[end : end + 2].lstrip("-.")[:1].isdigit()
        )
        return None if joined and text[end : end + 1] != " " else (start, end)
