"""Document-level consistency: a name found once in a note is a name all through it."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from plummer.deid.recognizers.site_name import is_common, may_be_name
from plummer.deid.text.spans import Span

_WORD: Final = re.compile(r"[^\W_]+")
_SURE: Final = (
    "titled_name.",
    "cued_name.label",
    "cued_name.caret",
    "cued_name.aged",
    "cued_name.born",
    "known.",
)


def echoes(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Further capitalised occurrences of the words of the surer names.

    Example:
        >>> found = [Span(4, 11, "NAME", 0.9, "titled_name.title")]
        >>> [(s.start, s.end) for s in echoes("Dr. Okonkwo came. I told Okonkwo.", found)]
        [(4, 11), (25, 32)]
    """
    words: set[str] = set()
    for span in spans:
        if span.type == "NAME" and span.by.startswith(_SURE):
            words |= {w.casefold() for w in _WORD.findall(text[span.start : span.end]) if len(w) > 2}
    if not words:
        return
    common = {word for word in words if is_common(word)}
    for match in _WORD.finditer(text):
        word = match.group()
        folded = word.casefold()
        if folded not in words or word.islower():
            continue
        if folded not in common or may_be_name(text, match.start(), match.end()):
            yield Span(match.start(), match.end(), "NAME", 0.75, "echo.name")
