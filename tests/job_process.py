"""Runs of the whole job in processes of their own, and what a home or a release then holds."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

SEED = 20252
PATIENTS = 2
IDENTIFIED = ("resources", "quarantine", "loads", "index", "identities", "crosswalk")
DERIVED = ("deid/resources", "deid/notes", "timeline/events", "timeline/subjects", "timeline/codes")
_MAIN = "from plummer.pipelines.cli.main import main; main()"
# what differs between equal contents: loads, engine times, and what only says where a row stood
_LEFT_OUT = {"load_id", "seconds", "run_id"}


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit code, the JSON object, standard error."""

    code: int
    data: dict[str, Any]
    errors: str


def command(home: Path, source: Path, *extra: str) -> list[str]:
    run = ["run", "--source", f"fhir={source}", "--home", str(home), "--json", *extra]
    return [sys.executable, "-c", _MAIN, *run]


def environment(**extra: str) -> dict[str, str]:
    """The environment without what an earlier run in this process may have set."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PLUMMER_HOME", "PLUMMER_STORAGE", "TMPDIR")}
    return {**kept, **extra}


def run(home: Path, source: Path, *extra: str, prefix: tuple[str, ...] = (), **env: str) -> Ended:
    done = subprocess.run(
        [*prefix, *command(home, source, *extra)],
        env=environment(**env), capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    return Ended(done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr)


def start(home: Path, source: Path) -> subprocess.Popen[bytes]:
    """A run that can be killed with all it started: it leads a session of its own."""
    return subprocess.Popen(
        command(home, source), env=environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill_session(leader: subprocess.Popen[bytes]) -> None:
    """SIGKILL to every process of the session: Python, the JVM, Spark's workers."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                # after the name in brackets: state, parent, group, session
                session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
                if session == leader.pid:
                    os.kill(int(folder.name), signal.SIGKILL)
    leader.wait()


def copy_home(home: Path, target: Path) -> Path:
    """A home of its own with the same key, tables, crosswalk and ledger."""
    shutil.copytree(home, target, symlinks=True, ignore=shutil.ignore_patterns("scratch"))
    return target


def rows(table: Path) -> list[dict[str, Any]]:
    """A Delta table's rows, read without Spark."""
    found: list[dict[str, Any]] = DeltaTable(str(table)).to_pyarrow_table().to_pylist()
    return found


def content(table: Path) -> str:
    """sha256 over the rows in canonical form, sorted (design.md, Same content); not Plummer's own code."""
    lines = sorted(
        json.dumps({k: _plain(v) for k, v in row.items() if k not in _LEFT_OUT}, sort_keys=True)
        for row in rows(table)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        parts = [_plain(part) for part in value]
        # a map comes as a list of pairs in no order of its own
        pairs = bool(parts) and all(isinstance(part, list) and len(part) == 2 for part in parts)
        return sorted(parts) if pairs else parts
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def derived(home: Path) -> dict[str, str]:
    """Content hashes of everything outside the identified zone but releases."""
    return {name: content(home / name) for name in DERIVED}


def counts(home: Path, tables: tuple[str, ...] = IDENTIFIED) -> dict[str, int]:
    """Rows of the identified tables."""
    return {name: len(rows(home / "identified" / name)) for name in tables}


def repeated(home: Path) -> int:
    """Received rows that stand more than once."""
    places = Counter(
        (row["site"], row["load_id"], row["file"], row["line"], row["entry"])
        for row in rows(home / "identified" / "resources")
    )
    return sum(times - 1 for times in places.values())
