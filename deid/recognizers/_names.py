"""The shape of a personal name, and where a run of capitalised words stops being one."""

import re
from typing import Final

from plummer.deid.recognizers.words import is_plain, word_list

#: A capitalised word, with what hospital systems and generators put into names (``O'Brien``, ``Ward668``).
WORD: Final = r"(?:[A-Z][A-Za-z'-]*[A-Za-z]\d{0,4})"
INITIAL: Final = r"(?:[A-Z]\.?)"
_PARTICLE: Final = r"(?:de|la|del|van|von|der|den|da|dos|di|du|le|bin|ibn|al|el|ter|St\.)"
#: Between two parts of a name: blanks, or one line end.
BLANK: Final = r"(?:[ \t]{1,3}|[ \t]?\n[ \t]?)"
REST: Final = rf"(?:{BLANK}(?:{_PARTICLE}{BLANK}){{0,2}}(?:{WORD}|{INITIAL}))"
#: One to four parts; ``LAST, First M`` too.
PERSON: Final = rf"(?:(?:{INITIAL}{BLANK}?){{0,2}}{WORD}{REST}{{0,3}})"
LAST_FIRST: Final = rf"(?:{WORD}(?:{BLANK}{WORD})?,[ ]?{WORD}{REST}{{0,2}})"
#: What stands behind a name by training or office.
DEGREE: Final = (
    r"(?:M\.?D\.?|D\.?O\.?|R\.?N\.?|N\.?P\.?|P\.?A\.?(?:-C)?|Ph\.?D\.?|PHD|Pharm\.?D\.?|PHARMD|D\.?D\.?S\.?|DPM|DPT|PT"
    r"|OTR(?:/L)?|LPN|LVN|CNA|CRNA|CNM|CNP|FNP(?:-C|-BC)?|APRN|ARNP|DNP|BSN|MSN|LCSW|LICSW|MSW|LMFT|LPC|SLP|CCC-SLP|RD"
    r"|RDN|RPSGT|RRT|CRT|RPh|FACC|FACS|FACP|MBBS|MPH|Esq|LMHC|PsyD|OD|RT|AuD|EMT(?:-P)?)"
)

_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z'0-9-]*\.?")
# "AOx3": oriented to person, place and time
_ORIENTED: Final = re.compile(r"[A-Z]{1,4}x\d")
_LOWER: Final = re.compile(r"\s+[a-z]")
_HEADING: Final = re.compile(r"\s*:")


def name_end(text: str, start: int, end: int, *, first_may_be_word: bool) -> int:
    """Where the name that begins at ``start`` ends; ``start`` when it is none.

    The run stops before everyday words, and before a word on the next line that begins a heading.

    Args:
        text: the shadow.
        start: where the run begins.
        end: where it ends at the latest.
        first_may_be_word: whether a title stands in front, so that the first part may be any word
            that is also a name (``Dr. Black``).

    Example:
        >>> name_end("Jane Doe Denies", 0, 15, first_may_be_word=False)
        8
    """
    stop = start
    for token in _TOKEN.finditer(text, start, end):
        word = token.group().rstrip(".")
        first = stop == start
        if len(word) > 1 and _ends_name(word, first and first_may_be_word, first):
            break
        if "\n" in text[stop : token.start()] and _HEADING.match(text, token.end()):
            break
        if token.group() in {"I", "A"} and _LOWER.match(text, token.end()):
            break
        dotted = len(word) == 1 and token.group().endswith(".")
        stop = token.end() if dotted else token.end() - (token.group().endswith("."))
    return stop


def _ends_name(word: str, titled: bool, first: bool) -> bool:
    folded = word.casefold()
    if _ORIENTED.fullmatch(word):
        return True
    if folded in word_list("namelike"):
        return first and not titled and is_plain(word)
    return is_plain(word)
