"""The first key of a home."""

from plummer.deid.keys import init_key, key_path
from plummer.pipelines import progress
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger


def ensure_key(home: Home, domain: str) -> None:
    """Create the key of a home that has neither key nor data; data without a key is refused later."""
    ledger = Ledger(home.ledger)
    if key_path(home.keys, domain).exists() or ledger.get(f"key:{domain}") is not None:
        return
    if (home.root / "identified" / "resources").exists():
        return
    init_key(home.keys, domain)
    progress.PlainLines().started(f"key of domain {domain} created; keep a copy of the keys folder")
