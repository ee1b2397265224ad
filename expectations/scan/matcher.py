"""Finds every needle, in every form, in one pass over folded text."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import ahocorasick
import numpy as np

from plummer.expectations.scan.folding import fold, slices
from plummer.expectations.scan.variants import (
    MIN_DIGITS,
    digest_variants,
    digit_variants,
    encoded_digest,
    word_variants,
)

Hit = tuple[int, str]
"""Position of the needle, name of the form."""

# At least seven digits with at most three separators between two: telephone, SSN, record numbers.
# Texts are full of shorter numbers: looking ahead and never going back halves what those cost.
_NUMBER: Final = re.compile(rb"[0-9](?=[0-9 \-./()]{6})(?:[ \-./()]{0,3}+[0-9]){6,}+")
_DIGITS: Final = re.compile(rb"[0-9]+")
_DECIMAL: Final = re.compile(rb"[0-9]+\.[0-9]+")
_LONGEST: Final = 24
_PREFIX: Final = 8
_REMEMBERED: Final = 200_000


class Matcher:
    """An automaton over the forms of the needles, an index of their digests.

    Args:
        values: the needles' values; a hit names one by its position.

    Example:
        >>> matcher = Matcher(["Jane Public", "617-555-0100"])
        >>> sorted(matcher.words("Call PUBLIC, Jane at (617) 555.0100 today"))
        [(0, 'last_first'), (1, 'digits'), (1, 'exact')]
        >>> sorted(matcher.words("Janet Public, 6175550100"))
        [(1, 'digits')]
    """

    def __init__(self, values: Sequence[str]) -> None:
        self._values = tuple(values)
        # Pieces of a text overlap by more than the longest needle, so that none is cut.
        self._overlap = max(1024, 2 * max(map(len, self._values), default=0))
        self._owners: list[list[Hit]] = []
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        self._numbers: dict[str, list[int]] = {}
        for position, value in enumerate(self._values):
            self._add(position, value)
        self._automaton.make_automaton()
        self._prefixes, self._digest_owners = self._index_digests()
        self._clean_numbers: set[bytes] = set()

    def _add(self, position: int, value: str) -> None:
        for words, form in word_variants(value).items():
            # The spaces make a match a whole word, without a check at every hit.
            slot = self._automaton.get(f" {words} ", len(self._owners))
            if slot == len(self._owners):
                self._owners.append([])
                self._automaton.add_word(f" {words} ", slot)
            self._owners[slot].append((position, form))
        for digits in digit_variants(value):
            self._numbers.setdefault(digits, []).append(position)

    def _index_digests(self) -> tuple["np.ndarray[tuple[int], np.dtype[np.uint64]]", list[int]]:
        """First eight bytes of every digest, sorted; short enough for millions, long enough to be rare."""
        pairs = sorted(
            (int.from_bytes(digest[:_PREFIX], "big"), position)
            for position, value in enumerate(self._values)
            for digest, _ in digest_variants(value)
        )
        return np.array([prefix for prefix, _ in pairs], dtype=np.uint64), [owner for _, owner in pairs]

    def words(self, text: str) -> set[Hit]:
        """Hits of whole words, and of digits however they are grouped."""
        found: set[Hit] = set()
        for piece in slices(text, max(1 << 17, self._overlap * 4), self._overlap):
            # an automaton without a word can't be asked
            for _, slot in self._automaton.iter(fold(piece)) if self._owners else ():
                found.update(self._owners[slot])
            if self._numbers:
                found.update(self._grouped(piece))
        return found

    def _grouped(self, text: str) -> set[Hit]:
        runs = set(_NUMBER.findall(text.encode("utf-8", "replace"))) - self._clean_numbers
        found: set[Hit] = set()
        for run in runs:
            # A single point is a decimal number: 72.84316 isn't record 7284316.
            hits = set() if _DECIMAL.fullmatch(run) else self._joined(_DIGITS.findall(run))
            found.update(hits)
            if not hits:
                self._clean_numbers.add(run)
        if len(self._clean_numbers) > _REMEMBERED:
            self._clean_numbers.clear()
        return found

    def _joined(self, groups: list[bytes]) -> set[Hit]:
        """Every join of neighbouring groups that is a needle's number; one group alone is a word."""
        found: set[Hit] = set()
        for start in range(len(groups)):
            joined = groups[start].decode()
            for group in groups[start + 1 :]:
                joined += group.decode()
                if len(joined) > _LONGEST:
                    break
                if len(joined) >= MIN_DIGITS:
                    found.update((position, "digits") for position in self._numbers.get(joined, ()))
        return found

    def digests(self, tokens: Iterable[str]) -> set[Hit]:
        """Hits among tokens of at least 16 characters that spell an unsalted digest, whole or cut.

        Example:
            >>> import hashlib
            >>> token = hashlib.sha256(b"Jane Public").hexdigest()
            >>> Matcher(["Jane Public"]).digests([token, token[:20], "0" * 64])
            {(0, 'sha256/hex')}
        """
        spelled = [
            (data, how) for token in tokens for data, how in encoded_digest(token) if len(data) >= _PREFIX
        ]
        if not spelled or not len(self._prefixes):
            return set()
        keys = np.array([int.from_bytes(data[:_PREFIX], "big") for data, _ in spelled], dtype=np.uint64)
        places = np.searchsorted(self._prefixes, keys)
        equal = self._prefixes[np.minimum(places, len(self._prefixes) - 1)] == keys
        return {
            hit
            for index in np.flatnonzero(equal).tolist()
            for hit in self._confirmed(spelled[index], int(keys[index]), int(places[index]))
        }

    def _confirmed(self, spelled: tuple[bytes, str], key: int, place: int) -> set[Hit]:
        data, how = spelled
        found: set[Hit] = set()
        while place < len(self._prefixes) and int(self._prefixes[place]) == key:
            owner = self._digest_owners[place]
            for digest, name in digest_variants(self._values[owner]):
                # Cut tokens count; text that goes on after a whole digest (base64 of it) does too.
                if digest.startswith(data) or data.startswith(digest):
                    found.add((owner, f"{name}/{how}"))
            place += 1
        return found
