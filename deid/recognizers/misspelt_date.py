# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Days whose month has one slip of the keyboard: ``Ocotber 3``. 45 CFR 164.514(b)(2)(i)(C).

It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._dates import DAY, ORDINAL, YEAR
from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule
from plummer.deid.recognizers.words import MONTHS
from plummer.deid.tagger.lexicon import lexicon


def _slips(word: str) -> set[str]:
    """The word and the word with any one letter left out: two words one slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


_MISSPELT: Final = frozenset(slip for month in MONTHS if len(month) > 4 for slip in _slips(month))
_WORD: Final = re.compile(r"[a-z]+")


class MisspeltDateRecognizer(NoteRecognizer):
    """A day beside a word that is a month but for one slip, and no word by itself."""

    NAME: ClassVar[str] = "misspelt_date"
    ENTITY: ClassVar[str] = "DATE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("day_first", rf"\b(?:{ORDINAL}|{DAY})(?:\s|\sof\s)[A-Z][a-z]{{3,10}}(?:,?\s(?:{YEAR}|'?\d{{2}}))?\b", 0.7, DIGITS),
        Rule("month_first", rf"\b[A-Z][a-z]{{3,10}}\s(?:the\s)?(?:{ORDINAL}|{DAY})(?:,?\s{YEAR}|,?\s'\d{{2}})?\b", 0.7, DIGITS),
        Rule("month_year", rf"\b[A-Z][a-z]{{3,10}},?\s(?:of\s)?(?:{YEAR}|'\d{{2}})\b", 0.7, DIGITS),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse words that a list holds, and what is more than one slip away."""
        word = max(_WORD.findall(text[start:end].casefold()), key=len)
        slip = word not in lexicon() and word not in MONTHS and not _slips(word).isdisjoint(_MISSPELT)
        return (start, end) if slip else None
