"""User names made of letters alone, behind the word that says so. 45 CFR 164.514(b)(2)(i)(R).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.tagger.lexicon import lexicon


class LoginRecognizer(NoteRecognizer):
    """``login bennettv``, ``user id tdesjard``."""

    NAME: ClassVar[str] = "login"
    ENTITY: ClassVar[str] = "USERNAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            r"(?i:\b(?:user\s?name|user\s?id|login|logon|log-in)\s?[:#=]?\s{1,2})([A-Za-z]{3,20})\b",
            0.8,
        ),
        Rule("user", r"(?i:\buser\s?[:#=]?\s)([a-z]{6,20})\b", 0.6),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse words of English (``login failed``)."""
        known = set(lexicon().get(text[start:end].casefold(), ""))
        return None if known & set("abi") or (rule.name == "user" and known) else (start, end)
