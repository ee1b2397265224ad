# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Towns between a street and a ZIP code without a state, and where a visitor comes from. 45 CFR 164.514(b)(2)(i)(B).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import LANDS, STATES, is_plain
from plummer.deid.tagger.lexicon import lexicon

_TOWN: Final = r"((?:(?:St|Mt|Ft)\.?\s)?[A-Z][A-Za-z'-]+(?:\s[A-Z][A-Za-z'-]+){0,2})"

_PLACES: Final = frozenset("ckwy")


class TownZipRecognizer(NoteRecognizer):
    """``..., Rogers City 65186``, ``visits from Strum``."""

    NAME: ClassVar[str] = "town_zip"
    ENTITY: ClassVar[str] = "CITY"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("zip", rf",\s{{1,2}}{_TOWN},?\s{{1,2}}\d{{5}}(?:-\d{{4}})?\b", 0.8, b"0123456789"),
        Rule("moves", rf"(?i:\b(?:moving|moved|relocat(?:ing|ed)|returning|flying|flew)\s(?:back\s)?to\s){_TOWN}\b", 0.6),
        Rule("visits", rf"(?i:\b(?:visits|visiting|drove\sin|drives|commutes|transferred|flew\sin|bused)\sfrom\s){_TOWN}\b", 0.7),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse states, countries and everyday words."""
        last = text[start:end].rsplit(maxsplit=1)[-1]
        if last in STATES:
            end -= len(last) + (len(last) < end - start)
        words = text[start:end].casefold().split()
        listed = any(set(lexicon().get(word, "")) & _PLACES for word in words)
        if rule.name == "zip" and not listed:
            return None
        if " ".join(words) in LANDS or all(is_plain(word) for word in words):
            return None
        return None if rule.name != "zip" and is_plain(words[0]) else (start, end)
