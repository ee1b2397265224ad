# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names spelt letter by letter: ``spelled w o j t a s``, ``E-Z-E-J-I``. 45 CFR 164.514(b)(2)(i)(A).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_LETTERS: Final = r"[A-Za-z](?:[ -][A-Za-z]\b)"
_CUE: Final = r"\b(?:spelled|spelt|spelling(?:\sis)?|spells?|(?:last|first|middle|maiden)\s?name(?:\sis)?|surname|that's|thats|that\sis)[:,]?[ ]{1,2}"
_LONG: Final = 5


class SpelledNameRecognizer(NoteRecognizer):
    """Three letters and more behind a cue; else a run that spells a word of the note."""

    NAME: ClassVar[str] = "spelled_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("cue", rf"(?i){_CUE}({_LETTERS}{{2,}}(?:[ ]space[ ]{_LETTERS}{{1,}})?)", 0.7),
        Rule("run", rf"(?i)\b({_LETTERS}{{2,}})\b", 0.7),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse abbreviations said letter by letter (``c a b g``)."""
        if rule.name == "cue":
            return start, end
        word = "".join(char for char in text[start:end] if char.isalpha()).casefold()
        spelt = len(word) >= _LONG and len(set(word)) > 2
        elsewhere = (
            f" {word}" in text[:start].casefold()[-400:] or f" {word}" in text[end : end + 400].casefold()
        )
        return (start, end) if elsewhere or (spelt and len(word) > _LONG) else None
