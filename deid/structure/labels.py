"""Labels and other short texts of a resource: words that are neither ordinary nor clinical go.

A text engine sees names by their surroundings, and a label has none: "Okonkwo" alone could be a name or a
brand. So a word that no list holds is masked, which loses rare brand names rather than letting rare surnames
out. A label that enough subjects share needs no such care (plummer.deid.structure.population).
"""

import re
from functools import lru_cache
from typing import Final

from plummer.deid.structure.words import is_ordinary

WORD: Final = "[WORD]"
"""What stands for a word that was taken out."""

LONGEST_LABEL: Final = 12
"""Words; a longer text has surroundings, and only its capitalised words are looked up."""

_TOKEN: Final = re.compile(r"\[[A-Z0-9_ ]+\]|[^\W\d_]+(?:'[a-z]+)?|(?<![.,\d])(?<!NDA)[0-9]{5,}")
_TAG_ONLY: Final = re.compile(r"(?:\[[A-Z0-9_ ]+\]|[\W\d_])*")


def _judge(token: str, *, every: bool) -> str:
    if token[0] == "[":
        return token
    if token.isdigit():
        return token if len(token.rstrip("0")) < 5 else WORD
    if not every and token.islower():
        return token
    return token if token.isascii() and is_ordinary(token.lower()) else WORD


@lru_cache(maxsize=131_072)
def ordinary_words(text: str) -> str:
    """The text with ``[WORD]`` in place of what is neither an ordinary nor a clinical word.

    Args:
        text: a label or note of a structured element, after the text engine.

    Returns:
        The text; empty if nothing else of it is left.

    Example:
        >>> ordinary_words("Acute bronchitis (disorder)"), ordinary_words("Okonkwo's cough")
        ('Acute bronchitis (disorder)', '[WORD] cough')
        >>> ordinary_words("Okonkwo")
        ''
    """
    every = len(text.split()) <= LONGEST_LABEL
    kept = _TOKEN.sub(lambda match: _judge(match[0], every=every), text)
    if kept == text:
        return text
    return "" if _TAG_ONLY.fullmatch(kept) else kept
