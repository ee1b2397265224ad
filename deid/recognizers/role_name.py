"""Names behind what a person does: interpreter, chaplain, officer. 45 CFR 164.514(b)(2)(i)(A).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers._names import PERSON, WORD, name_end
from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_plain, word_list
from plummer.deid.tagger.lexicon import lexicon

_ROLE: Final = (
    r"(?i:\b(?:interpreter|translator|chaplain|midwife|doula|paramedic|medic|deputy|trooper|coach|sponsor|landlord|operator"
    r"|attorney|atty|signed\sout\sto|called\sfor|handed\soff\sto|report\sto|witness|proxy|principal|tutor|carer|scribe|hygienist|dietitian|pharmacist|social\sworker|case\smanager|d/w)[\s,]{1,2})"
)


_CALLED: Final = (
    r"(?i:\b(?:called\sfor|paged|d/w|signed\sout\sto|admit|rn|surgeon|attorney|atty|chaplain|fellow|anes:)"
    r"[ ]{1,2})"
)
_NAMES: Final = frozenset("12gh")


def _is_other(word: str) -> bool:
    return len(word) < 3 or is_plain(word) or word in word_list("acronyms") or word in word_list("kinds")


class RoleNameRecognizer(NoteRecognizer):
    """``Interpreter Pa Vang``."""

    NAME: ClassVar[str] = "role_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("role", _ROLE + f"({PERSON})", 0.7),
        Rule("listed", rf"{_CALLED}({WORD})\b", 0.75),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the run at the first everyday word; behind a mere call, only what lists hold as a name."""
        if rule.name == "listed":
            word = text[start:end].casefold()
            return (start, end) if set(lexicon().get(word, "")) & _NAMES and not _is_other(word) else None
        stop = name_end(text, start, end, first_may_be_word=False)
        return (start, stop) if stop - start > 1 else None
