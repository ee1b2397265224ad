# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Licence and certificate numbers.

DEA: two letters and seven digits with a check digit (https://www.deadiversion.usdoj.gov/); NPI: ten digits
under the Luhn algorithm with the prefix 80840
(https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand);
drivers' and professional licences behind a cue. 45 CFR 164.514(b)(2)(i)(K).
"""

from typing import ClassVar

from plummer.deid.recognizers._ids import GAP, VALUE, trimmed
from plummer.deid.recognizers.base import NoteRecognizer, Rule


def dea_valid(value: str) -> bool:
    """Whether the last digit of a DEA number is the one that the others give.

    Example:
        >>> dea_valid("AB1234563"), dea_valid("AB1234564")
        (True, False)
    """
    d = [int(char) for char in value[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def luhn_valid(digits: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1).

    Example:
        >>> luhn_valid("80840" + "1234567893")
        True
    """
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


class LicenseRecognizer(NoteRecognizer):
    """DEA and NPI numbers, drivers' and professional licences."""

    NAME: ClassVar[str] = "license"
    ENTITY: ClassVar[str] = "LICENSE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("dea", r"\b[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Za-z9]\d{7}\b", 0.9, b"0123456789"),
        Rule("npi", r"\b[12]\d{9}\b", 0.8, b"12"),
        Rule("npi_cue", r"(?i:\bnpi)[\s:#=]{0,4}(?i:is\s)?(\d{10})\b", 0.95, b"Nn"),
        Rule("cue", r"(?i:\b(?:driver'?s?\s?(?:licen[sc]e|lic)|licen[sc]e|lic\b|dl|cdl(?:\sdriver)?|dea|passport|certificate|permit))" + GAP + VALUE, 0.85, b"0123456789"),
        Rule("soundex", r"\b[A-Z]\d{3}-\d{4}-\d{4}\b", 0.85, b"-"),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Apply the checksums; cut a value behind a cue where it ends."""
        value = text[start:end]
        if rule.name == "dea":
            return (start, end) if dea_valid(value) else None
        if rule.name == "npi":
            return (start, end) if luhn_valid("80840" + value) else None
        return trimmed(text, start, end, 4)
