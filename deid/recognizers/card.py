"""The last digits of a payment card or a bank account. 45 CFR 164.514(b)(2)(i)(J).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar

from plummer.deid.recognizers.base import DIGITS, NoteArtifacts, NoteRecognizer, Rule


class CardRecognizer(NoteRecognizer):
    """``Visa ending 4471``, ``card ending in 0093``."""

    NAME: ClassVar[str] = "card"
    ENTITY: ClassVar[str] = "ACCOUNT"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "ending",
            r"(?i:\b(?:visa|mastercard|amex|discover|card|debit|credit|account|acct|checking|iban)\.?\s"
            r"(?:ending|ends|last\s(?:four|4))\s(?:in\s|with\s|digits\s)?:?\s?)(\d{4})\b",
            0.85,
            DIGITS,
        ),
    )

    def worth(self, note: NoteArtifacts) -> bool:
        """Whether any word of the cue stands there."""
        data = note.data.lower()
        return b"end" in data or b"last" in data
