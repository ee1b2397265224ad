# ruff: noqa: E501, RUF001 (a pattern is easier to check on one line; notes hold typographic apostrophes)
"""Clinical terms that hold a name: eponyms by the noun behind them, drugs by the dose, listed words by themselves.

``Clark level IV``, ``Judkins catheters``, ``Ella 30 mg``, ``Philadelphia chromosome``. A finding of a layer that only guesses
loses them (check D-08); what a title, a label or the records of the patient or the home name stands.
"""

import re
from typing import Final

from plummer.deid.recognizers.standing import has_title
from plummer.deid.recognizers.words import word_list
from plummer.deid.text.spans import Span

_KINDS: Final = frozenset({"NAME", "CITY", "COUNTY", "ORGANIZATION"})
_SURE: Final = (
    "known.", "site.", "titled_name.", "echo.initials", "initials.", "small_title.", "role_name.", "cued_name.label", "cued_name.signed",
)  # fmt: skip
_NOUN: Final = re.compile(
    r"(?:['’]?s)?(?:[ \t]+|[ \t]?\n[ \t]?)(?:hippel|willebrand|recklinghausen|gierke|signs?|syndrome|diseases?|disorder|phenomen\w+|reflex(?:es)?|man(?:euver|oeuvre)|test(?:ing)?(?!\s(?:result|was))|criteria|classification"
    r"|catheters?|forceps|scissors|retractors?|clamps?|drains?|needles?|cannula|forceps|stirrups|splint|brace|halo|vest|shunt|tube|bag|pouch|boot|sutures?|mesh|stent"
    r"|level|grade|grading|scale|score|index|equation|formula|staging|triad|tetrad|lesions?|nodes?|nodules?|spots?|plaques?|lines?|rings?|cells?|bod(?:y|ies)|bands?"
    r"|fractures?|dislocation|deformity|contractures?|palsy|paralysis|neuroma|tum(?:o|ou)rs?|lymphoma|sarcoma|carcinoma|melanoma|an(?:a|ae)emia|es(?:o|oe)phagus|angina|gangrene"
    r"|thyroiditis|encephalopathy|dystrophy|chorea|ataxia|dementia|psychosis|aphasia|hernia|diverticul\w+|cysts?|ducts?|glands?|canal|pouch|ligament|tendon|tubercle|chromosome"
    r"|stain|agar|procedure|operation|incision|approach|anastomosis|repair|technique|method|position|rule|law|pressure\spoint|histology|nevus|ulcers?|arthropathy|osteotomy|hemiarthroplasty"
    r"|respirations?|breathing|murmur|fever|virus|cough|(?:leg\s)?diet|coma\sscale|skin\stype|assessment\stool|mask\b|harmonic|valve|graft|pump|view\b|traction|bur[sn]s?|pulses?|groove|fascia|abscess|rods|proteins?|tongs|fundoplication|hugger|pupils?|visual|capsule|lamp|blade|antigen|smear|wrap|monitor|fib(?:er|re)s|gyrus|be\s\d)\b(?!\s?:|\s(?:called|said))",
    re.IGNORECASE,
)  # fmt: skip
#: Behind two words these still make a term: ``Austin Flint murmur``.
_STRONG: Final = re.compile(
    r"[ \t]+(?:murmur|pupils?|syndrome|sign|phenomenon|reflex|man(?:euver|oeuvre)|palsy)\b", re.IGNORECASE
)
_DOSE: Final = re.compile(
    r"[ \t]*\n?[ \t]*(?:-?\d+,[ ]?)?(?:\d+(?:[.,/]\d+)?[ ]?-?(?:mg|mcg|µg|ug|ml|units?|iu|%|meq|puffs?|tab(?:let)?s?|caps?)\b|(?:OCPs?|pills?|patch|tablets?|cream|gel|ointment|inhaler|injections?|birth\scontrol|contracepti\w+|cleansing|lotion"
    r"|nebs?|drops)\b|\d\+\d)",
    re.IGNORECASE,
)  # fmt: skip
_GRADED: Final = re.compile(
    r"\b(?:grade|stage|type|class|asa)\s+(?:I{1,3}V?|VI{0,3}|[1-5])\s+$", re.IGNORECASE
)
_PART_OF: Final = re.compile(
    r"\b(?:foram(?:en|ina)|canal|circle|sphincter|ligament|islets?|loop|bundle|tetralogy|crypts?|triangle|angle|node|area|line|ampulla|duct|fissure|pouch|zone|space|sinus|valves?|tunnel|vein"
    r"|artery|fascia|nerve|organ|fossa|crus)\sof\s$", re.IGNORECASE
)  # fmt: skip
#: Behind the name of a scale: a number that isn't an age or part of a longer one, a grade, a class.
_SCALED: Final = re.compile(
    r"(?:'s)?[ ](?:[IV]{1,3}\b|\d{1,2}(?:[+-](?!\d)|/\d{1,2}\b(?!/)|\.\d)?(?=[.,;:)\s]|$)(?![ ]?(?:y|mo)))"
)
_AROUND: Final = re.compile(r"[\w.'-]{0,40}\w")
_BEFORE: Final = re.compile(r"[\w'-]*-$")
_BRAND: Final = re.compile(r"\bpacks?\b[^.;\n]{0,20}\bof\s$", re.IGNORECASE)
_TAKEN: Final = re.compile(
    r"\b(?:on|tak(?:e|es|ing|en)|took|us(?:e|es|ing)|started|continues?d?|of|and|with)\s$", re.IGNORECASE
)
_EVERY: Final = re.compile(r"\b(?:every|each)\s(?:other\s)?$", re.IGNORECASE)


def is_term(text: str, span: Span) -> bool:
    """Whether a finding is a clinical term and no person, place or institution.

    Args:
        text: the shadow.
        span: found by any layer.

    Example:
        >>> text = "Clark level IV. On Ella 30 mg. Dr. Clark came. Given Neulasta."
        >>> [is_term(text, Span(a, b, "NAME", 0.9, by)) for a, b, by in
        ...  ((0, 5, "tagger.name"), (19, 23, "given_name.alone"), (35, 40, "titled_name.title"), (53, 61, "echo.name"))]
        [True, True, False, True]
    """
    if span.type == "DATE":
        return _habit(text, span)
    if span.type not in _KINDS or span.by.startswith(_SURE):
        return False
    value = text[span.start : span.end]
    if "\n" in value.strip() or len(value.split()) > 2 or has_title(text, span.start):
        return False
    if any(word in word_list("terms") for word in _words(text, span)) or _STRONG.match(text, span.end):
        return True
    return len(value.split()) == 1 and _among(text, span)


def _among(text: str, span: Span) -> bool:
    """Whether the words around a single word make it a term."""
    before = text[max(span.start - 32, 0) : span.start]
    of = before[-3:-1].lower() == "of"
    cues = [*((_BRAND, _PART_OF) if of else ()), *([_GRADED] if before[-1:].isspace() else ())]
    cued = any(cue.search(before) for cue in cues)
    word = text[span.start : span.end].casefold().removesuffix("'s")
    cued = cued or (word in word_list("scales") and _SCALED.match(text, span.end) is not None)
    noun, dose = _NOUN.match(text, _end(text, span)), _DOSE.match(text, span.end)
    if dose is not None and "\n" in dose.group() and not _TAKEN.search(before):
        dose = None  # the line of a signature, and a dose on the next one
    return cued or noun is not None or dose is not None


def _habit(text: str, span: Span) -> bool:
    """A weekday of every week (``50,000 IU on Sundays``), or a holiday that is part of a disease's name."""
    if span.by == "date.holiday":
        return _NOUN.match(text, span.end) is not None or text.startswith(" tree", span.end)
    weekly = text[span.end - 1].casefold() == "s" or _EVERY.search(text, max(span.start - 14, 0), span.start)
    return span.by in {"date.weekday", "late_date.weekday"} and bool(weekly)


def _end(text: str, span: Span) -> int:
    """The end of the whole compound where a hyphen joins the finding to another word."""
    behind = _AROUND.match(text, span.end) if text[span.end : span.end + 1] == "-" else None
    return behind.end() if behind else span.end


def _words(text: str, span: Span) -> list[str]:
    """The word by itself and, where a hyphen joins it to another, the whole compound, case-folded."""
    lead = _BEFORE.search(text, max(span.start - 24, 0), span.start)
    whole = text[lead.start() if lead else span.start : _end(text, span)]
    value = text[span.start : span.end].casefold().strip(".,'")
    words = value.split()
    return [
        whole.casefold(),
        value,
        *(words if len(words) == 2 and all(w in word_list("terms") for w in words) else ()),
    ]
