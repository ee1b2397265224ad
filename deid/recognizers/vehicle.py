# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Vehicle identifiers: VIN with its check digit (49 CFR 565.15) and plates behind a cue.

https://www.ecfr.gov/current/title-49/section-565.15. 45 CFR 164.514(b)(2)(i)(L).
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_VALUES: Final = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_valid(vin: str) -> bool:
    """Whether the ninth character is the check digit of the others.

    Example:
        >>> vin_valid("1M8GDM9AXKP042788"), vin_valid("1M8GDM9A1KP042788")
        (True, False)
    """
    total = sum(w * int(_VALUES.get(char, char)) for w, char in zip(_WEIGHTS, vin.upper(), strict=True))
    return "0123456789X"[total % 11] == vin[8].upper()


class VehicleRecognizer(NoteRecognizer):
    """VINs and licence plates."""

    NAME: ClassVar[str] = "vehicle"
    ENTITY: ClassVar[str] = "VEHICLE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("vin", r"(?i)\b[A-HJ-NPR-Z0-9]{17}\b", 0.95, b"0123456789"),
        Rule("vin_cue", r"(?i)\bvin[\s:#=]{1,4}(?:is\s)?([A-Z0-9]{11,17})\b", 0.95, b"Vv"),
        Rule("plate", r"(?i:\b(?:licen[sc]e\s)?(?:plate|tag|tail|vehicle)(?:\s?(?:no|number|#|is))*\.?[\s:#=]{1,3}(?:[A-Z]{2}\s)?)((?:[A-Z0-9]{1,4}[- ]?[A-Z]?\d{2,4}|\d{1,4}[- ]?)[A-Z]{0,4})\b", 0.85, b"0123456789"),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """A VIN without a cue needs its check digit, letters and digits."""
        value = text[start:end]
        if rule.name == "plate" and (value.islower() or len(value) < 4):
            return None
        if rule.name == "vin" and (value.isalpha() or value.isdigit() or not vin_valid(value)):
            return None
        return start, end
