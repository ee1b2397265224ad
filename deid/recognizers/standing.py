"""Where a word that is also a name is one: by the list it is in, and by where it stands."""

import re
from typing import Final

from plummer.deid.recognizers.words import is_eponym, is_plain, word_list

_SENTENCE: Final = re.compile(r"(?:^|[.!?:;\n•#*-])[\s\"'(#*-]*$")
_TITLE: Final = re.compile(r"\b(?:dr|mr|mrs|ms|miss|doctor|prof|nurse)\.?\s{0,2}$", re.IGNORECASE)


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
