# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Streets in small letters where an address stands (``Lives 7832 ne 51st rd.``, ``ship to 216 n school dr.``).

Typed amid text that has capitals. 45 CFR 164.514(b)(2)(i)(B). It runs behind the tagger, which was trained without its
findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule
from plummer.deid.recognizers.words import word_list

_CUE: Final = r"(?i:\b(?:lives|living|resides|residing|address(?:\son\sfile)?|ship\sto|mail\sto|deliver\sto|npi\s\d{10},))[:]?(?i:\s(?:at|on))?\s{1,2}"
_WAY: Final = r"(?:st|rd|ave|dr|ln|ct|cir|blvd|pl|ter|pkwy|hwy|way|street|road|avenue|drive|lane|court|circle|boulevard|place|terrace|trail|path|crossing)"
#: What stands behind a number and is no street's.
_MEASURES: Final = frozenset(
    ["mg", "ml", "mcg", "min", "minutes", "hours", "hrs", "units", "tabs", "miles", "blocks", "feet", "ft", "cm", "years"]
)  # fmt: skip


class SmallStreetRecognizer(NoteRecognizer):
    """``Lives 8693 sun pl.``."""

    NAME: ClassVar[str] = "small_street"
    ENTITY: ClassVar[str] = "STREET"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("cue", rf"{_CUE}(\d{{1,6}}[ ](?:[nsew]{{1,2}}\.?[ ])?(?:(?:[a-z][a-z'.-]*|\d{{1,3}}(?:st|nd|rd|th))[ ]){{1,3}}{_WAY}\b\.?)", 0.7, DIGITS),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse distances, doses and clinical words."""
        words = text[start:end].split()[1:-1]
        said = any(word in _MEASURES or word in word_list("terms") for word in words)
        return None if said else (start, end)
