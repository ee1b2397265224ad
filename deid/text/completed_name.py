# ruff: noqa: E501 (a pattern is easier to check on one line)
"""What belongs to a person's name that was found: ``Jr.``, the rest of a joined or broken name, a part in front of it."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from plummer.deid.recognizers.words import is_eponym, word_list
from plummer.deid.tagger.lexicon import lexicon
from plummer.deid.text.spans import Span

_JUNIOR: Final = re.compile(r"(?:,[ ]?|[ ]|[ ]?\n)(?:[JS]r|[JS]R|II|III|IV)\b\.?")
_IRISH: Final = re.compile(r"(?<=[^A-Za-z][OD])'[A-Z][A-Za-z]+")
_JOINED: Final = re.compile(r"-[ \t]?(?:\n[ \t]*)?([A-Za-z][a-z]{1,15}|[A-Z]{2,16})\b")
_QUOTED: Final = re.compile(r"[ ]?\(?\"([A-Za-z][A-Za-z'-]{1,14}(?:[ ][A-Z][a-z]{1,14})?)\"")
_SPLIT: Final = re.compile(r"[ ]([a-z]{1,4})\b")
#: A part of a name beside a found one, in the same line.
_FORE: Final = re.compile(r"(?:^|[^A-Za-z'-])([A-Z][a-z]+(?:[ ][A-Z]\.)?)[ ]\Z")
_AFT: Final = re.compile(r"[ ]([A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)(?=[\s.,;:)]|'s|$)")
_CALLED: Final = re.compile(r"(?:^|[^A-Za-z])((?:Big|Little|Lil'?)[ ])\Z")
_LAST: Final = re.compile(r"[A-Za-z]+$")
_TAILS: Final = frozenset([
    "type", "like", "related", "based", "guided", "assisted", "induced", "positive", "negative", "free", "born", "led", "run", "fed", "in",
    "on", "up", "to", "off", "out", "era", "approved", "specific", "sponsored", "owned", "trained", "affiliated", "made", "style", "area",
])  # fmt: skip
_OTHERS: Final = frozenset("aidepckwy")
_NAMES: Final = frozenset("123ghn")


def nickname(text: str, end: int) -> tuple[int, int] | None:
    """The place of what stands in quotes behind a name.

    Example:
        >>> nickname('Lee ("Bud") came', 3)
        (6, 9)
    """
    found = _QUOTED.match(text, end) if '"' in text[end : end + 3] else None
    return found.span(1) if found else None


def named(text: str, span: Span) -> Span:
    """A name with its parts beside it.

    Args:
        text: the shadow.
        span: of type ``NAME``.

    Example:
        >>> named("Dr. Landry-Nkemelu Jr. saw her", Span(4, 10, "NAME", 0.9, "x")).end
        22
    """
    start, end = _before(text, span.start), _behind(text, span)
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _behind(text: str, span: Span) -> int:
    end = span.end
    following = text[end : end + 1]
    if following == "'" and (more := _IRISH.match(text, end)):
        end = more.end()
    if following == "-" and (more := _JOINED.match(text, end)) and _is_part(more.group(1)):
        end = more.end()
    split = _SPLIT.match(text, end) if following == " " else None
    if split and _is_split(text[span.start : end], split.group(1)):
        end = split.end()
    while (more := _AFT.match(text, end)) and _is_named(more.group(1)):
        end = more.end()
    junior = _JUNIOR.match(text, end) if text[end : end + 1] in {" ", ",", "\n"} else None
    return junior.end() if junior else end


def _before(text: str, start: int) -> int:
    if text[start - 1 : start] != " ":
        return start
    before = text[max(start - 24, 0) : start]
    fore = _FORE.search(before)
    found = _CALLED.search(before) or (fore if fore and _is_named(fore.group(1)) else None)
    return start - len(before) + found.start(1) if found else start


@lru_cache(maxsize=16384)
def _is_named(word: str) -> bool:
    """Whether lists hold a word as a name of people and as nothing else."""
    flags = set(lexicon().get(word.split(maxsplit=1)[0].partition("-")[0].casefold(), ""))
    return (
        bool(flags & _NAMES)
        and not flags & _OTHERS
        and not is_eponym(word)
        and word.casefold() not in word_list("terms")
    )


def _is_part(tail: str) -> bool:
    return tail not in _TAILS and (tail[0].isupper() or len(tail) < 4 or "a" not in lexicon().get(tail, ""))


@lru_cache(maxsize=4096)
def _is_split(value: str, tail: str) -> bool:
    """Whether a blank stands within a name: lists hold the whole, and don't hold what is before the blank."""
    last = _LAST.search(value)
    if last is None or len(last.group()) < 3:
        return False
    head, known = last.group().casefold(), lexicon()
    return head not in known and not _NAMES.isdisjoint(known.get(head + tail, ""))
