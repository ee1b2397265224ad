"""Numbers that are no measurement: the net below the recognizers with cues.

Seven digits or more in a row, letters with six digits or more, hyphenated groups of seven digits in all
and UUIDs (https://www.rfc-editor.org/rfc/rfc9562) are hardly ever vital signs, doses or results.
45 CFR 164.514(b)(2)(i)(R): any other unique identifying number.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule, digits_of

# Codes of products, not of people: https://www.fda.gov/drugs/drug-approvals-and-databases
_DRUG_CODE: Final = re.compile(r"(?:nda|anda|bla|ndc|rxcui|loinc|nct)\d", re.IGNORECASE)
_DRUG_CUE: Final = re.compile(r"\b(?:ndc|loinc|snomed|rxnorm|cpt|hcpcs)[\s:#]{1,3}$", re.IGNORECASE)


class OtherIdRecognizer(NoteRecognizer):
    """Long numbers and codes without a cue."""

    NAME: ClassVar[str] = "other_id"
    ENTITY: ClassVar[str] = "OTHER_ID"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("run", r"\b\d{7,30}\b", 0.6, b"0123456789"),
        Rule("lettered", r"\b[A-Za-z]{1,5}-?\d{6,20}[A-Za-z]{0,3}\b", 0.6, b"0123456789"),
        Rule("groups", r"\b\d{2,8}(?:-\d{2,10}){1,4}(?:-[A-Z])?\b", 0.5, b"-"),
        Rule("uuid", r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", 0.95, b"-"),
        Rule("hex", r"\b[0-9a-f]{24,64}\b", 0.7, b"0123456789"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse decimals, amounts, ranges of few digits and parts of longer numbers."""
        before, after = text[max(start - 2, 0) : start], text[end : end + 2]
        if before[-1:] == "$" or (before[-1:] in {".", ","} and before[:1].isdigit()):
            return None
        if after[:1] in {".", ","} and after[1:].isdigit():
            return None
        if _DRUG_CODE.match(text, start) or _DRUG_CUE.search(text, max(start - 8, 0), start):
            return None
        enough = 7 if rule.name == "groups" else 0
        return (start, end) if len(digits_of(text[start:end])) >= enough else None
