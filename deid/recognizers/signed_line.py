# ruff: noqa: E501 (a pattern is easier to check on one line)
"""Initials that end several lines of a note, as in flow sheets: ``8/20  17+4  157  110/70  ok. sk``.

45 CFR 164.514(b)(2)(i)(A). It runs behind the tagger, which was trained without its findings.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, Final

from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.recognizers.linear import compiled
from plummer.deid.recognizers.words import word_list
from plummer.deid.tagger.lexicon import lexicon

_END: Final = re.compile(r"(?:[.;,!?)][ \t]{0,3}|[ \t]{2}|[ \t][-/~][ \t]?|[.!?])([A-Za-z]{2,3})[ \t]*$")
_TAIL: Final = 12
_DATED: Final = re.compile(r"^\W{0,3}\d", re.MULTILINE)
_BY: Final = (r"(?m)\b(?:second\s(?:check|nurse)|(?:drawn|checked|verified|read|counted|given|witnessed|entered|hung|started|reviewed)(?:[^.;\n]{0,32})?\sby|QA:|RN:|init(?:ials)?:)[ \t]{1,2}([A-Z]{2,3})[ \t]*(?:$|[.;,)|]|[ ]{2}|\d)")  # fmt: skip
#: What ends the lines of a flow sheet oftener than initials do.
_WORDS: Final = frozenset([
    "ok", "nl", "wnl", "nad", "nkda", "neg", "pos", "prn", "bid", "tid", "qid", "qd", "qhs", "hs", "po", "iv", "im",
    "sq", "sl", "pr", "ra", "na", "nc", "bm", "ow", "cc", "ml", "mg", "kg", "cm", "mm", "hr", "min", "yes",
    "no", "am", "pm", "wk", "mo", "yr", "x",
])  # fmt: skip
_TWICE: Final = 2


class SignedLineRecognizer(NoteRecognizer):
    """Two or three letters at the ends of two lines and more, or behind a check."""

    NAME: ClassVar[str] = "signed_line"
    ENTITY: ClassVar[str] = "NAME"

    def find(self, note: NoteArtifacts) -> Iterator[tuple[int, int, float, str]]:
        """Letters that end lines; they count where most of those lines begin with a day or a time."""
        note.check_deadline()
        if len(_DATED.findall(note.text)) >= _TWICE:
            ends = [place for place in _ends(note.text) if self._fits(note.text[slice(*place)])]
            often = Counter(note.text[slice(*place)] for place in ends)
            for start, end in ends:
                letters = note.text[start:end]
                if often[letters] >= _TWICE or self._beside(letters, often):
                    yield start, end, 0.7, "line"
        for match in compiled(_BY).finditer(note.data):
            if self._fits(note.text[slice(*match.span(1))]):
                yield *match.span(1), 0.7, "by"

    @staticmethod
    def _beside(letters: str, often: Counter[str]) -> bool:
        """Whether another's initials end lines of the note too, in the same case."""
        return any(count >= _TWICE and other.isupper() == letters.isupper() for other, count in often.items())

    @staticmethod
    def _fits(letters: str) -> bool:
        """Whether letters are no word and no abbreviation."""
        folded = letters.casefold()
        word = folded in word_list("acronyms") or folded in _WORDS or "a" in lexicon().get(folded, "")
        return not word and (letters.isupper() or letters.islower())


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Places of two or three letters at the ends of lines, behind a mark or blanks."""
    position = 0
    for line in text.split("\n"):
        position += len(line) + 1
        tail = line.rstrip()[-_TAIL:]
        if match := _END.search(tail):
            begin = position - 1 - len(line) + len(line.rstrip()) - len(tail)
            yield begin + match.start(1), begin + match.end(1)
