"""Document-level consistency: a name found once in a note is a name all through it.

Further mentions of the words of the surer names are found in any case, with one slip of the keyboard or the
scanner where the word is otherwise unknown, and as initials where only a signature stands so.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from plummer.deid.recognizers.standing import is_common, may_be_name
from plummer.deid.tagger.lexicon import lexicon
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
#: What stands where a name would and is none.
NO_NAMES: Final = frozenset([
    "etoh", "tobacco", "mom", "dad", "bolus", "fat", "free", "head", "grand", "western", "weekend",
    "odynophagia", "vanicream", "prompt", "protective", "danish", "so", "son", "pop", "ice", "man", "woman",
    "mmhg", "nontender", "debulking", "stds", "ups", "oil", "khz",
])  # fmt: skip
#: What notes write where a name has been taken out by hand, folded.
PLACEHOLDERS: Final = frozenset({"x", "y", "z", "xx", "xxx", "xxxx", "xyz", "abc", "abcd", "yyyy"})
_CONFIDENT: Final = 0.95
_ENGLISH: Final = frozenset("abide")
_SHORTEST_SLIP: Final = 6
_DOTTED: Final = re.compile(r"(?<![\w.])[A-Z]\.\s?(?:[A-Z]\.\s?)?[A-Z]\.?(?![\w])")
_SIGNED: Final = re.compile(r"(?:(?<=[/\n-])|(?<=- ))[A-Z]{2,3}(?=\s*(?:$|\n|/|\d|sent\b))", re.MULTILINE)
_NOT_INITIALS: Final = frozenset([
    "md", "do", "rn", "np", "pa", "pt", "ot", "st", "dr", "mr", "ms", "ed", "er", "or", "iv", "im",
    "po", "ac", "pc", "hs", "am", "pm", "us", "uk", "id", "dx", "tx", "rx", "hx", "sx", "fx", "nc",
    "ns", "va",
])  # fmt: skip


def echoes(text: str, spans: Iterable[Span], doubtful: AbstractSet[int] = frozenset()) -> Iterator[Span]:
    """Further mentions of the words of the surer names.

    Args:
        text: the shadow.
        spans: what has been found in it.
        doubtful: where words begin that the tagger gives less than an even chance: a name often takes such a
            neighbour with it ("PCP Okonkwo"), which is no name all through the note.

    Example:
        >>> found = [Span(4, 11, "NAME", 0.9, "titled_name.title")]
        >>> [(s.start, s.end) for s in echoes("Dr. Okonkwo came. I told okonkwo and Okonwko.", found)]
        [(4, 11), (25, 32), (37, 44)]
    """
    sure = [s for s in spans if s.type == "NAME" and _sure(s)]
    names = [text[s.start : s.end] for s in sure]
    words = (
        {
            word.group().casefold()
            for span in sure
            for word in _WORD.finditer(text, span.start, span.end)
            if word.start() not in doubtful and len(word.group()) > 2 and not word.group().isdigit()
        }
        - PLACEHOLDERS
        - NO_NAMES
    )
    if not words:
        return
    common = {word for word in words if is_common(word)}
    slips = {slip for word in words - common if len(word) >= _SHORTEST_SLIP for slip in _slips(word)}
    yield from _mentions(text, words, common, slips)
    yield from _initials(text, names)


def _sure(span: Span) -> bool:
    return span.by.startswith(_SURE) or (span.by == "tagger.name" and span.score >= _CONFIDENT)


def _mentions(text: str, words: set[str], common: set[str], slips: set[str]) -> Iterator[Span]:
    known = lexicon()
    for match in _WORD.finditer(text):
        word = match.group()
        folded = word.casefold()
        if folded in words:
            if folded in common:
                stands = not word.islower() and may_be_name(text, match.start(), match.end())
            else:
                stands = not word.islower() or not _ENGLISH & set(known.get(folded, ""))
            if stands:
                yield Span(match.start(), match.end(), "NAME", 0.75, "echo.name")
        elif slips and len(word) >= _SHORTEST_SLIP - 1 and folded not in known and _slips(folded) & slips:
            yield Span(match.start(), match.end(), "NAME", 0.6, "echo.slip")


def _slips(word: str) -> set[str]:
    """The word and the word with any letter but the first left out: two words one slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}


def _initials(text: str, names: Iterable[str]) -> Iterator[Span]:
    """The initials of a full name, with dots anywhere, without where a signature stands."""
    letters = {"".join(part[0] for part in _WORD.findall(name)).upper() for name in names}
    letters = {one for one in letters if 2 <= len(one) <= 4 and one.casefold() not in _NOT_INITIALS}
    short = letters | {one[0] + one[-1] for one in letters}
    if not letters:
        return
    for pattern in (_DOTTED, _SIGNED):
        for match in pattern.finditer(text):
            if "".join(c for c in match.group() if c.isalpha()) in short:
                yield Span(match.start(), match.end(), "NAME", 0.7, "echo.initials")
