"""Ages over 89 in words with one slip of the keyboard: ``nienty-one years old``. 45 CFR 164.514(b)(2)(i)(C).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_ONES: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _slips(word: str) -> set[str]:
    """The word and the word with any one letter left out: two words one slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


_NINETY: Final = frozenset(_slips("ninety"))
_ONE_SLIPS: Final = frozenset(slip for word in _ONES for slip in _slips(word))


class MisspeltAgeRecognizer(NoteRecognizer):
    """Two words that are an age of ninety or more but for a slip, before "years old"."""

    NAME: ClassVar[str] = "misspelt_age"
    ENTITY: ClassVar[str] = "AGE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "words", r"(?i)\b([a-z]{5,7}[\s-]{1,2}[a-z]{2,6})[\s-]{1,2}years?[\s-]{1,2}(?:old|of\sage)\b", 0.8
        ),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse what is more than one slip away in either word."""
        words = text[start:end].casefold().replace("-", " ").split()
        near = not _slips(words[0]).isdisjoint(_NINETY) and not _slips(words[-1]).isdisjoint(_ONE_SLIPS)
        return (start, end) if near and words[0][:1] == "n" else None
