"""Lookups, pseudonyms, sealed ids and date shifts: everything that is computed from a subkey.

Under ``safe_harbor`` a pseudonym must not be derived from information about the person (45 CFR
164.514(c)(1)), so it is drawn (`draw`) from a seed that is thrown away; under the other profiles it
is keyed (`keyed_resource_id`, `keyed_subject_id`).
"""

import base64
import hmac
import os
import unicodedata
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plummer.schemas.errors import ExitCode, PlummerError

LOOKUP_BYTES: Final = 16
RESOURCE_ID_LENGTH: Final = 26
LARGEST_SHIFT: Final = 365
_SUBJECT_IDS: Final = 2**63 - 1
_NONCE_BYTES: Final = 12


def _prefixed(*parts: bytes) -> bytes:
    """Parts with their lengths in front, so that a|bc and ab|c differ."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _text(value: str) -> bytes:
    value = value.strip()
    # a lone surrogate can stand in JSON; it must not stop the run
    return (value if value.isascii() else unicodedata.normalize("NFC", value)).encode(
        "utf-8", "surrogatepass"
    )


def _mac(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, _prefixed(*parts), "sha256")


def lookup(key: bytes, site: str, name: str) -> bytes:
    """16 bytes that stand for a name of a site in joins.

    Args:
        key: subkey of purpose ``lookup``.
        site: name of the site.
        name: normalised reference, e.g. ``Patient/7`` (plummer.schemas.references).

    Example:
        >>> lookup(bytes(32), "main", "Patient/7").hex()
        '82cd7b2af17bdd56b85cc94a67c85cf5'
        >>> lookup(bytes(32), "mainP", "atient/7") == lookup(bytes(32), "main", "Patient/7")
        False
    """
    return _mac(key, _text(site), _text(name))[:LOOKUP_BYTES]


def resource_pseudonym(bits: bytes) -> str:
    """26 lower-case base32 characters (130 bits), a legal FHIR id.

    Args:
        bits: 17 bytes or more, random or keyed.

    Example:
        >>> resource_pseudonym(bytes(range(32)))
        'aaaqeayeaudaocajbifqydiob4'
    """
    return base64.b32encode(bits[:17]).decode("ascii")[:RESOURCE_ID_LENGTH].lower()


def subject_pseudonym(bits: bytes, bump: int = 0) -> int:
    """A subject_id in 1..2^63-1 from the first 63 bits, counted up by `bump` after a collision.

    Example:
        >>> subject_pseudonym(bytes([255] * 8)) == 2**63 - 1, subject_pseudonym(bytes([255] * 8), 1)
        (True, 1)
    """
    first = int.from_bytes(bits[:8], "big") >> 1
    return (max(first, 1) - 1 + bump) % _SUBJECT_IDS + 1


def keyed_resource_id(key: bytes, site: str, name: str) -> str:
    """Pseudonym of a resource by HMAC-SHA256; `key` is the subkey of purpose ``resource-id``."""
    return resource_pseudonym(_mac(key, _text(site), _text(name)))


def keyed_subject_id(key: bytes, site: str, name: str, bump: int = 0) -> int:
    """Pseudonym of a patient by HMAC-SHA256; `key` is the subkey of purpose ``subject-id``."""
    return subject_pseudonym(_mac(key, _text(site), _text(name)), bump)


def identifier_scope(system: str, site: str, path: str = "") -> str:
    """Within what an identifier's value names one thing: its system, or a path of a site where it has none.

    Example:
        >>> identifier_scope("http://x.invalid", "main")
        'system http://x.invalid'
        >>> identifier_scope("", "main", "Coverage.subscriberId")
        'site main Coverage.subscriberId'
    """
    return f"system {system.strip()}" if system.strip() else f"site {site} {path}".rstrip()


def keyed_identifier(key: bytes, scope: str, value: str) -> str:
    """Pseudonym of an identifier by HMAC-SHA256; `key` is the subkey of purpose ``identifier``.

    Args:
        key: the subkey.
        scope: as `identifier_scope` has it.
        value: the identifier as received; space around it doesn't count.

    Example:
        >>> keyed_identifier(bytes(32), "system http://x.invalid", "A1")
        '5lrendesvp4xp62xgmfgdjlwif'
    """
    return resource_pseudonym(_mac(key, _text(scope), _text(value)))


def draw(seed: bytes, index: int) -> bytes:
    """The 32 random bytes at a place of the stream that a seed opens.

    A Spark task that is retried must draw the same again, so the randomness is all in `seed`: 32
    bytes of ``os.urandom`` made on the driver for one draw and thrown away after it. `index` is a
    row's ordinal, never anything about the person.
    """
    return hmac.digest(seed, index.to_bytes(16, "big"), "sha256")


def seal(  # noqa: PLR0913, PLR0917 (the columns of a crosswalk row)
    key: bytes, kind: str, domain: str, epoch: int, lookup: bytes, pseudonym: str, real_id: str
) -> bytes:
    """AES-256-GCM of a real id with the row's other columns as associated data: nonce, then text.

    Example:
        >>> sealed = seal(bytes(32), "subject", "main", 1, b"L", "42", "main/Patient/7")
        >>> unseal(bytes(32), "subject", "main", 1, b"L", "42", sealed)
        'main/Patient/7'
    """
    nonce = os.urandom(_NONCE_BYTES)
    data = _associated(kind, domain, epoch, lookup, pseudonym)
    return nonce + AESGCM(key).encrypt(nonce, real_id.encode("utf-8", "surrogatepass"), data)


def unseal(  # noqa: PLR0913, PLR0917 (the columns of a crosswalk row)
    key: bytes, kind: str, domain: str, epoch: int, lookup: bytes, pseudonym: str, sealed: bytes
) -> str:
    """The real id of a crosswalk row.

    Raises:
        PlummerError: ``crosswalk_tampered`` (exit 5): wrong key, or any column isn't what was written.
    """
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        opened = AESGCM(key).decrypt(nonce, text, _associated(kind, domain, epoch, lookup, pseudonym))
    except (InvalidTag, ValueError):
        raise PlummerError(
            "crosswalk_tampered", "a crosswalk row doesn't open: wrong key or changed", ExitCode.INTEGRITY
        ) from None
    return opened.decode("utf-8", "surrogatepass")


def _associated(kind: str, domain: str, epoch: int, lookup: bytes, pseudonym: str) -> bytes:
    return _prefixed(kind.encode(), domain.encode(), str(epoch).encode(), lookup, pseudonym.encode())


def date_shift(key: bytes, subject_name: str) -> int:
    """Whole days to take off all of a subject's dates, 1 to 365, uniform.

    Args:
        key: subkey of purpose ``date-shift``.
        subject_name: the patient's key after merges, ``SITE/ID``.

    Example:
        >>> date_shift(bytes(32), "main/7")
        150
    """
    # 16-bit words above the largest multiple of 365 are drawn again, or small shifts would be likelier
    limit = 2**16 // LARGEST_SHIFT * LARGEST_SHIFT
    block = 0
    while True:
        stream = _mac(key, _text(subject_name), block.to_bytes(4, "big"))
        for at in range(0, len(stream), 2):
            if (word := int.from_bytes(stream[at : at + 2], "big")) < limit:
                return word % LARGEST_SHIFT + 1
        block += 1


def subject_secret(key: bytes, subject_name: str) -> bytes:
    """A subject's own 32 bytes for surrogates; `key` is the subkey of purpose ``surrogate``."""
    return _mac(key, _text(subject_name))


def row_mac(key: bytes, *columns: bytes) -> int:
    """A row's MAC as an integer below 2^256, for sums that don't depend on the rows' order."""
    return int.from_bytes(_mac(key, *columns), "big")
