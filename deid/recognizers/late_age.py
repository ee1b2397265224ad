# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Ages of 90 and over behind rarer cues: ``alive at 92``, ``dx'd 91``. 45 CFR 164.514(b)(2)(i)(C).

It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule

_MEASURE: Final = re.compile(
    r"\s?(?:%|mg|ml|mm|kg|lb|bpm|on\b|/|\.\d|-\d|percent|degrees?|ra\b)", re.IGNORECASE
)


class LateAgeRecognizer(NoteRecognizer):
    """``living, 95``, ``deceased at 93``, ``mother (94) and father (96)``."""

    NAME: ClassVar[str] = "late_age"
    ENTITY: ClassVar[str] = "AGE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("cue", r"(?i:\b(?:alive|living|well|healthy|deceased|died|dec'?d|expired|passed|dx'?d?|diagnosed|onset|lived|stroke|cancer|dementia)(?:,|\s(?:and\swell|away))?\s(?:(?:at|to|in|@)\s)?(?:age\s)?)(9\d|1[01]\d)\b", 0.7, DIGITS),
        Rule("kin", r"(?i:\b(?:mother|father|mom|dad|wife|husband|spouse|grandmother|grandfather|grandma|grandpa|aunt|uncle|sister|brother|[mp]g[mf]|maternal\sg[mf]|paternal\sg[mf])\b[\s,]{1,2}\(?)(9\d|1[01]\d)(?:\)|[,;.]\s)", 0.7, DIGITS),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse saturations, doses and pressures (``well 98% on RA``)."""
        return None if _MEASURE.match(text, end) else (start, end)
