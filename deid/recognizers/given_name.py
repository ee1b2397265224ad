"""Common given names: with a family name or an initial behind them, or alone where they are no word.

Facts of https://www.ssa.gov/oact/babynames/. 45 CFR 164.514(b)(2)(i)(A). The trained tagger covers names
that stand in no list.
"""

from typing import ClassVar

from plummer.deid.recognizers._names import REST, WORD, name_end
from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_eponym, word_list


class GivenNameRecognizer(NoteRecognizer):
    """Names that begin with a common given name."""

    NAME: ClassVar[str] = "given_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("full", rf"\b({WORD}{REST}{{1,3}})", 0.75),
        Rule("alone", rf"\b({WORD})", 0.55, plain=True),
    )

    def fingerprint(self) -> str:
        """Rules and list."""
        return super().fingerprint() + " ".join(sorted(word_list("given")))

    def worth(self, note: NoteArtifacts) -> bool:
        """Whether any capitalised word is in the list."""
        return not note.capitals.isdisjoint(word_list("given"))

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Begin at the first given name of the run; refuse words, eponyms and runs without one."""
        value = text[start:end]
        at = 0
        for word in value.split():
            at = value.index(word, at)
            folded = word.casefold().rstrip(".,").removesuffix("'s")
            if folded in word_list("given"):
                return self._from(text, start + at, end, rule, folded)
            at += len(word)
        return None

    @staticmethod
    def _from(text: str, start: int, end: int, rule: Rule, folded: str) -> tuple[int, int] | None:
        stop = name_end(text, start, end, first_may_be_word=True)
        several = len(text[start:stop].split()) > 1
        word = folded in word_list("namelike") or is_eponym(folded) or folded in word_list("cities")
        shouted = text[start:stop].isupper() and not several
        return (start, stop) if several or not (word or shouted) else None
