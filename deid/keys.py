"""The root key of a home, and the subkeys that workers get.

One file per domain, ``keys/<domain>.key``, readable by its owner only. Subkeys come by HKDF-SHA256
(RFC 5869), one per purpose, so that whoever learns one can neither compute another nor the root.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from plummer.schemas.errors import ExitCode, PlummerError

KEY_BYTES: Final = 32
DEFAULT_DOMAIN: Final = "main"
_FORMAT_VERSION: Final = 1
_DOMAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MODES: Final = (0o600, 0o400)
_LARGEST_FILE: Final = 4096


class Purpose(StrEnum):
    """What a subkey is for; the text goes into HKDF's info, so it never changes."""

    LOOKUP = "lookup"
    SEAL = "seal"
    RESOURCE_ID = "resource-id"
    SUBJECT_ID = "subject-id"
    IDENTIFIER = "identifier"
    DATE_SHIFT = "date-shift"
    SURROGATE = "surrogate"
    CROSSWALK_MAC = "crosswalk-mac"
    AUDIT_MAC = "audit-mac"


_VAULT: Final = frozenset({Purpose.LOOKUP, Purpose.SEAL, Purpose.CROSSWALK_MAC})
"""Purposes whose subkeys only lock the crosswalk and its joins."""


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF with SHA-256 (https://www.rfc-editor.org/rfc/rfc5869).

    Example:
        >>> hkdf(bytes([11] * 22), b"", b"", 4).hex()
        '8da4e775'
    """
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


@dataclass(frozen=True, slots=True, repr=False)
class RootKey:
    """A home's root key; stays in the driver and can't be pickled.

    Pseudonyms, date shifts and surrogates come from the root; what only the crosswalk is locked with
    comes from the vault secret, which can be replaced while pseudonyms stay (`resealed`).

    Attributes:
        domain: audience within which pseudonyms agree.
        epoch: key generation, from 1.

    Example:
        >>> key = RootKey("main", 1, bytes(32))
        >>> key, len(key.subkey("lookup"))
        (RootKey(domain='main', epoch=1, fingerprint='0a19aa7d139cad6b'), 32)
    """

    domain: str
    epoch: int
    _root: bytes = field(repr=False)
    _vault: bytes | None = field(repr=False, default=None)

    def subkey(self, purpose: Purpose | str) -> bytes:
        """32 bytes for one purpose.

        Raises:
            ValueError: the purpose isn't one of `Purpose`.
        """
        kind = Purpose(purpose)
        secret = self._vault if self._vault is not None and kind in _VAULT else self._root
        return hkdf(secret, self.domain.encode(), f"v1|{kind.value}|{self.domain}|{self.epoch}".encode())

    def of_epoch(self, epoch: int) -> "RootKey":
        """The same secrets in another epoch: older rows of the crosswalk are sealed under theirs."""
        return replace(self, epoch=epoch)

    def resealed(self) -> "RootKey":
        """The same key with a new vault secret."""
        return replace(self, _vault=secrets.token_bytes(KEY_BYTES))

    @property
    def fingerprint(self) -> str:
        """16 hex digits that tell two keys apart and nothing about either; kept in the ledger."""
        message = f"plummer key fingerprint|{self.domain}|{self.epoch}".encode()
        if self._vault is not None:
            message += b"|" + hmac.digest(self._vault, message, hashlib.sha256)
        return hmac.digest(self._root, message, hashlib.sha256).hex()[:16]

    def __repr__(self) -> str:
        return f"RootKey(domain={self.domain!r}, epoch={self.epoch}, fingerprint={self.fingerprint!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        # Spark pickles what a closure holds; a worker must never get the root
        raise TypeError("the root key doesn't leave the driver; hand over subkeys")


def key_path(folder: Path, domain: str = DEFAULT_DOMAIN) -> Path:
    """Where a domain's key file is.

    Raises:
        PlummerError: ``domain_name`` (exit 2).
    """
    if _DOMAIN.fullmatch(domain) is None:
        raise PlummerError(
            "domain_name", "a domain is 1 to 64 of a-z, 0-9, - and _, not led by a sign", ExitCode.USAGE
        )
    return folder / f"{domain}.key"


def init_key(folder: Path, domain: str = DEFAULT_DOMAIN, from_file: Path | None = None) -> RootKey:
    """Create a domain's key file, drawn afresh or brought from another home.

    Args:
        folder: the home's key folder; made with mode 0700 if it isn't there.
        domain: name of the domain.
        from_file: a key file of ours, 32 raw bytes, or those in hex; owner and mode are checked alike.

    Raises:
        PlummerError: ``key_exists``, ``domain_name`` or ``key_domain`` (exit 2); ``key_mode``,
            ``key_missing`` or ``key_format`` for `from_file` (exit 5).
    """
    path = key_path(folder, domain)
    if path.exists() or path.is_symlink():
        raise _exists(domain)
    key = (
        RootKey(domain, 1, secrets.token_bytes(KEY_BYTES)) if from_file is None else _bring(from_file, domain)
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, key)
    return key


def load_key(folder: Path, domain: str = DEFAULT_DOMAIN) -> RootKey:
    """Read a domain's key file.

    Raises:
        PlummerError: ``key_missing``, ``key_mode``, ``key_format`` or ``key_domain`` (exit 5).
    """
    key = _parse(_read(key_path(folder, domain)), domain)
    if key.domain != domain:
        raise PlummerError("key_domain", "the key file is of another domain", ExitCode.INTEGRITY, domain)
    return key


def next_path(folder: Path, domain: str = DEFAULT_DOMAIN) -> Path:
    """Where the key waits that a rotation is about to put in place."""
    return key_path(folder, domain).with_suffix(".next")


def stage_next(folder: Path, key: RootKey) -> RootKey:
    """Write the key of a rotation beside the present one, or take the one that waits there."""
    path = next_path(folder, key.domain)
    if not path.exists():
        _write(path, key)
    return _parse(_read(path), key.domain)


def adopt_next(folder: Path, domain: str = DEFAULT_DOMAIN) -> None:
    """Put the waiting key in the present one's place, in one step; nothing where none waits."""
    path = next_path(folder, domain)
    if path.exists():
        path.replace(key_path(folder, domain))


def _exists(domain: str) -> PlummerError:
    return PlummerError(
        "key_exists", "the domain has a key already; it is never replaced", ExitCode.USAGE, domain
    )


def _bring(source: Path, domain: str) -> RootKey:
    key = _parse(_read(source), domain)
    if key.domain != domain:
        raise PlummerError("key_domain", "the given key is of another domain", ExitCode.USAGE, domain)
    return key


def _read(path: Path) -> bytes:
    """Bytes of a key file whose owner and mode are right, checked on the open file (S-01)."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise PlummerError(
            "key_missing", "no key file for the domain; bring it back or run keys init", ExitCode.INTEGRITY
        ) from None
    except OSError:
        raise PlummerError(
            "key_mode", "the key file can't be opened or is a link", ExitCode.INTEGRITY
        ) from None
    try:
        _check_owner_and_mode(os.fstat(handle))
        return os.read(handle, _LARGEST_FILE)
    finally:
        os.close(handle)


def _check_owner_and_mode(info: os.stat_result) -> None:
    right = stat.S_ISREG(info.st_mode) and stat.S_IMODE(info.st_mode) in _MODES
    if not right or info.st_uid != os.geteuid():
        raise PlummerError(
            "key_mode", "the key file must be yours with mode 0600 or 0400: chmod 600 it", ExitCode.INTEGRITY
        )


def _parse(content: bytes, domain: str) -> RootKey:
    """A key from our JSON, from 32 raw bytes or from 64 hex digits."""
    if len(content) == KEY_BYTES:
        return RootKey(domain, 1, content)
    try:
        if len(stripped := content.strip()) == 2 * KEY_BYTES:
            return RootKey(domain, 1, bytes.fromhex(stripped.decode("ascii")))
        return _parse_json(content)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise PlummerError(
            "key_format", "the key file is damaged; bring it back from its copy", ExitCode.INTEGRITY
        ) from None


def _parse_json(content: bytes) -> RootKey:
    fields = json.loads(content)
    root = base64.b64decode(fields["key"], validate=True)
    domain, epoch = fields["domain"], fields["epoch"]
    vault = base64.b64decode(fields["vault"], validate=True) if "vault" in fields else None
    valid = fields["version"] == _FORMAT_VERSION and {len(root), len(vault or root)} == {KEY_BYTES}
    if not valid or type(epoch) is not int or epoch < 1 or _DOMAIN.fullmatch(domain) is None:
        raise ValueError("key file")
    return RootKey(domain, epoch, root, vault)


def _write(path: Path, key: RootKey) -> None:
    """Write under a passing name and link it into place, so that no half key is ever read."""
    fields: dict[str, object] = {
        "version": _FORMAT_VERSION,
        "domain": key.domain,
        "epoch": key.epoch,
        "key": base64.b64encode(key._root).decode(),
    }
    if key._vault is not None:
        fields["vault"] = base64.b64encode(key._vault).decode()
    passing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(json.dumps(fields) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        os.link(passing, path)
    except FileExistsError:
        raise _exists(key.domain) from None
    finally:
        passing.unlink()
