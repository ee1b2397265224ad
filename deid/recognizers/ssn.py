# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Social Security numbers (https://www.ssa.gov/employer/randomization.html): full, masked, last four.

Never-issued areas count too: a note may hold a mistyped number, and tests plant only such ones.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_CUE: Final = r"(?i:\b(?:ssn|ss\s?#|ss\s?no\.?|soc(?:ial)?\.?\s?sec(?:urity)?\.?)(?:\s?(?:number|num|no\.?|#))?(?:\s(?:is|ending(?:\sin)?|last\s(?:4|four)(?:\sdigits)?))*[\s:#=(-]{0,4})"


class SsnRecognizer(NoteRecognizer):
    """Social Security numbers."""

    NAME: ClassVar[str] = "ssn"
    ENTITY: ClassVar[str] = "SSN"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("dashed", r"\b\d{3}-\d{2}-\d{4}\b", 0.95, b"-"),
        Rule("spaced", r"\b\d{3} \d{2} \d{4}\b", 0.85, b"0123456789"),
        Rule("masked", r"(?i)(?:[x*#]{3}[- ]?[x*#]{2}[- ]?\d{4})\b", 0.95, b"xX*#"),
        Rule("cue", _CUE + r"((?:[x*#\d]{3}[- .]?[x*#\d]{2}[- .]?)?\d{4})\b", 0.95, b"Ss"),
        Rule("last4", r"(?i)\blast[\s-]?(?:4|four)(?:\s(?:digits|of|ss|ssn|social|is))*[\s:#=-]{0,4}((?:[x*#\d]{3}[- .]?[x*#\d]{2}[- .]?)?\d{4})\b", 0.9, b"Ll"),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse parts of longer numbers."""
        joined = text[start - 1 : start].isdigit() or text[end : end + 1].isdigit()
        return None if joined else (start, end)
