"""Names behind a title or in front of a degree. 45 CFR 164.514(b)(2)(i)(A).

The rule names the individual, relatives, employers and household members; practitioners' names go too,
since with a place and a time they single the patient out.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._names import BLANK, DEGREE, LAST_FIRST, PERSON, name_end
from plummer.deid.recognizers.base import NoteRecognizer, Rule

_TITLE: Final = (
    r"(?:\b(?:Dr|DR|Drs|DRS|Mr|MR|Mrs|MRS|Ms|MS|Miss|MISS|Mx|Prof|Rev|Fr|Hon|Sra?|Srta|Mme|Mlle|Doctor|DOCTOR|doctor"
    r"|Professor|Nurse|NURSE|Sister|Father|Brother|Rabbi|Imam|Pastor|Chaplain|Officer|Sgt|Lt|Capt|Col|dr|mr|mrs|ms)\b"
    rf"\.?(?:{BLANK})?)"
)
# "moderate MR. Cardiology was called": a valve that leaks, and the next sentence
_VALVE: Final = re.compile(r"\b(?:mild|mod|moderate|severe|trace|\d\+)\sMR\.?\s+$")


class TitledNameRecognizer(NoteRecognizer):
    """``Dr. X Y``, ``Mr. X``, ``X Y, MD``."""

    NAME: ClassVar[str] = "titled_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("title", rf"{_TITLE}({PERSON})", 0.9),
        Rule("degree", rf"\b({PERSON}),?\s{{1,2}}{DEGREE}\b", 0.85),
        Rule("degree_last_first", rf"\b({LAST_FIRST}),?\s{{1,2}}{DEGREE}\b", 0.85, b","),
        Rule("junior", rf"\b({PERSON},?\s(?:Jr|Sr|JR|SR|III|II|IV)\b\.?)", 0.85),
    )

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the run at the first everyday word; in front of a degree, from the left."""
        if rule.name == "title" and _VALVE.search(text, max(start - 16, 0), start):
            return None
        if rule.name == "title":
            return start, name_end(text, start, end, first_may_be_word=True)
        if rule.name == "junior":
            stop = name_end(text, start, end, first_may_be_word=False)
            return (start, end) if stop == end and len(text[start:end].split()) > 2 else None
        return _from_left(text, start, end)


def _from_left(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The longest tail of the run that is a name (``Seen by Jane Doe`` -> ``Jane Doe``)."""
    while start < end:
        if name_end(text, start, end, first_may_be_word=False) == end:
            return start, end
        gap = min(
            (i for i in (text.find(" ", start, end), text.find("\n", start, end)) if i >= 0), default=-1
        )
        if gap < 0:
            return None
        start = gap + 1
        while start < end and text[start].isspace():
            start += 1
    return None
