# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Cities by what stands around them: a state, a ZIP code, a verb of living. 45 CFR 164.514(b)(2)(i)(B).

States and countries themselves stand: the rule removes only subdivisions smaller than a state.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import COUNTRIES, STATE, STATE_NAMES, STATES, is_eponym, is_plain

_WORD: Final = r"[A-Z][A-Za-z.'-]*[A-Za-z]"
_CITY: Final = rf"({_WORD}(?:\s(?:de|la|del|of|or|d'|du|{_WORD})){{0,3}})"

# In capitals, ``OR`` and ``IN`` are words before they are states.
_CONJUNCTION: Final = re.compile(
    r",\s{0,2}(?:OR|IN|ME|HI|OK|OH|ID|AS|MA|PA|CO|DE|LA|AL|MD|MS)\b(?!\s*(?:\d{5}|[.;,\n]))"
)


class CityRecognizer(NoteRecognizer):
    """Cities and towns."""

    NAME: ClassVar[str] = "city"
    ENTITY: ClassVar[str] = "CITY"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("state", rf"\b{_CITY},\s{{0,2}}{STATE}\b", 0.85, b","),
        Rule("state_zip", rf"\b{_CITY},?\s+{STATE}\.?,?\s+\d{{5}}\b", 0.9, b"0123456789"),
        Rule("lives", rf"(?i:\b(?:lives?|living|resid(?:es|ing|ent)|born|raised|moved|relocated|relocating|vacation(?:ed|ing)?|travel(?:ed|led|s|ing)?|flew|drove|visiting|grew up|native|clinic|hospital|practice|facility|office|hometown|commutes?)\s(?:in|to|from|of|near|outside|with\s\w+\sin)\s){_CITY}\b", 0.7),
        Rule("from", rf"(?i:\b(?:patient|pt|male|female|man|woman|she|he|is|comes?|hails|transferred|referred|here|seen|boy|girl|family|year-old|evaluated|treated|diagnosed|admitted)\s(?:from|in)\s){_CITY}\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse states, countries, departments and everyday words; cut the run at the first one."""
        words = text[start:end].split()
        keep = 0
        for word in words:
            if is_plain(word) and keep and rule.name in {"lives", "from"}:
                break
            keep += len(word) + 1
        value = " ".join(text[start:end].split())[: max(keep - 1, 0)]
        if rule.name in {"lives", "from"} and (is_plain(words[0]) or is_eponym(words[0])):
            return None
        if rule.name == "state" and value.isupper() and _CONJUNCTION.match(text, end):
            return None
        folded = value.lower()
        if (
            folded in STATE_NAMES
            or folded in COUNTRIES
            or value in STATES
            or (value.isupper() and len(value) < 4)
        ):
            return None
        return start, start + len(text[start:end][: max(keep - 1, 0)])
