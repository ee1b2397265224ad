"""Names with one slip of the keyboard: ``Suasn``, ``Hraold``, ``Evelynn``. 45 CFR 164.514(b)(2)(i)(A).

No list holds such a word, and where no cue stands beside it the tagger has little to go by. It runs behind
the tagger, which was trained without its findings.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.tagger.lexicon import lexicon

_SHORTEST: Final = 5
_COMMON: Final = frozenset("12g")
_ENGLISH: Final = frozenset("adi")


def _meant(word: str) -> Iterator[str]:
    """The words that a swap of two letters back, or one letter of a double less, would make."""
    for at in range(len(word) - 1):
        if word[at] == word[at + 1]:
            yield word[:at] + word[at + 1 :]
        else:
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@lru_cache(maxsize=16384)
def is_misspelt(word: str) -> bool:
    """Whether no list holds a word, and one slip away stands a common name that is no English word.

    Example:
        >>> is_misspelt("suasn"), is_misspelt("susan"), is_misspelt("brwon")
        (True, False, False)
    """
    known = lexicon()
    if len(word) < _SHORTEST or not word.isalpha() or word in known:
        return False
    flags = [set(known.get(one, "")) for one in _meant(word)]
    return any(marks & _COMMON and not marks & _ENGLISH for marks in flags)


class MisspeltNameRecognizer(NoteRecognizer):
    """A capitalised word that is a common name but for a slip."""

    NAME: ClassVar[str] = "misspelt_name"
    ENTITY: ClassVar[str] = "NAME"

    def find(self, note: NoteArtifacts) -> Iterator[tuple[int, int, float, str]]:
        """Every capitalised mention."""
        note.check_deadline()
        words = [word for word in note.capitals if is_misspelt(word)]
        if words:
            for match in re.finditer(rf"\b(?:{'|'.join(sorted(words))})\b", note.text, re.IGNORECASE):
                if match.group()[0].isupper():
                    yield *match.span(), 0.6, "slip"
