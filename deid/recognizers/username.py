# ruff: noqa: E501 (a pattern is easier to check on one line)
"""User names of people at a computer: no format, so a cue is needed. 45 CFR 164.514(b)(2)(i)(R)."""

from typing import ClassVar

from plummer.deid.recognizers._ids import trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


class UsernameRecognizer(NoteRecognizer):
    """User names and handles behind a cue."""

    NAME: ClassVar[str] = "username"
    ENTITY: ClassVar[str] = "USERNAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            r"(?i:\b(?:user(?:\s?(?:name|id))?|login|logon|uid|signed on as|logged in as|handle|screen name)\b\s?[:#=]?\s{0,2}(?:is\s)?)([A-Za-z]{1,14}[._-]?\d{1,6}[A-Za-z]{0,4}|[A-Za-z]\w*[._]\w+)\b",
            0.85,
        ),
        Rule("by", r"(?i:\bby:?\s{1,2})([a-z]{2,8}\d{2,6}|[A-Z]{2,8}\d{2,6})\b", 0.8, b"0123456789"),
        Rule("at", r"(?:^|[\s(,;])(@[A-Za-z]\w{2,30})\b", 0.8, b"@"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the value where it ends; refuse values with fewer than 0 digits."""
        return trimmed(text, start, end, 0)
