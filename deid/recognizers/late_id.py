# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Numbers of files, permits, runs and samples behind their cue. 45 CFR 164.514(b)(2)(i)(R).

It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._ids import VALUE, trimmed
from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule, digits_of

_LEAST: Final = {"short": 3, "coded": 3, "plan": 7}
_GROUPS: Final = re.compile(r"[A-Z]{1,3}-\d{2,4}(?: \d{2,4}){1,3}")


class LateIdRecognizer(NoteRecognizer):
    """``claims file C-28 441 902``, ``alien # A 219-884-003``, ``specimen D23-4410 A``."""

    NAME: ClassVar[str] = "late_id"
    ENTITY: ClassVar[str] = "OTHER_ID"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("cue", r"(?i:\b(?:(?:claims?|case|chart|court|police|patient)\sfile|alien|a-number|passport|visa|inmate|booking|docket|incident|run|donor|registry|unos(?:\sid)?|permit|ticket|barcode|kit|sample|encounter|visit|csn|report|protocol\sid|study\sid|subject\sid|caseworker\sid|voucher|locker|registration)\s?(?:(?:no\.?|number|num|id|\#)\s?)?[:=#]?\s{0,2}(?:[A-Z]\s)?)" + VALUE, 0.65, DIGITS),
        Rule("short", r"(?i:\b(?:wristband|band|chart|tray|film|mask|warrant|citation|tube|cassette|block|mr|unos|optn|case|certificate|confirmation|authorization|auth|reference|badge|seal|tag|bag|cooler|pouch|receipt|tracking|session|window|client|member|client\sid|file)\b\s?(?:(?:no\.?|number|num|id|\#)\s?)?[:=#]?\s{0,8})((?:[A-Z]{1,4}|[a-z]{1,3})[ -]?\n?\d{3,8}(?:[- ]\d{2,6}){0,3})\b", 0.6, DIGITS),
        Rule("coded", r"(?i:\b(?:unos|optn|donor|confirmation|tracking|locator|reference|booking|reservation)\b\s?(?:(?:no\.?|number|num|id|code|\#)\s?)?[:=#]?\s{0,3})([A-Z]{2,6}\d{2,6}[A-Z0-9]{0,4})\b", 0.65, DIGITS),
        Rule("plan", r"(?i:\b(?:medicaid|medicare|ucare|humana|aetna|cigna|bcbs|anthem|hmsa|tricare|kaiser|molina|uhc|medi-cal|masshealth|soonercare|tenncare|badgercare|healthfirst|fidelis|centene|wellcare|oscar|optum|chip|ahcccs|group|subscriber|member|policy)\s(?:id|no\.?|\#)?[:#]?\s?)([A-Za-z]{0,4}[ -]?\d{2,}(?:[ -]?\d{2,}){1,4}(?:[ ][A-Za-z0-9])?)(?:[\s.,;)]|$)", 0.6, DIGITS),
        Rule("letter", r"(?i:\b(?:alien|a)\s?(?:\#|number|no\.?)\s?)(A[ -]?\d{2,3}[- ]?\d{3}[- ]?\d{3})\b", 0.8, DIGITS),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Cut the value where it ends; refuse values with fewer than 4 digits."""
        if rule.name in {"short", "plan", "coded"}:
            return (start, end) if len(digits_of(text[start:end])) >= _LEAST[rule.name] else None
        if rule.name == "letter" or _GROUPS.fullmatch(text[start:end]):
            return start, end
        return trimmed(text, start, end, 4)
