"""The access ledger: who read what of which release, and why; one JSON object a line, chained by hash.

It holds no row of a release and no text of a query: of SQL the sha256 and the columns that it names, since
a query may quote what it looks for. The purpose is what the reader wrote. In a home it rests in the
identified zone (``identified/access.jsonl``), since a purpose may name anything. Every line carries the
sha256 of the one before, so that a line that was changed or taken out of the middle shows.
"""

import fcntl
import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from plummer.schemas.errors import ExitCode, PlummerError

VARIABLE: Final = "PLUMMER_ACCESS_LEDGER"
_START: Final = "0" * 64
_PURPOSE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,500}")


@dataclass(frozen=True, slots=True)
class Access:
    """Where reads of one opened release are written down.

    Attributes:
        ledger: the ledger's file.
        facts: what every line of this opening says: run, release, purpose, user.
    """

    ledger: Path
    facts: Mapping[str, Any]

    def record(self, action: str, **told: object) -> None:
        """Write down one read before it happens.

        Args:
            action: open, table, sql, aggregate, timeline, cohort, view or meds.
            told: table, columns, sha256 of a query: never a value.

        Raises:
            PlummerError: ``access_unrecorded`` (exit 2) where the ledger can't be written; nothing is read.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": now, **self.facts, "action": action, **told}
        try:
            with _locked(self.ledger) as file:
                text = json.dumps({**line, "previous": _previous(file)}, sort_keys=True, ensure_ascii=False)
                os.write(file, text.encode() + b"\n")
        except OSError:
            message = f"the access ledger can't be written, so nothing is read: name another with {VARIABLE}"
            raise PlummerError("access_unrecorded", message, ExitCode.USAGE) from None


def ledger_of(home: Path | None) -> Path:
    """The ledger to write to: ``PLUMMER_ACCESS_LEDGER``, else the home's, else the reader's own.

    Args:
        home: root of the home that the release belongs to; None for a copy that was handed over.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if home is not None:
        return home / "identified" / "access.jsonl"
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "plummer" / "access.jsonl"


def user() -> str:
    """The account that reads, as the system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def checked_purpose(purpose: str) -> str:
    """A purpose as it is written down.

    Raises:
        PlummerError: ``purpose_missing`` (exit 2) where it is empty, over 500 characters or of several lines.

    Example:
        >>> checked_purpose("  sepsis model, IRB 2026-114 ")
        'sepsis model, IRB 2026-114'
    """
    kept = purpose.strip()
    if not _PURPOSE.fullmatch(kept):
        message = "say in one line of up to 500 characters what the data is read for"
        raise PlummerError("purpose_missing", message, ExitCode.USAGE)
    return kept


def entries(ledger: Path) -> Iterator[dict[str, Any]]:
    """The lines of a ledger, oldest first, as long as the chain holds.

    Raises:
        PlummerError: ``access_chain`` (exit 5) after a line that was changed, or where one was put in or
            taken out; ``ref`` is the line's number. Lines that are missing at the end leave no trace.
    """
    previous = _START
    with ledger.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                entry = json.loads(line)
                if entry["previous"] != previous:
                    raise ValueError
            except (ValueError, KeyError, TypeError):
                message = "the access ledger isn't as it was written"
                raise PlummerError("access_chain", message, ExitCode.INTEGRITY, f"line {number}") from None
            previous = hashlib.sha256(line).hexdigest()
            yield entry


@contextmanager
def _locked(ledger: Path) -> Iterator[int]:
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(ledger, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _previous(file: int) -> str:
    """sha256 of the last line."""
    size = os.fstat(file).st_size
    if not size:
        return _START
    width = 1 << 16
    while True:
        tail = os.pread(file, min(width, size), max(0, size - width))
        start = tail.rfind(b"\n", 0, -1)
        if start >= 0 or width >= size:
            return hashlib.sha256(tail[start + 1 :]).hexdigest()
        width *= 2
