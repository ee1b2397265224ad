# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Counties, parishes and boroughs (https://www.census.gov/programs-surveys/geography.html). 45 CFR 164.514(b)(2)(i)(B)."""

from typing import ClassVar

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import plain_lead


class CountyRecognizer(NoteRecognizer):
    """``X County``, ``County of X``, ``X Parish``."""

    NAME: ClassVar[str] = "county"
    ENTITY: ClassVar[str] = "COUNTY"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("named", r"\b((?:[A-Z][A-Za-z'.-]+\s){1,2}(?:County|COUNTY|Parish|Borough))\b", 0.8, b"CPB"),
        Rule("of", r"\b(County\sof\s[A-Z][A-Za-z'-]+(?:\s[A-Z][A-Za-z'-]+)?)\b", 0.8, b"C"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Drop everyday words in front; refuse ``The County``."""
        begin = plain_lead(text, start, end) if rule.name == "named" else start
        return (begin, end) if len(text[begin:end].split()) > 1 else None
