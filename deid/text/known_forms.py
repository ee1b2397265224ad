# ruff: noqa: E501 (a pattern is easier to check on one line)
"""The forms in which a known identifier may stand in a note."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from plummer.deid.recognizers.base import digits_of
from plummer.deid.recognizers.words import COUNTRIES, MONTHS, STATE_NAMES, STATES
from plummer.deid.text.shadow import fold

WORD: Final = re.compile(r"[^\W_]+")
#: Titles and degrees that are nobody's name, wherever they stand.
_MERE: Final = frozenset(["dr", "mr", "ms", "mx", "md", "rn", "np", "jr", "sr", "ii", "iv"])
_LEADING: Final = frozenset(["mrs", "miss", "prof", "rev", "hon", "sir", "madam"])
_TRAILING: Final = frozenset(["do", "pa", "phd", "iii", "dds", "dpm"])
#: Parts of a name that say little by themselves: where another part stands beside them they go, alone they stand.
TITLES: Final = _MERE | _LEADING | _TRAILING - {"do", "pa"} - {"hon"}
PARTICLES: Final = frozenset(
    [
        "de",
        "la",
        "del",
        "van",
        "von",
        "der",
        "den",
        "da",
        "dos",
        "di",
        "du",
        "le",
        "bin",
        "ibn",
        "al",
        "el",
        "y",
        "and",
        "of",
        "the",
    ]
)
_SUFFIXES: Final = (
    ("street", "st"), ("avenue", "ave", "av"), ("road", "rd"), ("drive", "dr"), ("lane", "ln"), ("court", "ct"),
    ("boulevard", "blvd"), ("place", "pl"), ("circle", "cir"), ("terrace", "ter"), ("parkway", "pkwy"),
    ("highway", "hwy"), ("square", "sq"), ("trail", "trl"), ("suite", "ste"), ("apartment", "apt"),
    ("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"), ("saint", "st"), ("mount", "mt"),
)  # fmt: skip
_NOT_A_PLACE: Final = STATE_NAMES | COUNTRIES | {code.lower() for code in STATES} | {"united states", "usa"}
_SUFFIX_WORDS: Final = frozenset(word for group in _SUFFIXES[:14] for word in group) | {
    "way",
    "row",
    "loop",
    "box",
}


@dataclass(frozen=True, slots=True)
class Person:
    """The parts of one name, folded and case-folded.

    Attributes:
        parts: each part, in order, titles and degrees left out.
        initials: first letters of the parts.
    """

    parts: tuple[str, ...]
    initials: str


def person(name: str) -> Person:
    """Take a name apart; ``LAST, First`` and HL7's ``LAST^FIRST`` too.

    Prof, Do, Pa and Hon are names of people too: such a word is a title only where it stands as one.

    Example:
        >>> person("Dr. José O'Neil, MD").parts
        ('jose', 'o', 'neil')
    """
    words = _untitled(fold(name))
    last = len(words) - 1
    kept = [w for i, w in enumerate(words) if i in {0, last} or w.casefold() not in PARTICLES]
    initials = "".join(w[0] for w in words).casefold()
    return Person(tuple(w.casefold() for w in kept), initials)


def _untitled(name: str) -> list[str]:
    """The words without titles in front and degrees behind; all of them where nothing else is there."""
    found = [(m.group(), name[m.end() : m.end() + 1], name[: m.start()]) for m in WORD.finditer(name)]
    words = [one for one in found if one[0].casefold() not in _MERE]
    while len(words) > 1 and words[0][0].casefold() in _LEADING and (words[0][1] == "." or len(words) > 2):
        del words[0]
    while len(words) > 1 and _is_degree(words[-1][0], words[-1][2], name):
        del words[-1]
    return [one[0] for one in words] or [one[0] for one in found]


def _is_degree(word: str, before: str, name: str) -> bool:
    """A degree stands behind a comma and two words, or in capitals behind a name that doesn't."""
    if word.casefold() not in _TRAILING:
        return False
    behind = before.rstrip().endswith(",") and len(WORD.findall(before)) > 1
    return behind or (word in {word.upper(), "PhD"} and not name.isupper())


def squeeze(text: str) -> str:
    """Letters and digits alone, case-folded: how numbers and addresses are compared."""
    return "".join(WORD.findall(fold(text).casefold()))


def id_forms(value: str) -> set[str]:
    """As written without separators, and the digits alone where five or more.

    Example:
        >>> sorted(id_forms("8341-610-C"))
        ['8341610', '8341610c']
    """
    digits = digits_of(fold(value))
    return {form for form in (squeeze(value), digits if len(digits) >= 5 else "") if len(form) >= 4}


def phone_forms(value: str) -> set[str]:
    """All digits, with and without the country code 1, and the last seven."""
    digits = digits_of(fold(value))
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    forms = {digits, national, "1" + national if len(national) == 10 else "", national[-7:]}
    return {form for form in forms if len(form) >= 7} or ({digits} if len(digits) >= 4 else set())


def place_forms(value: str) -> set[tuple[str, str]]:
    """(form, type) of an address line, a city or a postal code; states and countries have none.

    Example:
        >>> sorted(place_forms("12 Main St"))[0]
        ('12mainst', 'STREET')
    """
    forms: set[tuple[str, str]] = set()
    for part in {value, *value.split(",")}:
        words = [w.casefold() for w in WORD.findall(fold(part))]
        if words and " ".join(words) not in _NOT_A_PLACE:
            forms |= _part_forms(words)
    return forms


def _part_forms(words: list[str]) -> set[tuple[str, str]]:
    joined = "".join(words)
    if joined.isdigit():
        forms = {(joined, "ZIP")} if len(joined) in {5, 9} else set()
        return forms | ({(joined[:5], "ZIP")} if len(joined) == 9 else set())
    if (
        not words[0][0].isdigit()
        and not (len(words) > 1 and words[-1] in _SUFFIX_WORDS)
        and "box" not in words
    ):
        return {(joined, "COUNTY" if words[-1] == "county" else "CITY")} if len(joined) > 3 else set()
    bodies = [words] + ([words[1:]] if words[0][0].isdigit() and len(words) > 2 else [])
    return {(form, "STREET") for body in bodies for form in _swapped(body) if len(form) > 5}


def _swapped(words: list[str]) -> set[str]:
    """The words joined, with every suffix and point of the compass long and short."""
    forms = {""}
    for word in words:
        choices = next((group for group in _SUFFIXES if word in group), (word,))
        forms = {form + choice for form in forms for choice in choices}
        if len(forms) > 64:
            break
    return {form for form in forms if form} | {"".join(words)}


def date_forms(value: str) -> set[str]:
    """The written forms of a day, squeezed: ``05121980``, ``may121980``, ``12may80`` and so on."""
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return set()
    y, m, d = str(day.year), str(day.month), str(day.day)
    mm, dd, yy = m.zfill(2), d.zfill(2), y[2:]
    names = (MONTHS[day.month - 1], MONTHS[day.month - 1][:3])
    numeric = {a + b + c for a in {m, mm} for b in {d, dd} for c in (y, yy)}
    numeric |= {b + a + c for a in {m, mm} for b in {d, dd} for c in (y, yy)}
    numeric = {form for form in numeric if len(form) >= 6} | {y + mm + dd, y + m + d}
    tails = ("", "st", "nd", "rd", "th")
    written = {n + x + t + c for n in names for x in {d, dd} for t in tails for c in (y, yy)}
    written |= {
        x + t + o + n + c for n in names for x in {d, dd} for t in tails for o in ("", "of") for c in (y, yy)
    }
    return numeric | written
