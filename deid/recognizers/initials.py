# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Initials where only a signature stands: a stamp with a day and a time, behind a witness, a lot, a day at the end of a line.

45 CFR 164.514(b)(2)(i)(A). It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers._dates import DAY, MON, ORDINAL
from plummer.deid.recognizers.base import NoteRecognizer, Rule
from plummer.deid.recognizers.words import word_list

_UPPER: Final = r"(?:[A-Z]{2,3}|[A-Z]\.[ ]?(?:[A-Z]\.[ ]?)?[A-Z]\b\.?)"
_ANY: Final = r"(?:[A-Za-z]{2,3}|[A-Za-z]\.?[ ]?(?:[A-Za-z]\.?[ ]?)?[A-Za-z]\b\.?)"
_SMALL: Final = r"(?:[a-z]{2,3}|[a-z]\.[ ]?(?:[a-z]\.[ ]?)?[a-z]\b\.?)"
_MON: Final = rf"(?:{MON}|may\b)\.?"
_NAMED: Final = rf"(?:(?:the\s)?(?:{ORDINAL}|{DAY})(?:\sof)?[\s-]?{_MON}(?:[\s,-]{{0,2}}'?\d{{2,4}})?|{_MON}[\s-]?(?:the\s)?(?:{ORDINAL}|{DAY})(?:,?\s'?\d{{2,4}})?)"
_NUMERIC: Final = r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\d{8})"
_FULL: Final = rf"(?:{_NAMED}|{_NUMERIC})"
_DATE: Final = rf"(?:{_FULL}|\d{{1,2}}[-/]\d{{1,2}}|(?:the\s)?{ORDINAL})"
_TIME: Final = r"(?:\d{1,2}:\d{2}(?::\d{2})?(?:\s?(?i:[ap]\.?m\b\.?))?|\d{1,2}\s?(?i:[ap]\.?m\b\.?)|\d{4})"
_END: Final = r"\.?[ \t]*(?:$|[|;])"


class InitialsRecognizer(NoteRecognizer):
    """Signatures: ``KM 05/04/12 9:48 pm``, ``witnessed S.H. 2-4``, ``lot S68843 FO |``, ``Approved 3 May XDP``."""

    NAME: ClassVar[str] = "initials"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("stamp", rf"(?m)(?:^|[.;:][ \t]{{1,3}})[-/ \t]{{0,3}}({_ANY})[ \t]{{1,3}}{_DATE},?\s{{1,3}}(?:at\s)?{_TIME}[ \t]*$", 0.7),
        Rule("witness", rf"(?im)\b(?:witness(?:ed)?|co-?sign(?:ed)?|initials?|initial?led)(?:\sby)?[:\s]{{1,2}}((?-i:{_ANY}))[ \t]*(?:\s{_DATE}|\s{_TIME}|[.;,|/)]|$)", 0.7),
        Rule("by", rf"(?m)\b(?i:by)[ \t]({_UPPER})(?:[ \t]{{1,3}}(?:at\s|@\s?)?{_DATE}|[ \t]{{1,3}}(?:at\s|@\s?)?{_TIME}\b)", 0.7),
        Rule("dated", rf"(?m){_FULL}(?:,?\s{_TIME})?[ \t]{{1,2}}[-/]?({_UPPER}){_END}", 0.7),
        Rule("approved", rf"(?m)\b(?i:approved|signed(?:\s(?:out|off|over))?|verified|checked|charted|given|reviewed|entered|completed|done)\b[^.;\n]{{0,40}}?[\s]{_DATE}(?:,?\s{_TIME})?\s({_UPPER}){_END}", 0.7),
        Rule("small", rf"(?m)\b(?i:approved|signed(?:\s(?:out|off|over))?|verified|checked|reviewed|witnessed)\b[^.;\n]{{0,40}}?[\s]{_DATE}(?:[ ]?-[ ]?{_DATE})?(?:,?\s{_TIME})?\s({_SMALL}){_END}", 0.7),
        Rule("lot", rf"(?im)\blot[\s:#]{{1,3}}\S{{4,40}}[ \t\n]((?-i:{_ANY}))[ \t]*(?:[|;,/]|$)", 0.7),
    )  # fmt: skip

    def fingerprint(self) -> str:
        """Rules and list."""
        return super().fingerprint() + " ".join(sorted(word_list("acronyms")))

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse degrees, units, tests and short words."""
        letters = "".join(char for char in text[start:end] if char.isalpha()).casefold()
        return None if len(letters) < 2 or letters in word_list("acronyms") else (start, end)
