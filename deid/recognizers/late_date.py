# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Days behind rarer cues, run together, and holidays in small letters. 45 CFR 164.514(b)(2)(i)(C).

It runs behind the tagger, which was trained without its findings.
"""

import re
from typing import ClassVar, Final

from plummer.deid.recognizers._dates import DAY, MON, MONTH
from plummer.deid.recognizers.base import DIGITS, NoteRecognizer, Rule

_UNIT: Final = re.compile(
    r"\s?(?:mg|ml|cm|mm|tabs?|weeks?|days?|pain|strength|\d|%|inch|of\b)", re.IGNORECASE
)
_FULL: Final = (
    r"(?i:january|february|april|june|july|august|september|october|november|december)|March|MARCH|May|MAY"
)


class LateDateRecognizer(NoteRecognizer):
    """``approved 2/9``, ``Jan5``, ``diagnosed october at``, ``back memorial day``."""

    NAME: ClassVar[str] = "late_date"
    ENTITY: ClassVar[str] = "DATE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("cue", rf"(?i:\b(?:approved|rtc|back|returns?|renewed|ordered|faxed|mailed|placed|removed|s/p\s\w{{4,14}}|rx\s\w{{2,12}}\.?(?:\s\w{{2,14}})?)\s{{1,2}}(?:on\s)?)({MONTH}[/-]{DAY})\b", 0.6, DIGITS),
        Rule("result", rf"(?i:\b(?:inr|hgb|hb|cr|creat|a1c|hba1c|plt|wbc|tsh|psa|cea|bnp|ldl|crp|esr|wt|ef|ferritin|k)\s)\d{{1,4}}(?:\.\d{{1,2}})?%?\s(?:on\s)?\(?({MONTH}/{DAY})\b", 0.65, DIGITS),
        Rule("changed", rf"(?i:\b(?:stopped|held|resumed|restarted|increased|decreased|completed|finished|added|switched)\s\w{{3,14}}\s)({MONTH}/{DAY})\s(?i:per|by|due|for|after|when|because)\b", 0.65, DIGITS),
        Rule("may", r"(?m)\b(may[ ]\d{1,2})(?:[;.,]?[ \t]*$|[;.,][ ])", 0.65, DIGITS),
        Rule("mar", r"\b(mar\.[ ](?:0?[1-9]|[12]\d|3[01]))\b", 0.7, DIGITS),
        Rule("on_day", r"(?i:\b(?:on|since|until|till|from|by)\s)((?:0?[1-9]|[12]\d|3[01])[ ](?:may|march|mar))\b", 0.65, DIGITS),
        Rule("ordinal", r"\b((?:may|march|mar)[ ](?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)|(?:of[ ])?(?:19|20)\d{2}))\b", 0.7, DIGITS),
        Rule("joined", rf"\b((?:{MON[:-2]}){DAY})\b", 0.7, DIGITS),
        Rule("month", rf"(?i:\b(?:diagnosed|s/p\s\w{{4,14}}|onset|started|began|due)\s)((?:{_FULL}))(?:\s(?:at|with|by|and)\b|[.,;])", 0.65),
        Rule("weekday", r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b", 0.6, b"d"),
        Rule("weekday_day", r"\b((?i:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)[a-z]{0,4}\.?,?\s(?:(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\s(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec))))\b", 0.75, DIGITS),
        Rule("bracket", rf"\(({MONTH}/{DAY}),\s[A-Z][a-z]", 0.6, DIGITS),
        Rule("part", r"(?i:\b(?:end|beginning|middle|start|early|late|mid)[\s-](?:of\s)?)((?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b)", 0.7),
        Rule("short_weekday", r"(?i:\b(?:on|by|next|last|this|until|till|since|recheck|return|appt|appointment|f/u|follow-up|due|again|mtg|meeting|rtc|scheduled|seen)\s)((?:[Mm]on|[Tt]ues?|[Ww]ed|[Tt]hurs?|[Tt]hu|[Ff]ri|Sat|Sun|MON|TUES?|WED|THURS?|FRI)\b\.?)(?:[\s,;)]|$)", 0.6),
        Rule("holiday", r"(?i:\b(?:memorial\sday|labor\sday|veterans'?\sday|columbus\sday|presidents'?\sday|independence\sday|valentine'?s?\sday|mother'?s\sday|father'?s\sday|new\syear'?s?\s(?:eve|day)|christmas(?:\s(?:eve|day))?|thanksgiving|halloween|juneteenth|hanukkah|ramadan|yom\skippur|rosh\shashanah|passover|diwali|good\sfriday|ash\swednesday)\b)", 0.7),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse scores, doses and the disease called after Stephen Christmas."""
        after = text[end : end + 12]
        if rule.name == "holiday":
            return None if re.match(r"\s(?:disease|tree|factor)", after, re.IGNORECASE) else (start, end)
        if rule.name == "short_weekday" and text[start:end].rstrip(".") in {"Sat", "Sun"}:
            # "O2 Sat", "avoid Sun": a day only where what follows is no value
            return None if re.match(r"\s?(?:\d|of|exposure|burn)", after) else (start, end)
        return None if rule.name == "cue" and _UNIT.match(after) else (start, end)
