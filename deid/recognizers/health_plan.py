# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Health plan numbers; the Medicare Beneficiary Identifier by its own form.

https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi-with-format.pdf: eleven characters, none of S L O I B Z.
"""

from typing import ClassVar

from plummer.deid.recognizers._ids import GAP, VALUE, trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


class HealthPlanRecognizer(NoteRecognizer):
    """Member, subscriber and beneficiary numbers."""

    NAME: ClassVar[str] = "health_plan"
    ENTITY: ClassVar[str] = "HEALTH_PLAN"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "mbi",
            r"\b([1-9][AC-HJKMNP-RT-Yac-hjkmnp-rt-y][AC-HJKMNP-RT-Yac-hjkmnp-rt-y0-9]\d-?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y][AC-HJKMNP-RT-Yac-hjkmnp-rt-y0-9]\d-?[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]{2}\d{2})\b",
            0.95,
            b"0123456789",
        ),
        Rule(
            "cue",
            r"(?i:\b(?:member|subscriber|policy|beneficiary|insurance|medicaid|medicare|mbi|hicn?|hmo|ppo|plan|cob|group\s?(?:no\b|number|#|id)|kaiser|aetna|cigna|humana|anthem|health\s?plan|bcbs|blue\s(?:cross|shield)(?:\sof\s[a-z]+)?|unitedhealthcare|medica\schoice|healthpartners|humana\sgold\splus))"
            + GAP
            + VALUE,
            0.85,
            b"0123456789",
        ),
        Rule("prefix", r"\b([A-Z]{3}\d{9}|W\d{9})\b", 0.8, b"0123456789"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the value where it ends; refuse values with fewer than 4 digits."""
        return trimmed(text, start, end, 4)
