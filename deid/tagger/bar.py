"""How likely a token must be to be reported: less where only a name can stand, more where a word can.

One threshold for all words wastes both ways. A capitalised word amid small ones that lists hold as a name
and as nothing else is a name whatever stands around it: in 0.96 million characters of notes that nearly
hold no identifier (mts-dialog, aci-bench) there are 21 such words, 15 of them names. An English word in small
letters amid mixed case is hardly ever one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from plummer.deid.recognizers.words import LANDS, MONTHS, is_frequent, is_plain
from plummer.deid.tagger.tokens import Atom

_NAMES: Final = frozenset("123ghn")
_WORDS: Final = frozenset("abide")
_EVERYDAY: Final = frozenset("ad")
_COMMON: Final = frozenset("1gh")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PLACES: Final = frozenset(word for name in LANDS for word in name.split())
#: Words that a small dictionary holds with a capital only, and that are no sure names for it.
_PROPER: Final = _PLACES | {*MONTHS, *_DAYS, "santa", "latin", "christmas", "easter", "europe"}


def bar(atom: Atom, threshold: float) -> float:
    """The probability from which a token counts as an identifier.

    Args:
        atom: the token.
        threshold: of an ordinary token.

    Example:
        >>> name, word = ("Okonkwo", "s", "", "", "m", False, "n"), ("small", "s", "", "", "m", False, "a1")
        >>> bar(name, 0.3) < bar(("Rose", "s", "", "", "m", False, "a1g"), 0.3) < bar(word, 0.3)
        True
    """
    return bars([atom], threshold)[0]


def bars(atoms: Sequence[Atom], threshold: float) -> list[float]:
    """Of each token the probability from which it counts as an identifier; see `bar`."""
    return [
        threshold if said else _of(word, case, flags, threshold) for word, _, said, _, case, _, flags in atoms
    ]


@lru_cache(maxsize=131072)
def _of(word: str, case: str, flags: str, threshold: float) -> float:
    if not word.isalpha():
        return threshold
    marks = set(flags)
    if len(word) == 1:
        return max(threshold, 0.6) if word.islower() and case == "m" else threshold
    if word.islower():
        return (
            threshold * _small(word, case)
            if case != "m" or not marks & _WORDS
            else max(threshold, _amid(word, marks))
        )
    if marks & _NAMES and not marks & _WORDS:
        return threshold * _share(word, case, "p" in marks)
    if case != "m" or not word.istitle():
        return threshold
    return max(threshold, 0.3 if marks & _NAMES else 0.5)


def _small(word: str, case: str) -> float:
    """The part that a word in small letters needs: half where the whole line is dictated or typed so."""
    return 0.5 if case == "l" and len(word) > 2 else 1.0


def _amid(word: str, marks: set[str]) -> float:
    """What an English word in small letters needs amid mixed case: less where it is a common name too.

    Words that only a large dictionary has, or ICD-10-CM, are names first (logan, jackson, williams).
    """
    if not marks & _COMMON or is_plain(word) or is_frequent(word):
        return 0.65
    return 0.3 if marks & _EVERYDAY else 0.12


def _share(word: str, case: str, proper: bool) -> float:
    """The part of the threshold that a word needs which is a name and no word of English."""
    if proper and word.lower() in _PROPER:
        return 1.0
    if case == "m" and len(word) > 2 and word.istitle():
        return 0.07 if proper else 0.0
    return 0.5 if proper else 0.25
