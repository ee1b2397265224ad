"""The names of every person of the home, looked for in every note.

A note may name another patient, or a clinician of an encounter that the record doesn't hold. Capitalised
words that are a family or given name of anyone go; words that are also English, only where a name can
stand. 45 CFR 164.514(b)(2)(i)(A).
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.recognizers.standing import is_common, may_be_name

_CAPITALISED: Final = re.compile(r"[^\W\d_a-z][^\W_]*")
_DIGIT: Final = re.compile(r"\d")


class SiteNameRecognizer(NoteRecognizer):
    """The site-wide sweep.

    Args:
        tokens: folded, case-folded parts of the names of every person of the home.
    """

    NAME: ClassVar[str] = "site"
    ENTITY: ClassVar[str] = "NAME"

    def __init__(self, tokens: AbstractSet[str]) -> None:
        self._tokens = frozenset(token for token in tokens if len(token) > 1)
        super().__init__()

    def fingerprint(self) -> str:
        """Name and keyed-by-nothing count: the names themselves are data, not engine."""
        return repr((self.NAME, self.ENTITY))

    def find(self, note: NoteArtifacts) -> Iterator[tuple[int, int, float, str]]:
        """Capitalised words of the note that are somebody's name."""
        note.check_deadline()
        text, known = note.text, self._tokens
        if not known:
            return
        for match in _CAPITALISED.finditer(text):
            word = match.group()
            folded = word.casefold()
            if folded not in known:
                continue
            start, end = match.span()
            if start and (text[start - 1].isalnum()):
                continue
            if _DIGIT.search(word):
                yield start, end, 0.95, "name"
            elif len(word) > 2 and not is_common(word):
                yield start, end, 0.8, "name"
            elif may_be_name(text, start, end):
                yield start, end, 0.6, "word"
