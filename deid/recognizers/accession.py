"""Accession, specimen, order, claim, case and study numbers behind a cue. 45 CFR 164.514(b)(2)(i)(R)."""

from typing import ClassVar

from plummer.deid.recognizers._ids import GAP, GAP_OR_NONE, VALUE, trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


class AccessionRecognizer(NoteRecognizer):
    """Numbers of specimens, orders, claims and studies."""

    NAME: ClassVar[str] = "accession"
    ENTITY: ClassVar[str] = "OTHER_ID"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            r"(?i:\b(?:acc(?:ession)?\s?#|accession|specimen|requisition|req\s?#|order\s?(?:no\b|number|#)|claim|case|study|docket|file\s?(?:no\b|number|#)|tracking|confirmation|rx\s?#|rx\s?number|badge|employee|reference|ref\s?#|bankr|wic))"
            + GAP
            + VALUE,
            0.85,
            b"0123456789",
        ),
        Rule(
            "id",
            r"(?:\b(?:ID|Id|identifier|Identifier|PID|EMPI|CSN|FIN|HAR)\b)" + GAP_OR_NONE + VALUE,
            0.85,
            b"0123456789",
        ),
        Rule("pathology", r"\b([A-Z]{1,3}\d{2}-\d{4,8})\b", 0.85, b"-"),
        Rule("imaging", r"\b((?:19|20)\d{2}-[A-Z]{2,4}-\d{4,8})\b", 0.85, b"-"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the value where it ends; refuse values with fewer than 4 digits."""
        return trimmed(text, start, end, 4)
