"""Names behind what a person does: interpreter, chaplain, officer. 45 CFR 164.514(b)(2)(i)(A).

It runs behind the tagger, which was trained without its findings.
"""

from typing import ClassVar, Final

from plummer.deid.recognizers._names import PERSON, name_end
from plummer.deid.recognizers.base import NoteRecognizer, Rule

_ROLE: Final = (
    r"(?i:\b(?:interpreter|translator|chaplain|midwife|doula|paramedic|medic|deputy|trooper|coach|sponsor|landlord|operator"
    r"|attorney|atty|signed\sout\sto|called\sfor|handed\soff\sto|report\sto|witness|proxy|principal|tutor|carer|scribe|hygienist|dietitian|pharmacist|social\sworker|case\smanager|d/w)[\s,]{1,2})"
)


class RoleNameRecognizer(NoteRecognizer):
    """``Interpreter Pa Vang``."""

    NAME: ClassVar[str] = "role_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (Rule("role", _ROLE + f"({PERSON})", 0.7),)

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the run at the first everyday word."""
        stop = name_end(text, start, end, first_may_be_word=False)
        return (start, stop) if stop - start > 1 else None
