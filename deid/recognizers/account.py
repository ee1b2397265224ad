"""Account, card and billing numbers. 45 CFR 164.514(b)(2)(i)(J)."""

from typing import ClassVar

from plummer.deid.recognizers._ids import GAP, VALUE, trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


class AccountRecognizer(NoteRecognizer):
    """Accounts, cards and bills."""

    NAME: ClassVar[str] = "account"
    ENTITY: ClassVar[str] = "ACCOUNT"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            r"(?i:\b(?:acct|account|bank\s?acct|billing|invoice|statement|routing|iban|guarantor\s?(?:no\b|number|#|id)|encounter\s?(?:no\b|number|#|id)|visit\s?(?:no\b|number|#|id)|(?:credit\s)?card(?:\sending(?:\sin)?|\sno|\snumber)?))"
            + GAP
            + VALUE,
            0.9,
            b"0123456789",
        ),
        Rule("har", r"\b((?:HAR|CSN|FIN)\d{6,14})\b", 0.9, b"0123456789"),
        Rule("card", r"\b(\d{4}[- ]\d{4}[- ]\d{4}[- ]\d{1,7})\b", 0.9, b"0123456789"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the value where it ends; refuse values with fewer than 4 digits."""
        return trimmed(text, start, end, 4)
