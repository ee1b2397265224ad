"""Open a release for research: verify it, ask whether it was withdrawn, write down who reads it and why."""

import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plummer.pipelines.export.released import Released, find_release
from plummer.pipelines.export.released import open_release as open_verified
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.manifest import SIGNATURE
from plummer.pipelines.research.access import Access, checked_purpose, ledger_of, user
from plummer.schemas.errors import ExitCode, PlummerError

SMALL_CELL: Final = 11
"""What k is at least: CMS's cell size policy withholds counts of 1 to 10 persons."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified release, what is known of its standing, and where its reads are written down.

    Attributes:
        released: its folder and manifest.
        access: where reads are recorded.
        state: candidate or published, as its home's ledger says; ``unknown`` for a copy without one.
        signed: whether a signature lies beside the manifest.
    """

    released: Released
    access: Access
    state: str
    signed: bool

    @property
    def k(self) -> int:
        """The smallest count of persons that is shown."""
        return max(SMALL_CELL, int(self._said("k", SMALL_CELL)))

    @property
    def row_level(self) -> bool:
        """Whether the policy lets single rows be queried."""
        return self._said("row_level_sql", True) is True

    def require_row_level(self) -> None:
        """Refuse to show single rows where the policy forbids it.

        Raises:
            PlummerError: ``row_level_forbidden`` (exit 4).
        """
        if not self.row_level:
            message = "the release's policy forbids looking at single rows: count with --aggregate"
            raise PlummerError("row_level_forbidden", message, ExitCode.GATE_CLOSED)

    def _said(self, name: str, default: object) -> Any:  # noqa: ANN401 (JSON)
        return self.released.facts["policy"].get(name, default)


def open_for(
    release: Path | str, purpose: str, *, home: Path | str | None = None, require_signed: bool = False
) -> Opened:
    """Open a release, and write that down.

    Args:
        release: its folder, or with `home` also NAME or NAME/VERSION.
        purpose: what it is read for, one line.
        home: the home whose ledger knows the release; by default the one that its folder lies in.
        require_signed: refuse a release without a signature. Whose signature it is isn't looked at yet.

    Raises:
        PlummerError: ``purpose_missing``, ``not_a_release``, ``access_unrecorded`` (exit 2),
            ``release_withdrawn`` (4), ``release_changed``, ``release_unsigned``, ``ledger_unreadable`` (5).
    """
    why = checked_purpose(purpose)
    folder = find_release(Home.at(home), str(release)) if home else Path(release).expanduser().absolute()
    root = Path(home).expanduser().absolute() if home else _home_of(folder)
    released = open_verified(folder)
    state = _state(root, released)
    signed = (folder / SIGNATURE).is_file()
    if require_signed and not signed:
        raise PlummerError("release_unsigned", "the release has no signature", ExitCode.INTEGRITY)
    opened = Opened(released, Access(ledger_of(root), _facts(released, why)), state, signed)
    opened.access.record("open", state=state, signed=signed)
    return opened


def _facts(released: Released, purpose: str) -> dict[str, str]:
    said = released.facts
    return {
        "run_id": f"q{secrets.token_hex(10)}",
        "release": f"{said['name']}/{said['version']}",
        "manifest_sha256": released.manifest_sha256,
        "purpose": purpose,
        "user": user(),
    }


def _home_of(folder: Path) -> Path | None:
    """The home around ``released/NAME/VERSION``."""
    above = folder.resolve().parents
    if len(above) > 2 and above[1].name == "released" and (above[2] / "ledger.sqlite").is_file():
        return above[2]
    return None


def _state(root: Path | None, released: Released) -> str:
    """The release's state, by its manifest, so that a copy under another name is known too."""
    if root is None:
        return "unknown"
    try:
        found = Ledger(Home.at(root).ledger).releases() if (root / "ledger.sqlite").is_file() else ()
    except (OSError, sqlite3.Error):
        message = "the home's ledger can't be read, so nobody knows whether the release was withdrawn"
        raise PlummerError("ledger_unreadable", message, ExitCode.INTEGRITY) from None
    states = {one.state for one in found if one.manifest_sha256 == released.manifest_sha256}
    if "withdrawn" in states:
        message = "the release was withdrawn: plummer release list shows what stands in its place"
        raise PlummerError("release_withdrawn", message, ExitCode.GATE_CLOSED)
    return next(iter(sorted(states)), "unknown")
