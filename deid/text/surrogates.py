"""Invented identifiers in the place of found ones: plausible, and the same for the same patient.

What seeds them is the subject's secret, which is random and in no relation to what is replaced (45 CFR
164.514(c)(1)): a name of the record is drawn by its position in the record, any other by the order in
which the note names it. Only where ``by_value`` is set, under a determination by an expert, does the value
itself go into a keyed hash, which makes strangers agree across notes as well.

Per mention, every mention is drawn anew: a missed name then can't be told from the invented ones around it by
its being different (https://doi.org/10.1093/jamia/ocz114, the parrot attack).
"""

import hashlib
import hmac
import random
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from plummer.deid.context import KnownIdentifiers
from plummer.deid.text.shadow import fold
from plummer.deid.text.spans import Span
from plummer.deid.text.surrogate_names import WORD, cased, invented_name, sort_of
from plummer.deid.text.surrogate_shapes import by_shape, other_place, other_words

_LETTERS: Final = "ABCDEFGHJKLMNPRSTVW"
_TITLES: Final = re.compile(r"(?:dr|mr|mrs|ms|jr|sr|ii|iii|iv|md|do|rn|np|phd)", re.IGNORECASE)


class Replacement(StrEnum):
    """What stands in an identifier's place."""

    TAGS = "tags"
    CONSISTENT = "consistent"
    PER_MENTION = "per_mention"


class Surrogates:
    """The invented identifiers of one subject in one note.

    Args:
        secret: the subject's random secret, 16 bytes or more.
        known: what the record names; drawn by position, and never handed back.
        how: the same for each value, or new for each mention.
        note: says which note it is (a pseudonym, never text), so that strangers of two notes differ.
        by_value: strangers agree across notes, through a keyed hash of the value.

    Example:
        >>> made = Surrogates(b"k" * 32, KnownIdentifiers(names=("Fadumo Warsame",)))
        >>> made.name("Fadumo") == made.name("FADUMO").capitalize() != "Fadumo"
        True
    """

    def __init__(
        self,
        secret: bytes,
        known: KnownIdentifiers,
        how: Replacement = Replacement.CONSISTENT,
        *,
        note: str = "",
        by_value: bool = False,
    ) -> None:
        self._secret = secret
        self._how = how
        self._note = note
        self._by_value = by_value
        self._drawn: dict[tuple[str, str], str] = {}
        self._count: dict[str, int] = {}
        self._mention = 0
        self._own: dict[str, tuple[int, int]] = {}
        self._barred = self._know(known)

    def _know(self, known: KnownIdentifiers) -> frozenset[str]:
        for person, name in enumerate(known.names):
            for part, word in enumerate(WORD.findall(fold(name))):
                self._own.setdefault(word.casefold(), (person, part))
        values = (*known.names, *known.addresses, *known.ids, *known.phones, *known.emails)
        return frozenset(word for value in values for word in re.findall(r"\w+", fold(value).casefold()))

    def _rng(self, *what: str) -> random.Random:
        message = "\x1f".join(what).encode()
        return random.Random(hmac.new(self._secret, message, hashlib.sha256).digest())  # noqa: S311 (seeded on purpose)

    def _draw(self, kind: str, value: str, make: Callable[[random.Random], str]) -> str:
        """What stands for a value: drawn once, and kept, unless each mention is drawn anew."""
        if self._how is Replacement.PER_MENTION:
            self._mention += 1
            return make(self._rng("mention", self._note, kind, str(self._mention)))
        key = (kind, fold(value).casefold())
        if key not in self._drawn:
            self._drawn[key] = make(self._seeded(kind, key[1]))
        return self._drawn[key]

    def _seeded(self, kind: str, folded: str) -> random.Random:
        if folded in self._own:
            person, part = self._own[folded]
            return self._rng("record", kind, str(person), str(part))
        if self._by_value:
            return self._rng("value", kind, folded)
        self._count[kind] = ordinal = self._count.get(kind, 0) + 1
        return self._rng("note", self._note, kind, str(ordinal))

    def written(self, span: Span, value: str) -> str:
        """What to write in a span's place; dates and ages are for the profile, not for here."""
        if span.type == "NAME":
            return self.name(value)
        if span.type == "CITY":
            return self._draw("CITY", value, lambda rng: cased(other_place(value, rng, self._barred), value))
        if span.type in {"COUNTY", "STREET", "ORGANIZATION"}:
            return self._draw(span.type, value, lambda rng: other_words(value, rng, self._barred))
        return self._draw(span.type, value, lambda rng: by_shape(span.type, value, rng, self._barred))

    def name(self, value: str) -> str:
        """A name with every word and initial changed, commas, titles and case kept."""
        words = [m for m in WORD.finditer(value) if not _TITLES.fullmatch(m.group())]
        long = [m for m in words if len(m.group()) > 1]
        origin = next(
            (o for o in (sort_of(m.group())[1] for m in long) if o not in {"english", "census"}), ""
        )
        turned = "," in value or "^" in value
        if self._how is Replacement.PER_MENTION:
            self._mention += 1
        out, position = [], 0
        for index, match in enumerate(words):
            word = match.group()
            last = index == 0 if turned else match is long[-1] if long else False
            out += [
                value[position : match.start()],
                self._part(word, last and (turned or len(long) > 1), origin),
            ]
            position = match.end()
        return "".join([*out, value[position:]])

    def _part(self, word: str, family: bool, origin: str) -> str:
        if len(word) == 1:
            choices = _LETTERS.replace(word.upper(), "")
            return cased(self._draw("INITIAL", word, lambda rng: rng.choice(choices)), word)
        kind = "family" if family or sort_of(word)[0] == "family" else "given"
        name = self._draw("NAME", word, lambda rng: invented_name(word, kind, rng, self._barred, origin))
        return cased(name, word)
