# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Street addresses, boxes and rural routes: USPS Publication 28 (https://pe.usps.com/text/pub28/welcome.htm).

45 CFR 164.514(b)(2)(i)(B).
"""

from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteRecognizer, Rule

SUFFIX: Final = (
    r"(?i:street|st|avenue|ave?|boulevard|blvd|road|rd|drive|dr|lane|ln|court|ct|circle|cir|place|pl|terrace|terr?"
    r"|way|parkway|pkwy|highway|hwy|trail|trl|square|sq|loop|plaza|plz|alley|aly|crossing|xing|turnpike|tpke|pike"
    r"|expressway|expy|freeway|fwy|route|rte?|row|walk|path|commons?|green|grove|heights|hts|hollow|manor|meadows?"
    r"|mews|mount|overpass|pass|point|pt|ridge|run|spur|station|trace|view|vista|camp|landing|junction|bend)"
)
_UNIT: Final = (
    r"(?:,?\s{1,2}(?:(?i:apt|apartment|unit|suite|ste|room|rm|floor|fl|bldg|building|lot|trlr|upper|lower)\.?\s?#?\s?"
    r"[A-Za-z0-9-]{1,6}|#\s?[A-Za-z0-9-]{1,6}))?"
)
_POINT: Final = r"(?:(?i:north|south|east|west|northeast|northwest|southeast|southwest)\s+|(?:[NSEW]|NE|NW|SE|SW|[nsew]\.)\.?\s+)?"
_WORD: Final = r"(?:[A-Z][A-Za-z0-9.'-]*|\d{1,3}(?i:st|nd|rd|th)|del?|la|las|los|el|the|of)"


class StreetRecognizer(NoteRecognizer):
    """House number and street, with unit; boxes; rural routes."""

    NAME: ClassVar[str] = "street"
    ENTITY: ClassVar[str] = "STREET"
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("us", rf"\b\d{{1,6}}(?:-?[A-Z])?(?:\s1/2)?\s+{_POINT}(?:{_WORD}\s+){{1,4}}{SUFFIX}\b\.?(?:\s(?:N|S|E|W|NE|NW|SE|SW)\b)?{_UNIT}", 0.85, b"0123456789"),
        Rule("lower", rf"\b\d{{2,6}}\s+(?:[a-z0-9.'-]+\s+){{1,3}}(?:street|avenue|boulevard|road|drive|lane|parkway|highway|ave|blvd|rd|ln|pkwy|hwy)\b\.?{_UNIT}", 0.75, b"0123456789"),
        Rule("prefix", rf"\b\d{{1,6}}\s+{_POINT}(?:Avenida|Calle|Camino|Paseo|PASEO|Via|VIA|CALLE|Rue|Avenue|Highway|Hwy|County Road|Route|Rt|State Route|CR|US)\.?\s+(?:{_WORD}\s?){{0,3}}(?:\d{{1,4}})?{_UNIT}", 0.8, b"0123456789"),
        Rule("numbered", rf"\b\d{{2,6}}(?:-?[A-Z])?\s+{_POINT}(?:[A-Z][A-Za-z'-]+\s+){{1,3}}(?:#|(?i:apt|unit)\.?\s)\s?[A-Za-z0-9-]{{1,6}}", 0.8, b"0123456789"),
        Rule("unit", r"\b(?:Apt|APT|apt|Apartment|Unit|Suite|Ste|STE)\.?\s?#?\s?\d{1,5}[A-Za-z]?\b", 0.7, b"0123456789"),
        Rule("box", r"\b(?i:p\.?\s?o\.?\s?box|post\soffice\sbox|box)\s+#?\d{1,6}\b", 0.9, b"Bb"),
        Rule("rural", r"(?i)\b(?:rr|rural\sroute|hc|star\sroute)\s?#?\d{1,4},?\s+box\s+\d{1,6}\b", 0.95, b"Bb"),
        Rule("cue", rf"(?i:\b(?:lives|living|resides|residing|address|addr)(?:\s(?:at|on|is))?[\s:]{{1,3}})((?:\d{{1,6}}\s+)?{_POINT}(?:{_WORD}\s+){{1,4}}{SUFFIX}\b\.?{_UNIT})", 0.85),
    )  # fmt: skip

    def refine(self, text: str, start: int, end: int, rule: Rule) -> tuple[int, int] | None:
        """Refuse doses and counts that stand before a capital (``2 tabs Dr. Jones``)."""
        if text[max(start - 1, 0) : start] in {".", "/", "-"}:
            return None
        words = text[start:end].lower().split()
        clinical = {
            "mg",
            "ml",
            "tab",
            "tabs",
            "days",
            "day",
            "weeks",
            "week",
            "months",
            "years",
            "year",
            "hours",
            "units",
            "cm",
            "mm",
            "old",
            "yo",
            "y/o",
            "patients",
            "patient",
            "of",
        }
        return None if rule.name in {"us", "lower"} and clinical & set(words[1:-1]) else (start, end)
