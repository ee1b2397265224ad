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
from plummer.deid.recognizers.words import is_eponym, is_plain, word_list

_CAPITALISED: Final = re.compile(r"[^\W\d_a-z][^\W_]*")
_DIGIT: Final = re.compile(r"\d")
_SENTENCE: Final = re.compile(r"(?:^|[.!?:;\n•#*-])[\s\"'(#*-]*$")
_TITLE: Final = re.compile(r"\b(?:dr|mr|mrs|ms|miss|doctor|prof|nurse)\.?\s{0,2}$", re.IGNORECASE)
NAME_TOKEN: Final = re.compile(r"[^\W_]+")


def is_common(word: str) -> bool:
    """Whether a name is a word of English or of medicine too."""
    return is_word(word) or is_plain(word) or is_eponym(word)


def is_word(word: str) -> bool:
    """Whether a name is in the list of words that are names too.

    Example:
        >>> is_word("Rose"), is_word("Parkinson")
        (True, False)
    """
    return word.casefold() in word_list("namelike")


def in_sentence(text: str, start: int) -> bool:
    """Whether a capital at ``start`` can't come from the beginning of a sentence, heading or list.

    Example:
        >>> in_sentence("seen by Will today", 8), in_sentence("Will return.", 0)
        (True, False)
    """
    line = text[max(start - 40, 0) : start]
    return _SENTENCE.search(line) is None


def has_title(text: str, start: int) -> bool:
    """Whether "Mr.", "Dr.", "nurse" and the like stand right before ``start``, in any case.

    Example:
        >>> has_title("seen by mr. long today", 12), has_title("for a long time", 6)
        (True, False)
    """
    return _TITLE.search(text, max(start - 12, 0), start) is not None


def may_be_name(text: str, start: int, end: int) -> bool:
    """Whether a common word that is also a name stands where only a name would be capitalised."""
    word = text[start:end]
    if has_title(text, start):
        return True
    if (word.isupper() and len(word) > 1) or not word[:1].isupper() or is_eponym(word) or is_plain(word):
        return False
    following = re.match(r"\s+([^\W\d_]+)", text[end : end + 30])
    return in_sentence(text, start) and not (following and is_plain(following.group(1)) and len(word) < 4)


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
