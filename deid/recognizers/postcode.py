"""Postcodes of the United Kingdom and of Canada behind their cue or a town. 45 CFR 164.514(b)(2)(i)(B).

Their forms: https://www.gov.uk/government/publications/bulk-data-transfer-for-sponsors-xml-schema (BS 7666)
and https://www.canadapost-postescanada.ca. It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule

_BRITISH: Final = r"[A-Z]{1,2}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2}"
_CANADIAN: Final = r"[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d"


class PostcodeRecognizer(NoteRecognizer):
    """``Inverness, IV2 3UJ``, ``postcode M5V 2T6``."""

    NAME: ClassVar[str] = "postcode"
    ENTITY: ClassVar[str] = "ZIP"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "cue",
            rf"(?i:\b(?:post\s?code|postal\scode|address)\b[\s:]{{1,3}})((?:{_BRITISH}|{_CANADIAN}))\b",
            0.85,
            DIGITS,
        ),
        Rule("town", rf"\b[A-Z][a-z]+,?\s(?:[A-Z]{{2}},?\s)?((?:{_BRITISH}|{_CANADIAN}))\b", 0.7, DIGITS),
    )
