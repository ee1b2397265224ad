"""The forms in which a value may leave: rearranged, stripped, cut or hashed."""

import base64
import hashlib
import uuid
from collections.abc import Iterator
from typing import Final

from plummer.expectations.scan.folding import tokens_of

MIN_DIGITS: Final = 7
"""Fewer digits in a row are counts, codes and years far more often than identifiers."""
_MIN_REVERSED: Final = 6
"""Short names read backwards are words (Straw, warts)."""
_CUTS: Final = (32, 64)
"""Delta cuts strings in its statistics after 32 characters, parquet-mr in its page index after 64."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SPACES: Final = (uuid.NAMESPACE_DNS, uuid.NAMESPACE_URL, uuid.NAMESPACE_OID, uuid.NAMESPACE_X500)


def word_variants(value: str) -> dict[str, str]:
    """Folded word sequences that give a value away, each with the name of its form.

    Example:
        >>> word_variants("Jane Public")  # doctest: +NORMALIZE_WHITESPACE
        {'jane public': 'exact', 'janepublic': 'stripped', 'public jane': 'last_first',
         'cilbup enaj': 'reversed'}
    """
    forms: dict[str, str] = {}
    for words, form in _word_variants(value):
        forms.setdefault(words, form)
    return forms


def _word_variants(value: str) -> Iterator[tuple[str, str]]:
    words = tokens_of(value)
    exact = " ".join(words)
    yield exact, "exact"
    for digits in digit_variants(value):
        yield digits, "digits"
    if len(words) > 1:
        yield "".join(words), "stripped"
    if 2 <= len(words) <= 4 and all(word.isalpha() for word in words):
        yield " ".join((words[-1], *words[:-1])), "last_first"
    yield " ".join(tokens_of(value.translate(_UMLAUTS))), "transliterated"
    if len("".join(words)) >= _MIN_REVERSED:
        yield exact[::-1], "reversed"
    for cut in _CUTS:
        if len(value) > cut and (cut_words := tokens_of(value[:cut])):
            yield " ".join(cut_words), f"prefix{cut}"


def digit_variants(value: str) -> tuple[str, ...]:
    """The value's digits alone, and without leading zeros as a number column keeps them.

    Example:
        >>> digit_variants("(0)617-555-0100"), digit_variants("Room 12")
        (('06175550100', '6175550100'), ())
    """
    digits = "".join(char for word in tokens_of(value) for char in word if char in "0123456789")
    forms = dict.fromkeys((digits, digits.lstrip("0")))
    return tuple(form for form in forms if len(form) >= MIN_DIGITS)


def digest_variants(value: str) -> Iterator[tuple[bytes, str]]:
    """Unsalted digests of a value: as written, lower and upper case, and digits only.

    Anyone with a list of candidates undoes such a digest (8-digit numbers in about a minute).

    Example:
        >>> digests = {name: digest.hex() for digest, name in digest_variants("12345")}
        >>> digests["md5"]
        '827ccb0eea8a706c4c34a16891f84e7b'
    """
    stripped = value.strip()
    forms = dict.fromkeys((value, stripped, stripped.lower(), stripped.upper(), *digit_variants(value)))
    for form in forms:
        data = form.encode("utf-8", "replace")
        yield hashlib.md5(data, usedforsecurity=False).digest(), "md5"
        yield hashlib.sha1(data, usedforsecurity=False).digest(), "sha1"
        yield hashlib.sha256(data).digest(), "sha256"
        yield hashlib.sha512(data).digest(), "sha512"
        for space in _SPACES:
            # uuid.uuid5 by hand: its class costs ten times the hash.
            raw = bytearray(hashlib.sha1(space.bytes + data, usedforsecurity=False).digest()[:16])
            raw[6], raw[8] = raw[6] & 0x0F | 0x50, raw[8] & 0x3F | 0x80
            yield bytes(raw), "uuid5"


def encoded_digest(token: str) -> Iterator[tuple[bytes, str]]:
    """The bytes that a token may spell in hex, base32 or base64, cut to whole bytes.

    Example:
        >>> [name for _, name in encoded_digest("827ccb0eea8a706c4c34a16891f84e7b")]
        ['hex', 'base64']
    """
    bare = token.replace("-", "") if len(token) == 36 else token
    if not set(bare) - _HEX:
        yield bytes.fromhex(bare[: len(bare) // 2 * 2]), "hex"
    upper = token.upper()
    if not set(upper) - _BASE32:
        yield base64.b32decode(upper[: len(upper) // 8 * 8]), "base32"
    plain = token.translate(_URLSAFE)
    yield base64.b64decode(plain[: len(plain) // 4 * 4]), "base64"


_HEX: Final = frozenset("0123456789abcdefABCDEF")
_BASE32: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_URLSAFE: Final = str.maketrans("-_", "+/")
