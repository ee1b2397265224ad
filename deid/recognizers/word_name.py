# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names that English has as everyday words: He, Her, Pa, Jun, Said. 45 CFR 164.514(b)(2)(i)(A).

Rules that stop at everyday words pass over them, and so people of some origins (Chinese, Hmong, Somali) would be
missed oftener than others: only where a title, a role or another part of the name stands beside them is one read.
It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers._names import WORD
from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import is_eponym, is_plain
from plummer.deid.tagger.lexicon import lexicon

#: As given and as family names; in small letters, or at the beginning of a sentence, they are English.
_GIVEN: Final = "Pa|Ka|Jun|Said|My|May|Bile|Dieter|Fue"
_FAMILY: Final = "He|Her|So|An|To|Do|My|In|Oh|See|Pa"
#: Of these a verb of speaking or feeling makes a subject.
_ALONE: Final = "Pa|Ka|Jun|Said|Bile|Fue"
_VERB: Final = r"(?:reports|denies|states|says|complains|presents|agrees|lives|feels|is\s(?:an?|the)|has\s(?:had|been)|was\s(?:seen|admitted))"
_KIN: Final = (
    r"(?i:\b(?:mother|father|wife|husband|spouse|partner|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew|friend|neighbor"
    r"|grandmother|grandfather|grandson|granddaughter|interpreter|nurse|met|contact:|cc:|seen\swith|spoke\swith|told|family))"
)
_NAMES: Final = frozenset("123ghn")
_ENGLISH: Final = frozenset("abi")


class WordNameRecognizer(NoteRecognizer):
    """``Mr. He``, ``Interpreter Pa Vang``, ``Said Ali called``, ``Fue Her``."""

    NAME: ClassVar[str] = "word_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("title", rf"\b(?:Mr|Mrs|Ms|Miss|Mx)\.?[ \t]{{1,2}}((?:{_GIVEN}|{_FAMILY}))\b", 0.8),
        Rule("doctor", rf"\bDr\.?[ \t]{{1,2}}((?:{_GIVEN}|{_FAMILY}))[ \t][a-z]", 0.6),
        Rule("full", rf"\b((?:{_GIVEN})[ \t]{WORD})\b", 0.7),
        Rule("last_first", rf"\b((?:{_FAMILY}),[ \t](?:{_GIVEN}|[A-Z][a-z]{{1,12}}))\b", 0.7, b","),
        Rule("both", rf"\b((?:{_GIVEN})[ \t](?:{_FAMILY}))\b", 0.7),
        Rule("behind", rf"\b({WORD}[ \t](?:{_FAMILY}))\b", 0.7),
        Rule("lead", rf"\b((?:{_FAMILY})[ \t]{WORD})[,;]?[ \t](?:MRN|DOB)\b", 0.7),
        Rule("kin", rf"{_KIN}[ \t]((?:{_ALONE}))\b", 0.7),
        Rule("verb", rf"\b((?:{_ALONE}))[ \t]{_VERB}\b", 0.6),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse what has no word beside it that is known as a name and as nothing else."""
        words = text[start:end].replace(",", " ").split()
        if rule.name == "doctor":
            return (start, end) if _of_somebody(text, start) else None
        if rule.name == "full" and not _known(words[-1]):
            return None
        if rule.name == "behind" and not _only_name(words[0]):
            return None
        if (
            rule.name in {"lead", "last_first"}
            and words[-1] not in _GIVEN.split("|")
            and not _only_name(words[-1])
        ):
            return None
        return start, end


def _of_somebody(text: str, start: int) -> bool:
    """Whether the title in front belongs to a name: "by her Dr. He left" begins a sentence."""
    before = text[max(start - 16, 0) : start].rsplit("Dr", 1)[0].rstrip().rpartition(" ")[2].casefold()
    return before not in {"the", "a", "her", "his", "my", "your", "our", "their", "this", "that", "by", "to"}


def _known(word: str) -> bool:
    flags = set(lexicon().get(word.casefold(), ""))
    return bool(flags & _NAMES) and not is_plain(word) and not is_eponym(word)


def _only_name(word: str) -> bool:
    return all(_known(part) and not set(lexicon()[part.casefold()]) & _ENGLISH for part in word.split("-"))
