"""The first layer: what the patient's own record names.

Two passes, each linear in the note. Numbers, e-mails, addresses and dates are found in the note's letters
and digits alone, by one Aho-Corasick automaton, so that separators and line wraps don't matter. Names are
found word by word; a word that is also English counts only where a name can stand, or beside another
part of the same name.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar, Final

import ahocorasick
from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from plummer.deid.context import KnownIdentifiers
from plummer.deid.recognizers.base import NoteArtifacts, NoteRecognizer
from plummer.deid.recognizers.standing import has_title, is_common, may_be_name
from plummer.deid.recognizers.words import is_frequent
from plummer.deid.text.known_forms import (
    PARTICLES,
    TITLES,
    WORD,
    Person,
    date_forms,
    id_forms,
    person,
    phone_forms,
    place_forms,
    squeeze,
)  # fmt: skip

_GAP: Final = re.compile(r"[^\w]{0,4}|_{1,3}")
_BETWEEN: Final = re.compile(r"[\s,.^'-]{0,4}")
_DOTTED: Final = re.compile(r"\b(?:[A-Za-z]\.\s?){2,4}")
_NOT_INITIALS: Final = frozenset([
    "pm", "am", "po", "qd", "bid", "tid", "qid", "prn", "us", "ie", "eg", "ed", "ph", "vs", "ad", "os", "od",
    "iv", "im", "ac", "pc", "hs", "er", "or",
])  # fmt: skip

#: Parts of "Smith and Sons" or of a garbled name that name nobody.
_NEVER: Final = frozenset(["and", "of", "the", "y"])

Found = tuple[int, int, str, str]


def _needles(known: KnownIdentifiers) -> dict[str, tuple[str, str]]:
    """Squeezed form to (type, rule)."""
    needles: dict[str, tuple[str, str]] = {}
    for day in known.dates:
        needles.update((form, ("DATE", "date")) for form in date_forms(day))
    for address in known.addresses:
        needles.update((form, (kind, "place")) for form, kind in place_forms(address))
    for value in known.ids:
        needles.update((form, ("OTHER_ID", "id")) for form in id_forms(value))
    for phone in known.phones:
        needles.update((form, ("PHONE", "phone")) for form in phone_forms(phone))
    for email in known.emails:
        kind = "EMAIL" if "@" in email else "URL"
        needles.update({squeeze(email): (kind, "email")} if len(squeeze(email)) > 4 else {})
    return needles


class KnownMatcher:
    """Finds one patient's identifiers; made once per patient.

    Args:
        known: what the record names.
    """

    def __init__(self, known: KnownIdentifiers) -> None:
        people = {person(name) for name in known.names}
        self._people = sorted((p for p in people if p.parts), key=lambda p: p.parts)
        self._parts: dict[str, set[int]] = {}
        for index, one in enumerate(self._people):
            for part in {*one.parts, *_joined(one)}:
                self._parts.setdefault(part, set()).add(index)
        self._initials = {p.initials for p in self._people if 2 <= len(p.initials) <= 4} - _NOT_INITIALS
        self._unspaced = sorted(
            {w for p in self._people for w in (*p.parts, "".join(p.parts)) if _unspaced(w)}
        )
        self._years = {day for day in known.dates if len(day) == 4 and day.isdigit()}
        self._automaton = _automaton(_needles(known))

    def find(self, text: str) -> list[Found]:
        """Everything found in a shadow text: start, end, type, rule; may overlap."""
        if not (self._parts or self._automaton or self._years):
            return []
        words = [(m.group().casefold(), m.start(), m.end()) for m in WORD.finditer(text)]
        found = list(self._numbers(text, words)) if self._automaton else []
        if self._parts:
            found += self._names(text, words)
        found += [(s, e, "DATE", "year") for word, s, e in words if word in self._years]
        return found

    def _numbers(self, text: str, words: list[tuple[str, int, int]]) -> Iterator[Found]:
        joined = "".join(word for word, _, _ in words)
        if len(joined) < 4:
            return
        hits = list(self._automaton.iter(joined))
        if not hits:
            return
        place = [(s, w) for w, (word, s, _) in enumerate(words) for s in range(s, s + len(word))]
        for last, (length, kind, rule) in hits:
            first = last - length + 1
            (start, w0), (end, w1) = place[first], place[last]
            apart = _whole(text, start, end + 1) and _close(text, words, w0, w1)
            if apart and (kind != "CITY" or _is_place(text, start, end + 1)):
                yield start, end + 1, kind, rule

    def _names(self, text: str, words: list[tuple[str, int, int]]) -> Iterator[Found]:
        owners = [self._parts.get(word) for word, _, _ in words]
        count = len(words)
        for i, mine in enumerate(owners):
            if mine is None:
                continue
            word, start, end = words[i]
            beside = any(
                self._beside(text, words, owners, mine, i, j)
                for j in (i - 1, i + 1, i - 2, i + 2)
                if 0 <= j < count
            )
            if beside or self._alone(text, word, start, end):
                yield start, end, "NAME", "name"
                yield from self._initials_beside(text, words, mine, i)
        for match in _DOTTED.finditer(text) if self._initials else ():
            letters = "".join(c for c in match.group() if c.isalpha()).casefold()
            if letters in self._initials:
                yield match.start(), match.start() + len(match.group().rstrip()), "NAME", "initials"
        folded = text.casefold() if self._unspaced else ""
        for needle in self._unspaced if len(folded) == len(text) else ():
            at = folded.find(needle)
            while at >= 0:
                yield at, at + len(needle), "NAME", "name"
                at = folded.find(needle, at + 1)

    def _alone(self, text: str, word: str, start: int, end: int) -> bool:
        """Whether a part goes with nothing beside it: all but the commonest words in lower case."""
        if len(word) == 1 or word in _NEVER:
            return False
        if word in TITLES:
            return has_title(text, start)
        written = text[start:end]
        if written[:1].isupper() and (len(word) > 2 or not written.isupper()):
            return True
        if word in PARTICLES or is_frequent(word):
            return has_title(text, start)
        return True

    def _beside(  # noqa: PLR0913, PLR0917 (one note in three views)
        self,
        text: str,
        words: list[tuple[str, int, int]],
        owners: list[set[int] | None],
        mine: set[int],
        i: int,
        j: int,
    ) -> bool:
        """Whether word j is another part, or an initial, of a person whose part word i is."""
        if abs(i - j) == 2 and not _bridges(words[(i + j) // 2][0]):
            return False
        low, high = min(i, j), max(i, j)
        if any(not _BETWEEN.fullmatch(text, words[k][2], words[k + 1][1]) for k in range(low, high)):
            return False
        word, other = words[i][0], words[j][0]
        shared = mine & (owners[j] or set())
        if (
            len(word) > 1
            and len(other) > 1
            and ((shared and other != word) or any(self._people[p].parts.count(word) > 1 for p in shared))
        ):
            return True
        if len(other) == 1 and text[words[j][1]].isupper() and abs(i - j) == 1 and len(word) > 1:
            return any((other in self._people[p].initials and not word.startswith(other)) or
                       self._people[p].initials.count(other) > 1 for p in mine)  # fmt: skip
        return False

    def _initials_beside(
        self, text: str, words: list[tuple[str, int, int]], mine: set[int], i: int
    ) -> Iterator[Found]:
        """One or two initials in front of or behind a name go with it (``J. Q. Public``)."""
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(words) and abs(j - i) <= 2 and len(words[j][0]) == 1:
                a, b = (j, j + 1) if step < 0 else (j - 1, j)
                letter = words[j][0]
                if not _BETWEEN.fullmatch(text, words[a][2], words[b][1]):
                    break
                if not any(letter in self._people[p].initials for p in mine):
                    break
                yield words[j][1], words[j][2], "NAME", "initial"
                j += step


def _joined(one: Person) -> tuple[str, ...]:
    """``OBrien`` for ``O'Brien``, ``MercerLester`` for ``Mercer-Lester``."""
    pairs = zip(one.parts, one.parts[1:], strict=False)
    return tuple(a + b for a, b in pairs if len(a + b) > 3)


def _unspaced(word: str) -> bool:
    """Whether the word is of a script written without blanks (Han, Kana, Hangul, Thai)."""
    return len(word) > 1 and any(
        "\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in word
    )


def _automaton(needles: dict[str, tuple[str, str]]) -> Any:  # noqa: ANN401 (pyahocorasick has no types)
    if not needles:
        return None
    automaton = ahocorasick.Automaton()
    for form, (kind, rule) in sorted(needles.items()):
        automaton.add_word(form, (len(form), kind, rule))
    automaton.make_automaton()
    return automaton


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the range isn't a part of a longer word or number."""
    return not (_runs_on(text, start - 1, start) or _runs_on(text, end - 1, end))


def _runs_on(text: str, left: int, right: int) -> bool:
    if left < 0 or right >= len(text):
        return False
    a, b = text[left], text[right]
    return (a.isdigit() and b.isdigit()) or (a.isalpha() and b.isalpha())


def _close(text: str, words: list[tuple[str, int, int]], first: int, last: int) -> bool:
    return all(_GAP.fullmatch(text, words[k][2], words[k + 1][1]) for k in range(first, last))


def _is_place(text: str, start: int, end: int) -> bool:
    """A city that is a word too (Reading, Normal) needs a capital in mid-sentence or a state behind it."""
    value = text[start:end]
    if len(value.split()) > 1 or not is_common(value):
        return True
    return may_be_name(text, start, end) or re.match(r",?\s+[A-Z]{2}\b", text[end : end + 6]) is not None


@lru_cache(maxsize=64)
def matcher(known: KnownIdentifiers) -> KnownMatcher:
    """The matcher of a patient, kept for the next note of the same patient."""
    return KnownMatcher(known)


class KnownRecognizer(NoteRecognizer):
    """The first layer in Presidio's form; one per patient, given to `analyze` as an ad hoc recognizer."""

    NAME: ClassVar[str] = "known"
    ENTITY: ClassVar[str] = "NAME"

    def __init__(self, known: KnownMatcher) -> None:
        self._known = known
        super().__init__()

    def fingerprint(self) -> str:
        """The layer's name: what it looks for is data, not engine."""
        return self.NAME

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Every identifier of the patient, each with its own type."""
        note = nlp_artifacts if isinstance(nlp_artifacts, NoteArtifacts) else NoteArtifacts(text)
        note.check_deadline()
        results = []
        for start, end, kind, rule in self._known.find(text):
            result = self.result(start, end, 1.0, rule)
            result.entity_type = kind
            results.append(result)
        return results


def _bridges(word: str) -> bool:
    """Whether a word may stand between two parts of one name: an initial or a particle."""
    return len(word) == 1 or word in PARTICLES
