"""The key of a home: made with the home, and from then on the one its data was made with."""

from plummer.deid.keys import RootKey, init_key, key_path, load_key, next_path
from plummer.pipelines import progress
from plummer.pipelines.delta_log import latest_version
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import RESOURCES


def known_key(home: Home, domain: str) -> RootKey | None:
    """The key of a home, None where the home has neither key nor data. Writes nothing.

    Raises:
        PlummerError: ``key_missing`` where there is data, ``key_mode``, ``key_format``, ``key_domain``, or
            ``key_mismatch`` where the home's data was made with another, ``rotation_unfinished`` where
            `keys rotate` was killed (exit 5).
    """
    if rotation_unfinished(home, domain):
        message = "a rotation of the key was begun and not finished; run the same `keys rotate` again"
        raise PlummerError("rotation_unfinished", message, ExitCode.INTEGRITY, domain)
    fingerprint = Ledger(home.ledger).get(f"key:{domain}") if home.ledger.is_file() else None
    path = key_path(home.keys, domain)
    if not (path.exists() or path.is_symlink() or fingerprint) and latest_version(home.table(RESOURCES)) < 0:
        return None
    key = load_key(home.keys, domain)
    refuse_another(key, fingerprint)
    return key


def refuse_another(key: RootKey, fingerprint: str | None) -> None:
    """Refuse a key that isn't the one the ledger knows, if it knows one.

    Raises:
        PlummerError: ``key_mismatch`` (exit 5).
    """
    if fingerprint not in (None, key.fingerprint):
        message = "the key isn't the one this home's data was made with; restore the right key file"
        raise PlummerError("key_mismatch", message, ExitCode.INTEGRITY, key.domain)


def rotation_unfinished(home: Home, domain: str) -> bool:
    """Whether `keys rotate` was begun and not finished."""
    told = Ledger(home.ledger).get(rotation_name(domain)) if home.ledger.is_file() else None
    return told is not None or next_path(home.keys, domain).exists()


def rotation_name(domain: str) -> str:
    """The ledger's name for a rotation under way."""
    return f"rotation:{domain}"


def ensure_key(home: Home, domain: str) -> None:
    """Create the key of a home that has neither key nor data.

    Raises:
        PlummerError: see `known_key`.
    """
    if known_key(home, domain) is None:
        init_key(home.keys, domain)
        progress.PlainLines().started(f"key of domain {domain} created; keep a copy of the keys folder")
