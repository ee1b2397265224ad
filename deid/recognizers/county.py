"""Counties, parishes and boroughs (https://www.census.gov/programs-surveys/geography.html). 45 CFR 164.514(b)(2)(i)(B)."""

from typing import ClassVar

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_plain


class CountyRecognizer(NoteRecognizer):
    """``X County``, ``County of X``, ``X Parish``."""

    NAME: ClassVar[str] = "county"
    ENTITY: ClassVar[str] = "COUNTY"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("named", r"\b((?:[A-Z][A-Za-z'.-]+\s){1,2}(?:County|COUNTY|Parish|Borough))\b", 0.8, b"CPB"),
        Rule("of", r"\b(County\sof\s[A-Z][A-Za-z'-]+(?:\s[A-Z][A-Za-z'-]+)?)\b", 0.8, b"C"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse ``The County`` and the like."""
        return None if rule.name == "named" and is_plain(text[start:end].split(maxsplit=1)[0]) else (start, end)
