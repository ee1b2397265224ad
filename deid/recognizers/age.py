# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Ages over 89, in digits and in words (45 CFR 164.514(b)(2)(i)(C)); younger ages stand."""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

_OLD: Final = r"(?:9\d|1[0-2]\d)"
_WORDS: Final = (
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:a|one)[\s-]hundred(?:[\s-]and)?(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine|ten))?)"
)
_UNIT: Final = r"(?:[\s-]*(?:years?|yrs?|y/?o|y\.o\.|y)\b\.?(?:[\s-]*(?:old|of[\s-]age)\b)?)"


class AgeRecognizer(NoteRecognizer):
    """Ages of 90 and over."""

    NAME: ClassVar[str] = "age"
    ENTITY: ClassVar[str] = "AGE"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("old", rf"(?i)\b({_OLD}){_UNIT}[\s-]*(?:old|of[\s-]age|o\b|male|female|man|woman|lady|gentleman|m\b|f\b|patient|pt\b|with|who|white|black|widow)", 0.95, b"9012"),
        Rule("yo", rf"(?i)\b({_OLD})[\s-]?(?:y\.?/?o\b|yr?s?\.?\s?/?o(?:ld)?\b|y\.o\.)", 0.95, b"9012"),
        Rule("sex", rf"\b({_OLD})\s?(?:[MF]|[MF]\.)\b", 0.6, b"9012"),
        Rule("cue", rf"(?i)\b(?:aged?|age\sof|at\sage|age\sis|turn(?:s|ed|ing)|almost|nearly)\b[\s:=]{{0,3}}(?:of\s|is\s|was\s)?({_OLD})\b", 0.9, b"9012"),
        Rule("is", rf"(?i)\b(?:(?:he|she|pt|patient|mother|father|grandmother|grandfather|husband|wife)(?:'s|\sis|\swas|\swho\sis)|died\sat|dead\sat|lived\sto(?:\sbe)?|passed\saway\sat)\s(?:age\s)?({_OLD})\b", 0.85, b"9012"),
        Rule("words", rf"(?i)\b({_WORDS}){_UNIT}(?:[\s-]*old)?\b", 0.9),
        Rule("words_cue", rf"(?i)\b(?:aged?|age\sof|at\sage|died\sat|turn(?:s|ed|ing))[\s:]{{1,3}}({_WORDS})\b", 0.9),
        Rule("decade", r"(?i)\b(?:in|into)\s(?:his|her|their|the)\s(?:early\s|mid[\s-]?|late\s)?((?:90|100)'?s|nineties|hundreds)\b", 0.8),
        Rule("centenarian", r"(?i)\b((?:super)?centenarian|nonagenarian)s?\b", 0.9),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse decimals, percentages and pressures."""
        before, after = text[max(start - 1, 0) : start], text[end : end + 3]
        if (
            before in {".", "/", "$", "-"}
            or after[:1] == "%"
            or (after[:1] in {".", "/"} and after[1:2].isdigit())
        ):
            return None
        if rule.name in {"cue", "is"} and after.lower().lstrip().startswith(
            ("mg", "ml", "kg", "lb", "bp", "m", "d", "w", "h", "%")
        ):
            return None
        return start, end
