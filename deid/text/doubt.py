# ruff: noqa: E501, RUF001 (a pattern is easier to check on one line; notes hold typographic apostrophes)
"""What the tagger takes for an identifier and is none: levels, doses, scores, ranges, ranks, lands, signs.

Only the tagger's own findings are doubted; what a rule or the patient's record found stands.
"""

import re
from typing import Final

from plummer.deid.recognizers.standing import has_title, is_word
from plummer.deid.recognizers.words import CITIES_TOO, LANDS, is_plain
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.echo import NO_NAMES, PLACEHOLDERS
from plummer.deid.text.spans import Span

_KINDS: Final = frozenset([
    "general", "hospital", "medical", "center", "clinic", "office", "practice", "group", "health",
    "university",
])  # fmt: skip
_NUMBERS: Final = frozenset({"DATE", "OTHER_ID", "PHONE", "AGE", "ZIP"})
_WORDY: Final = frozenset({"NAME", "ORGANIZATION", "CITY"})
_LEVEL: Final = re.compile(r"\b[CTLS]\d{0,2}[-/]?[CTLS]?\d{1,2}(?:[-/][CTLS]?\d{1,2})?$")
_PRODUCT: Final = re.compile(r"\b(?:G\d{1,2}P\d{1,4}|NDC:?\s?[\d-]*|A?NDA\d*|NCT\d*|CPT\s?\d*|ICD\S*\s?\S*)$")
_RANGE_SCORE: Final = re.compile(r"\d{1,2}-\d{1,2}/1[02]")
_PAIN: Final = re.compile(r"\bpain\b[^.;\n]{0,24}$", re.IGNORECASE)
_MARKER: Final = re.compile(r"CA[- ]?\d{2,3}|O2|\d{1,2}-day|\d\so")
_PART_OF_DAY: Final = re.compile(
    r"(?:(?<!\d{3})\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)[\s,./-]{1,3}$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_SENTENCE: Final = re.compile(r"\b[A-Z][a-z]+\s[a-z]")
_DECIMAL: Final = re.compile(r"\d{1,3}\.\d{1,2}\.?(?:\s?-\s?\d{1,3}\.\d{1,2}\.?)?")
_QUANTITY: Final = re.compile(r"[A-Za-z]{3,}\s\d{1,3}\.\d{1,2}\s?[A-Za-z/%]{0,6}")
_LAST_PLACE: Final = re.compile(r"\d\.$")
_GENUS: Final = re.compile(r"\.?\s([a-z]{3,})\b")
_UNIT: Final = re.compile(r"\s?(?:pain|scale|mg|mcg|ml|g|kg|cm|mm|units?|iu|meq|%)\b", re.IGNORECASE)
_RATIO: Final = re.compile(r"\d{1,3}\s?/\s?(?:3[2-9]|[4-9]\d|\d{3})|\d?\.\d{1,3}")
_SCORE: Final = re.compile(r"(?:\d{1,2}-)?\d{1,2}\s?/\s?\d{1,2}")
_SCORED: Final = re.compile(
    r"\b(?:apgars?|glasgow|gcs|mmse|moca|strength|motor|power|reflexes|pulses|pain|scores?|scored|scale|murmur|grade|rated"
    r"|rates (?:it|them)|baseline|intensity|severity|extremit(?:y|ies))\b[^.;\n]{0,28}$", re.IGNORECASE
)  # fmt: skip
_OF_SCORE: Final = re.compile(
    r"\s(?:strength|pain|power|at (?:its )?worst|for (?:her|his|the) |on the (?:right|left))"
)
_DATED: Final = re.compile(r"\b(?:on|since|until|til|by|dated?|DOS|dob|of|from|to|in)[\s:]*$", re.IGNORECASE)
_AIMED: Final = re.compile(
    r"\b(?:target|goals?|ranges?|between|normal|nl|ref(?:erence)?)\b[^.;\n]{0,12}$", re.IGNORECASE
)
_SPAN: Final = re.compile(r"(\d{1,3})\s?-\s?(\d{1,3})(?:\s?/\s?\d{1,3}(?:-\d{1,3})?)?")
_HALF: Final = re.compile(r"\d{0,3}-?\s?1/2-?|\d{1,3}-(?:1/)?")
_COUNTED: Final = re.compile(
    r"[\s-]{0,2}(?:times?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?|pounds?|lbs?|degrees?|packs?|miles?"
    r"|blocks?|feet|seconds?|servings|cigarettes|packs|sodas|glasses|bottles|episodes|beers|drinks|cups|tablets|pills|/\d|\d{1,2} (?:times?|years?|months?|weeks?|days?|hours?|minutes?)|to \d|percent|th\b)", re.IGNORECASE
)  # fmt: skip
_RANK: Final = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?(?:(?:,\s?|\s(?:and|or|to|through)\s)\d{1,2}(?:st|nd|rd|th)?){0,5},?",
    re.IGNORECASE,
)
_RANKED: Final = re.compile(
    r"(?:st|nd|rd|th)?(?:[,\s]+(?:and|or|to|through)?\s?\d{1,2}(?:st|nd|rd|th)){0,4},?\s(?:and\s)?(?:fingers?|toes?|digits?|rays?|ribs?|meta(?:tars|carp)\w+"
    r"|MTP|MCP|PIP|DIP|grade|graders?|percentile|intercostal|trimester|months? of|cranial|ventricle|knuckle|lumbar|thoracic|cervical"
    r"|degree|on the (?:right|left)|web\s?space|phalan\w+|year of|floor|birthday|attempt|episode|sacral|proximal|distal)", re.IGNORECASE
)  # fmt: skip
_SPOKEN: Final = frozenset([
    "ten", "eleven", "twelve", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty",
    "ninety", "hundred", "thousand", "number",
])  # fmt: skip
#: What no name of a person, a town or an institution ends in: an operation, a state of the body, an inflammation.
_CLINICAL: Final = re.compile(
    r"[A-Za-z]{4,}(?:plasty|[eo]ctomy|[aeo]tomy|kinesia|chezia|mastia|[aeo]emia|[aegikt]litis|pathy|algia|rrhea|plegia"
    r"|oscopy|desis|penia|megaly|phagia|dynia|sclerosis|stenosis|fibrosis|necrosis)"
)
_MONTHS: Final = 12
_SHORTEST_USER: Final = 3
_OLDEST: Final = 125
_OUT_OF: Final = frozenset(["5", "10", "30"])
_MEASURED_AT: Final = re.compile(
    r"\b(?:elevated|decreased|increased|high|low|stable|level|reading|measured|rate|sugars?|glucose)\s(?:is\s|was\s)?at\s$",
    re.IGNORECASE,
)
_DAYS: Final = frozenset([
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue",
    "wed", "thu", "fri", "sat", "sun", "eas", "chr", "hal", "tha", "ram", "pas", "han", "div",
])  # fmt: skip
_FEASTS: Final = frozenset([
    "lent", "advent", "eid", "purim", "spring", "summer", "fall", "autumn", "winter", "yom", "rosh",
    "valentine", "holiday", "holidays",
])  # fmt: skip
_YEAR: Final = re.compile(r"(?:of\s)?(?:19|20)\d{2}(?:/(?:19|20)\d{2})?")
_YEARLY: Final = re.compile(
    r"\b(?:in|since|from|until|of|between|year|around|about|and|on),?\s$", re.IGNORECASE
)
_LATIN: Final = re.compile(
    r"(?:[pbtq]\.?[riod]?\.?[nd]|q\.?[ao]?\.?[hmd]?s?|[ap]\.?m|i\.?e|e\.?g|p\.?o)\.?,?;?", re.IGNORECASE
)
_CHUNK_BEFORE: Final = re.compile(r"\S{0,8}$")
_CHUNK_AFTER: Final = re.compile(r"\S{0,8}")
_SIGN: Final = re.compile(
    r"['’]?s?\s(?:signs?|syndrome|phenomen\w+|reflex|maneuver|classification|criteria|lymphoma|sarcoma|histology|halo|skin type"
    r"|assessment tool)\b", re.IGNORECASE
)  # fmt: skip
#: From this chance on, what stands in small letters is more than a word.
_LIKELY: Final = 0.6
_SIGNED: Final = re.compile(r"\.?\s*(?:$|[|/\d])")
_TO_PLACE: Final = re.compile(
    r"(?:\b(?:in|from|to|near|across|throughout|visiting|leaving|of|rural|(?:north|south|east|west)(?:ern)?)\s+(?:[A-Z]\w+,?\s(?:and|or)\s)?|,\s?)$",
    re.IGNORECASE,
)


def doubtful(text: str, span: Span) -> bool:
    """Whether a finding of the tagger is no identifier.

    Args:
        text: the note.
        span: found by the tagger.

    Example:
        >>> text = "the 4th finger, 5/5 strength, BP of 130-140, on 3/4"
        >>> [doubtful(text, Span(a, b, "DATE", 0.9, "tagger.date")) for a, b in ((4, 7), (16, 19), (36, 43), (48, 51))]
        [True, True, True, False]
    """
    value = text[span.start : span.end]
    if not any(char.isalnum() for char in value):
        return True
    before, after = text[max(span.start - 40, 0) : span.start], text[span.end : span.end + 48]
    if span.type in _NUMBERS:
        return _measured(value, before, after, span.type) or _counted(value, before, after)
    if span.type == "USERNAME":
        return len(value) < _SHORTEST_USER or _latin(value, before, after)
    if span.type not in _WORDY:
        return False
    if value.casefold() in _SPOKEN or _lettered(value, before, after) or _CLINICAL.fullmatch(value):
        return True
    return _nobody(text, span) or _land(value, before, span.type) or _said(value, before, after)


def stands_for_nobody(text: str, span: Span) -> bool:
    """Whether a name or an institution is one that notes write where the real one was taken out by hand.

    Args:
        text: the note.
        span: found by any layer but the record.

    Example:
        >>> text = "Dr. XYZ of ABCD General Hospital"
        >>> [stands_for_nobody(text, Span(a, b, "NAME", 0.9, "x")) for a, b in ((4, 7), (11, 32), (16, 32))]
        [True, True, False]
    """
    if span.type not in _WORDY:
        return False
    words = _WORD.findall(text[span.start : span.end])
    by_hand = [w for w in words if len(w) > 2 and w.isupper() and w.casefold() in PLACEHOLDERS]
    return bool(by_hand) and all(w in by_hand or w.casefold() in _KINDS for w in words)


def _measured(value: str, before: str, after: str, kind: str) -> bool:
    """A level of the spine, a dose, a ratio, a product's code or a score."""
    dated = _DATED.search(before)
    return bool(
        _LEVEL.search(before[-8:] + value)
        or _MARKER.fullmatch(value)
        or _PRODUCT.search(before[-8:] + value)
        or _UNIT.match(after)
        or (kind == "DATE" and len(value) < 3 and value.isdigit() and after[:1] == "/")
        or (_RATIO.fullmatch(value) and not dated)
        or (_DECIMAL.fullmatch(value) and not dated)
        or _QUANTITY.fullmatch(value)
        or (kind == "DATE" and (_no_day(value) or _too_high(value)))
        or (kind == "DATE" and value in _OUT_OF and before[-1:] == "/" and _SCORED.search(before))
        or (kind == "AGE" and (_MEASURED_AT.search(before) or (value.isdecimal() and int(value) > _OLDEST)))
        or (_LAST_PLACE.fullmatch(value) and after[:1].isdigit())
        or _RANGE_SCORE.fullmatch(value)
        or (value.endswith("/10") and _PAIN.search(before))
        or (_SCORE.fullmatch(value) and not dated and (_SCORED.search(before) or _OF_SCORE.match(after)))
    )


def _no_day(value: str) -> bool:
    """A single English word, or a land, that names no month, day, feast or place in a row."""
    folded = value.casefold()
    if not value.isalpha() or folded[:3] in _DAYS or folded in _FEASTS:
        return False
    return folded in LANDS or "a" in lexicon().get(folded, "")


def _too_high(value: str) -> bool:
    """A score whose two numbers are both too high for a month (``23/30``)."""
    match = _SCORE.fullmatch(value)
    return match is not None and min(int(one) for one in value.replace("-", "/").split("/")) > _MONTHS


def _counted(value: str, before: str, after: str) -> bool:
    """A range, a half, a rank or a bare year."""
    if (match := _SPAN.fullmatch(value)) is not None:
        first, last = int(match.group(1)), int(match.group(2))
        far = last > first and last - first <= 60 and (first > 12 or last > 31)
        aimed = last > first and _AIMED.search(before) is not None
        return far or aimed or _COUNTED.match(after) is not None
    return bool(
        (_HALF.fullmatch(value) and _COUNTED.match(after))
        or (_RANK.fullmatch(value) and _RANKED.match(after))
        or (_YEAR.fullmatch(value) and _alone(value, before, after))
    )


def _lettered(value: str, before: str, after: str) -> bool:
    """A letter that is a unit behind a number (``4.2 L``), or a genus before its species (``H. pylori``)."""
    if len(value.rstrip(".")) != 1:
        return False
    species = _GENUS.match(after) if value[:1].isupper() else None
    unit = value in {"L", "C", "F", "G", "K"} and re.search(r"\d\s?$", before) is not None
    return unit or (species is not None and "2" not in lexicon().get(species.group(1), ""))


def _alone(value: str, before: str, after: str) -> bool:
    """Whether a year isn't part of a day that was read in pieces."""
    if value.startswith("of") or _YEARLY.search(before):
        return True
    return (
        after[:1] not in {"/", "-"}
        and before[-1:] not in {"/", "-", "'"}
        and _PART_OF_DAY.search(before) is None
    )


def _nobody(text: str, span: Span) -> bool:
    """A placeholder, or everyday words in small letters amid a text that has capitals."""
    value = text[span.start : span.end]
    if value.isupper() and value.strip(". ").casefold() in PLACEHOLDERS:
        return True
    words = _WORD.findall(value)
    plain = all((is_plain(w) and not is_word(w)) or w.casefold() in NO_NAMES for w in words)
    if words and plain and span.type != "ORGANIZATION" and not has_title(text, span.start):
        return True
    around = text[max(span.start - 200, 0) : span.end + 200]
    english = all(len(word) == 1 or "a" in lexicon().get(word, "") for word in words)
    return (
        value.islower() and english and _SENTENCE.search(around) is not None and not _typed(text, span, words)
    )


def _typed(text: str, span: Span, words: list[str]) -> bool:
    """Whether English words in small letters were typed for a name all the same.

    A run of words (``unity hills rehabilitation hospital``) or a word of which the tagger is rather sure is one; letters
    are initials where a signature ends or a day follows.
    """
    if all(len(word) == 1 for word in words):
        return len(words) in {2, 3} and span.score >= _LIKELY and _SIGNED.match(text, span.end) is not None
    return span.score >= _LIKELY or sum(not is_plain(word) and word != "a" for word in words) > 1


def _land(value: str, before: str, kind: str) -> bool:
    """A state or a country that was taken for a town, or for a person where only a place can stand."""
    name = " ".join(value.casefold().split())
    if name not in LANDS or name in CITIES_TOO:
        return False
    return kind == "CITY" or _TO_PLACE.search(before) is not None


def _said(value: str, before: str, after: str) -> bool:
    """A sign with its finder's name, or the Latin of a prescription (``p.r.n.``, ``a.m.``)."""
    words = value.split()
    return (len(words) == 1 and _SIGN.match(after) is not None) or _latin(value, before, after)


def _latin(value: str, before: str, after: str) -> bool:
    """The Latin of a prescription, of which a finding may be a part."""
    if len(value) > 9 or not (value.islower() or "." in value):
        return False
    left, right = _CHUNK_BEFORE.search(before), _CHUNK_AFTER.match(after)
    chunks = f"{left.group() if left else ''}{value}{right.group() if right else ''}".split()
    return bool(chunks) and all(_LATIN.fullmatch(chunk) for chunk in chunks)
