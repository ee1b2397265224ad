# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Numbers said digit by digit: ``four zero eight five five five oh one three nine``, ``case n x five one seven dash b``.

Dictation writes what is said. 45 CFR 164.514(b)(2)(i)(D)-(R). It runs behind the tagger, which was trained without its
findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._spoken import DIGIT, TEN
from plummer.deid.recognizers.base import NoteRecognizer, Rule

_DIGIT: Final = rf"(?:{DIGIT}|niner)"
_MARK: Final = r"(?:dash|hyphen|slash|dot|point|space|double|triple)"
_ITEM: Final = rf"(?:{_DIGIT}|{TEN})"
_GAP: Final = r"(?:[ ,-]|[ ]?\n){1,2}"
_NEXT: Final = rf"(?:{_GAP}(?:{_MARK}{_GAP})?{_ITEM}\b)"
_LETTERS: Final = rf"(?:\b[a-z]{_GAP}(?:(?:dash|hyphen){_GAP})?){{0,4}}"
_TAIL: Final = rf"(?:{_GAP}(?:dash|hyphen){_GAP}[a-z]\b)?"
_CUE: Final = (
    r"\b(?:(?:medical\srecord|record|chart|account|case|claim|licen[sc]e|member|policy|group|badge|serial|lot|accession|specimen|order|invoice|file|id|mrn|npi|dea|ssn"
    r"|social(?:\ssecurity)?|social\sending|card|plate|pager|beeper|extension|ext|fax|phone|cell|mobile|callback|zip(?:\scode)?|area\scode|p\.?\s?o\.?\sbox|confirmation|tracking|prescription|rx|interpreter|warrant|passport)"
    rf"(?:{_GAP}(?:number|code|no|is|ending|in|id|are|at|colon|of)){{0,3}}|(?:call|phone|reach|text|page)(?:{_GAP}(?:me|him|her|us|them|back)){{0,2}}{_GAP}(?:at|on))"
)
_SINGLE: Final = re.compile(rf"\b{_DIGIT}\b", re.IGNORECASE)
_FEW: Final = 3


class SpokenNumberRecognizer(NoteRecognizer):
    """Five words of digits and more in a row, or three behind a cue."""

    NAME: ClassVar[str] = "spoken_number"
    ENTITY: ClassVar[str] = "OTHER_ID"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("run", rf"(?i)({_LETTERS}\b{_ITEM}{_NEXT}{{4,}}{_TAIL})", 0.7),
        Rule("cue", rf"(?i){_CUE}{_GAP}((?:{_MARK}{_GAP})?{_LETTERS}\b{_ITEM}{_NEXT}{{2,}}{_TAIL})", 0.7),
        Rule("born", rf"(?i)\b(?:birthday|birth\s?date|date\sof\sbirth|d\s?o\s?b|born)(?:{_GAP}(?:is|was|on|colon)){{0,2}}{_GAP}({_ITEM}{_NEXT}{{2,}})", 0.7),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse amounts and pressures: of what is said for an identifier most is single digits."""
        single = len(_SINGLE.findall(text, start, end))
        return None if rule.name == "run" and single <= _FEW else (start, end)
