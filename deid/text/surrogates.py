"""Invented identifiers in the place of found ones: plausible, and the same for the same patient.

What seeds them is the subject's secret. Under ``safe_harbor`` that is random and in no relation to what is
replaced (45 CFR 164.514(c)(1)), and so is the choice: a name of the record is drawn by its position in the
record, any other value by the order in which the first note that has it names it. Where ``by_value`` is set,
under a determination by an expert, the value itself goes into a keyed hash, which makes the choice the same
whatever else is known of the patient.

Per mention, every mention is drawn anew: a missed name then can't be told from the invented ones around it by
its being different (https://doi.org/10.1093/jamia/ocz114, the parrot attack).
"""

import hmac
import random
import re
from collections.abc import Container, Iterable
from enum import StrEnum
from typing import Final, Protocol

from plummer.deid.context import KnownIdentifiers
from plummer.deid.text.shadow import fold
from plummer.deid.text.spans import Span
from plummer.deid.text.surrogate_names import (
    WORD,
    cased,
    invented_name,
    origin_of,
    sort_of,
    words_of_name,
)
from plummer.deid.text.surrogate_shapes import (
    by_shape,
    is_institution,
    keeps,
    other_number,
    other_place,
    other_word,
    rewritten,
)
from plummer.deid.text.taken import bare

_LETTERS: Final = "ABCDEFGHJKLMNPRSTVW"
_PHONES: Final = frozenset({"PHONE", "FAX"})
_APART: Final = frozenset({"EMAIL", "URL", "IP", "USERNAME", "SSN"})
_LOCAL_NUMBER: Final = 7


class Replacement(StrEnum):
    """What stands in an identifier's place; the words of a policy's ``text``."""

    TAGS = "tags"
    CONSISTENT = "surrogates"
    PER_MENTION = "randomised"


class Writer(Protocol):
    """Says what to write in the place of an identifier that is neither a date nor an age."""

    def written(self, span: Span, value: str) -> str:
        """What stands for the value that a span covers."""
        ...


class Surrogates:
    """The invented identifiers of one subject, through all of their notes.

    Args:
        secret: the subject's secret, 16 bytes or more.
        known: what the record names; drawn first, and never handed back.
        how: the same for each value, or new for each mention.
        note: the note in hand, as `of_note`.
        by_value: the choice is a keyed hash of the value, not its position.
        taken: values of the home that must not be handed back, beside the record's.

    Example:
        >>> made = Surrogates(b"k" * 32, KnownIdentifiers(names=("Fadumo Warsame",)))
        >>> made.name("Fadumo") == made.name("FADUMO").capitalize() != "Fadumo"
        True
    """

    def __init__(  # noqa: PLR0913 (each a property of the policy or the subject)
        self,
        secret: bytes,
        known: KnownIdentifiers,
        how: Replacement = Replacement.CONSISTENT,
        *,
        note: str = "",
        by_value: bool = False,
        taken: Container[str] = frozenset(),
    ) -> None:
        self._secret = secret
        self._how = how
        self._by_value = by_value
        self._taken = taken
        self._seeds: dict[tuple[str, str], tuple[str, ...]] = {}
        self._names: dict[str, str] = {}
        self._people = 0
        self._parts: frozenset[str] = frozenset()
        self._words: set[str] = set()
        self._whole: set[str] = set()
        self.of_note(note)
        self.learn(known)

    def of_note(self, note: str) -> "Surrogates":
        """Turn to a note, named by something that isn't text of it, such as a pseudonym; the same object."""
        self._note = note
        self._mention = 0
        self._here: dict[tuple[str, str], int] = {}
        self._kinds: dict[str, int] = {}
        return self

    def learn(self, known: KnownIdentifiers) -> None:
        """Take what the record names: none of it is handed back, and each name gets another."""
        values = (*known.names, *known.addresses, *known.ids, *known.phones, *known.emails)
        self._words.update(word for value in values for word in re.findall(r"\w+", fold(value).casefold()))
        self._whole.update(map(bare, values))
        self._whole.update(bare(value)[-_LOCAL_NUMBER:] for value in known.phones)
        self._parts |= {word.casefold() for name in known.names for word in WORD.findall(fold(name))}
        if self._how is Replacement.CONSISTENT:
            self._people_of(known.names)

    def _people_of(self, names: Iterable[str]) -> None:
        """Draw for each part of each full name, where the whole name tells gender, origin and order."""
        for name in names:
            words = [match.group() for match in words_of_name(name, lambda _: True)]
            origin = origin_of(words)
            for part, word in enumerate(words):
                key = fold(word).casefold()
                if len(word) > 1 and key not in self._names:
                    family = part == (0 if "," in name else len(words) - 1) and len(words) > 1
                    seed = (
                        ("value", "NAME", key) if self._by_value else ("record", str(self._people), str(part))
                    )
                    self._names[key] = self._invented(word, origin, self._rng(*seed), family=family)
            self._people += 1

    def _rng(self, *what: str) -> random.Random:
        message = "\x1f".join(what).encode("utf-8", "surrogatepass")
        return random.Random(hmac.digest(self._secret, message, "sha256"))  # noqa: S311 (seeded on purpose)

    def _free(self, word: str) -> bool:
        return word.casefold() not in self._words and word not in self._taken

    def _free_whole(self, value: str) -> bool:
        plain = bare(value)
        return (
            plain not in self._whole
            and (len(plain) < _LOCAL_NUMBER or plain[-_LOCAL_NUMBER:] not in self._whole)
            and value.casefold() not in self._words
            and value not in self._taken
        )

    def _seeded(self, kind: str, key: str) -> random.Random:
        """The chance that belongs to a value: the same for each mention of it, or new for each."""
        if self._how is Replacement.PER_MENTION:
            self._mention += 1
            return self._rng("mention", self._note, kind, str(self._mention))
        if self._by_value:
            return self._rng("value", kind, key)
        # counted for every value of a note, drawn before or not: what one note adds moves nothing in another
        if (kind, key) not in self._here:
            self._here[kind, key] = self._kinds[kind] = self._kinds.get(kind, 0) + 1
        return self._rng(
            *self._seeds.setdefault((kind, key), ("note", self._note, kind, str(self._here[kind, key])))
        )

    def written(self, span: Span, value: str) -> str:
        """What to write in a span's place; dates and ages are for the profile, not for here."""
        made = self._written(span.type, value)
        return made if made and bare(made) != bare(value) else f"[{span.type}]"

    def _written(self, kind: str, value: str) -> str:
        if kind == "NAME":
            return self.name(value)
        if kind == "CITY" and not is_institution(value):
            return self._place(value)
        if kind in {"CITY", "COUNTY", "STREET", "ORGANIZATION"}:
            return self._rewritten(value)
        return by_shape(kind, value, self._seeded(*_number(kind, value)), self._free_whole)

    def _place(self, value: str) -> str:
        rng = self._seeded("CITY", " ".join(fold(value).casefold().split()))
        return cased(other_place(value, rng, self._free), value)

    def _rewritten(self, value: str) -> str:
        made = rewritten(value, lambda part: part if self._stays(part) else self._other(part))
        return made if made != value else rewritten(value, self._other)

    def _stays(self, part: str) -> bool:
        return not part.isdigit() and keeps(part) and fold(part).casefold() not in self._parts

    def _other(self, part: str) -> str:
        rng = self._seeded("PLACE", fold(part).casefold())
        return (other_number if part.isdigit() else other_word)(part, rng, self._free)

    def name(self, value: str) -> str:
        """A name with every word and initial changed, commas, titles and case kept."""
        words = words_of_name(value, lambda word: fold(word).casefold() in self._parts)
        long = [match for match in words if len(match.group()) > 1]
        turned = "," in value or "^" in value
        family = (words[0] if turned else long[-1]) if len(long) > 1 or (turned and words) else None
        origin = origin_of([match.group() for match in long])
        pieces, position = [], 0
        for match in words:
            part = self._part(match.group(), origin, family=match is family)
            pieces += [value[position : match.start()], part]
            position = match.end()
        return "".join([*pieces, value[position:]]) if all(pieces[1::2]) else ""

    def _part(self, word: str, origin: str, *, family: bool) -> str:
        key = fold(word).casefold()
        if len(word) == 1:
            choices = _LETTERS.replace(fold(word).upper(), "")
            return cased(self._seeded("INITIAL", key).choice(choices), word)
        if self._how is Replacement.PER_MENTION:
            return cased(self._invented(word, origin, self._seeded("NAME", key), family=family), word)
        if key not in self._parts:
            rng = self._seeded("NAME", key)
            self._names[key] = self._names.get(key) or self._invented(word, origin, rng, family=family)
        return cased(self._names[key], word)

    def _invented(self, word: str, origin: str, rng: random.Random, *, family: bool) -> str:
        kind = "family" if family or sort_of(word)[0] == "family" else "given"
        return invented_name(word, kind, rng, self._free, origin)


def _number(kind: str, value: str) -> tuple[str, str]:
    """Kind and key of a number: the same for every form of it, and whatever it was taken for."""
    plain = bare(value)
    if kind in _PHONES:
        return "PHONE", plain[-_LOCAL_NUMBER:]
    return (kind, plain) if kind in _APART else ("ID", plain)
