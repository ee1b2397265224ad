"""Telephone and pager numbers.

Format: the North American Numbering Plan (https://www.nanpa.com/numbering), written with any of the
usual separators, with or without area code and extension; numbers of other countries in the notation
of ITU-T E.123 (https://www.itu.int/rec/T-REC-E.123). 45 CFR 164.514(b)(2)(i)(D).
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule, digits_of

_EXTENSION: Final = r"(?:[ ,;]{0,2}\s?(?i:x|ext\.?|extension)[ .:#]{0,2}\d{1,6})?"
#: A full number of ten digits, one of seven, or one with a country code.
NANP: Final = (
    r"(?:\+?1[-. /]{0,2})?(?:\(\d{3}\)\s{0,2}[-./]?\s?|\d{3}[-./\s]{1,2})\d{3}[-./\s]{1,2}\d{4}" + _EXTENSION
)
_SEVEN: Final = r"[2-9]\d{2}[-.]\d{4}" + _EXTENSION
_WORLD: Final = r"\+\d{1,3}(?:[-. ]{1,2}\(?\d{1,5}\)?){2,6}"
_CUE: Final = (
    r"(?i:\b(?:phone|ph|tel|telephone|cell|mobile|home|work|call(?:ed|back)?|contact|reach(?:ed)?|text"
    r"|number|beeper|pager|pgr|paged?|bleep|voicemail|vm|hotline)\b(?:\s(?:no|number|me|at|is|him|her|us|#))?"
    r"\.?[\s:#=@(,-]{1,4})"
)


def any_number(plain_digits: bool = True) -> str:
    """RE2 source of a number in any of the forms; runs of 7, 10 or 11 digits too where asked."""
    run = r"|1?\d{10}\b|\d{7}\b" if plain_digits else ""
    return rf"(?:{_WORLD}|{NANP}|\d{{3}}[-. ]\d{{4}}{_EXTENSION}{run})"


class PhoneRecognizer(NoteRecognizer):
    """Telephone numbers, extensions and pagers."""

    NAME: ClassVar[str] = "phone"
    ENTITY: ClassVar[str] = "PHONE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("us", NANP + r"\b", 0.9, b"0123456789"),
        Rule("e123", _WORLD + r"\b", 0.85, b"+"),
        Rule("seven", r"\b" + _SEVEN + r"\b", 0.75, b"0123456789"),
        Rule("cue", _CUE + "(" + any_number() + ")", 0.9, b"0123456789"),
        Rule(
            "extension",
            r"(?i)\b(?:ext|extension|pager|pgr|beeper|bleep)\b[.\s:#]{1,3}(\d{3,7})\b",
            0.85,
            b"EXPBexpb",
        ),
        Rule("pager", r"(?:^|[\s(,;])(p\d{4}|\*\d{4})\b", 0.6, b"p*"),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse parts of longer numbers and quantities such as ``250-1000 mg``."""
        before, after = text[max(start - 2, 0) : start], text[end : end + 6].lower()
        if before[-1:].isdigit() or (before[-1:] in {".", "-", "/", "$"} and before[:1].isdigit()):
            return None
        if before[-1:] == "$" or after[:1].isdigit() or (after[:1] in {"-", "/"} and after[1:2].isdigit()):
            return None
        if rule.name == "seven" and after.lstrip().startswith(
            ("mg", "ml", "mc", "unit", "k/", "cell", "/u", "cc", "g ")
        ):
            return None
        count = len(digits_of(text[start:end]))
        return (start, end) if count >= 3 and not (rule.name == "e123" and count < 8) else None
