# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Names behind a label, a greeting, a relative or a verb of signing; HL7's ``LAST^FIRST``.

HL7 v2 XPN: https://hl7-definition.caristix.com/v2/HL7v2.5/DataTypes/XPN. 45 CFR 164.514(b)(2)(i)(A).
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._names import INITIAL, LAST_FIRST, PERSON, WORD, name_end
from plummer.deid.recognizers.base import NoteRecognizer, Rule

_EITHER: Final = rf"({LAST_FIRST}|{PERSON})"
_LABEL: Final = (
    r"(?i:\b(?:(?:patient|pt|client|member|subscriber|guarantor|resident|infant|mother|father|spouse|maiden|full|legal"
    r"|preferred|first|last|family|emergency\scontact|contact|next\sof\skin|nok)(?:'s)?(?:\s(?:name|is))?|name|re|from|to"
    r"|attn|cc|attending|surgeon|assistant|anesthesiologist|anesthetist|provider|physician|pcp|referring(?:\s(?:md|physician|"
    r"provider))?|ref(?:erred\sby)?|ordering|nurse|rn|tech(?:nician|nologist)?|interp(?:reter|reted\sby)?|reader|author|scribe"
    r"|dictated\sby|transcribed\sby|signed\sby|reviewed\sby|dictating|reporter|adjuster|attorney|atty|witness|caregiver"
    r"|guardian|poa|hcp|proxy|resident|fellow|intern|therapist|counselor|case\smanager|social\sworker|dietitian)\s?[:=]\s{0,3})"
)
_SIGNED: Final = (
    r"(?i:\b(?:signed|dictated|transcribed|reviewed|authenticated|verified|entered|performed|interpreted|read|seen|prepared"
    r"|reported|referred|ordered|cosigned|co-signed|attested|approved|prescribed|evaluated|examined|accompanied|witnessed"
    r"|discussed|spoke|consulted|met)(?:\selectronically)?\s(?:by|with|to):?\s{1,2}(?:the\s)?)"
)
_RELATIVE: Final = (
    r"(?i:\b(?:mother|father|mom|dad|wife|husband|spouse|partner|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew"
    r"|grandmother|grandfather|grandson|granddaughter|grandma|grandpa|friend|neighbor|neighbour|roommate|boyfriend|girlfriend"
    r"|fiancee?|stepmother|stepfather|stepson|stepdaughter|caregiver|guardian|guarantor|bed\spartner|employer|boss|coworker"
    r"|adjuster|attorney|atty|lawyer|teacher|interp|cc|prior\srd|pt|patient|named|name\sis|called|desk|attending|provider|surgeon|therapist|pcp|cardiologist|oncologist"
    r"|neurologist|psychiatrist|counselor|nurse|technician)"
    r"(?:,?\s(?:is|was|named|called|by\sthe\sname\sof))?[\s,(]{1,2})"
)


class CuedNameRecognizer(NoteRecognizer):
    """Names that a cue gives away."""

    NAME: ClassVar[str] = "cued_name"
    ENTITY: ClassVar[str] = "NAME"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("label", _LABEL + _EITHER, 0.85, b":="),
        Rule("signed", _SIGNED + _EITHER, 0.8),
        Rule("relative", _RELATIVE + f"({PERSON})", 0.75),
        Rule("greeting", rf"(?:\b(?:Hi|HI|hi|Hello|HELLO|hello|Dear|DEAR|dear|Hey|hey|HEY)\s{{1,2}}(?:Dr\.?\s)?)({PERSON})", 0.8),
        Rule("self", rf"(?i:\b(?:its|it's|it\sis|this\sis|i\sam|i'm|my\sname\sis|name\sis|se\sllama)\s)({PERSON})", 0.7),
        Rule("caret", rf"({WORD}\^{WORD}(?:\^(?:{WORD}|{INITIAL}))?)", 0.95, b"^"),
        Rule("aged", rf"\b({PERSON}),?\s{{1,2}}(?:is\san?\s|\()?\s?(?:\d{{1,3}}|[a-z]+)[\s-]?(?i:years?|yrs?|y/?o|y\.o\.?|months?|m/o)\b", 0.8),
        Rule("born", rf"\b({LAST_FIRST}|{PERSON})[,;]?\s{{1,2}}\(?(?:DOB|dob|MRN|mrn|D\.O\.B|born)\b", 0.85),
        Rule("chart", rf"(?m:^)[ \t]*({LAST_FIRST})[ \t]*(?:[;(|]|\d)", 0.7, b","),
        Rule("initials", r"\b([A-Z][a-z]+\s[A-Z]\.)(?:[\s,)?]|$)", 0.7, b"."),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the run at the first everyday word."""
        if rule.name == "caret":
            return start, end
        if rule.name in {"aged", "born", "initials"}:
            return _tail(text, start, end)
        stop = name_end(text, start, end, first_may_be_word=False)
        return (start, stop) if stop - start > 1 else None


def _tail(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The part of the run behind the last everyday word."""
    while start < end and name_end(text, start, end, first_may_be_word=False) != end:
        step = re.compile(r"\S+\s+").match(text, start, end)
        if step is None:
            return None
        start = step.end()
    return (start, end) if end - start > 2 else None
