"""The home's ledger: value-free state of stages, checks, releases and runs, in one sqlite file.

It holds codes, counts, hashes, pseudonym-free paths of our own tables, never a value of a record or
the path of a delivery (those are in the identified zone).
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_SCHEMA: Final = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists stages (
    name text primary key, fingerprint text not null, run_id text not null, result text not null,
    seconds real not null
);
create table if not exists landings (delivery text primary key, run_id text not null, result text not null);
create table if not exists checks (name text primary key, run_id text not null, result text not null);
create table if not exists releases (
    name text not null, version text not null, state text not null, fingerprint text not null,
    run_id text not null, manifest_sha256 text not null, created text not null,
    primary key (name, version)
);
create table if not exists runs (
    run_id text primary key, state text not null, profile text not null, started text not null,
    finished text, account text
);
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A release as the ledger knows it; its folder is ``released/NAME/VERSION``."""

    name: str
    version: str
    state: str
    fingerprint: str
    run_id: str
    manifest_sha256: str
    created: str


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What a stage last did: the fingerprint of what went in, and its result as plain data."""

    name: str
    fingerprint: str
    run_id: str
    result: Mapping[str, Any]
    seconds: float


class Ledger:
    """State of one home.

    Example:
        >>> import tempfile
        >>> ledger = Ledger(Path(tempfile.mkdtemp()) / "ledger.sqlite")
        >>> ledger.put("key_fingerprint", "ab12")
        >>> ledger.get("key_fingerprint"), ledger.get("nothing")
        ('ab12', None)
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as db:
            db.executescript(_SCHEMA)
        path.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=30)
        try:
            with db:
                yield db
        finally:
            db.close()

    def put(self, key: str, value: Any) -> None:  # noqa: ANN401 (any JSON value)
        """Set a named value (JSON)."""
        with self._open() as db:
            db.execute("insert or replace into meta values (?, ?)", (key, json.dumps(value)))

    def get(self, key: str) -> Any:  # noqa: ANN401 (any JSON value)
        """A named value, None where it was never set."""
        with self._open() as db:
            row = db.execute("select value from meta where key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def record_stage(self, record: StageRecord) -> None:
        """Remember what a stage did, in place of what it did before."""
        values = (record.name, record.fingerprint, record.run_id, json.dumps(record.result), record.seconds)
        with self._open() as db:
            db.execute("insert or replace into stages values (?, ?, ?, ?, ?)", values)

    def stage(self, name: str) -> StageRecord | None:
        """What a stage last did."""
        with self._open() as db:
            row = db.execute("select * from stages where name = ?", (name,)).fetchone()
        return None if row is None else StageRecord(row[0], row[1], row[2], json.loads(row[3]), row[4])

    def forget_stage(self, name: str) -> None:
        """Make a stage run again, since what it left is gone."""
        with self._open() as db:
            db.execute("delete from stages where name = ?", (name,))

    def record_landing(self, delivery: str, run_id: str, result: Mapping[str, Any]) -> None:
        """Remember the account of a delivery's first landing; a repeat changes nothing."""
        with self._open() as db:
            db.execute(
                "insert or ignore into landings values (?, ?, ?)", (delivery, run_id, json.dumps(result))
            )

    def amend_landing(
        self,
        delivery: str,
        account: Mapping[str, int],
        reasons: Mapping[str, int],
        uncarried: Mapping[str, int] | None = None,
    ) -> None:
        """Set the account of a delivery's landing after its refused units were tried again.

        Args:
            delivery: its id.
            account: units by what became of them.
            reasons: refused units by reason.
            uncarried: what its mapping can't carry, by field; None leaves what was told.
        """
        with self._open() as db:
            row = db.execute("select result from landings where delivery = ?", (delivery,)).fetchone()
            if row is not None:
                told = {**json.loads(row[0]), "account": dict(account), "reasons": dict(reasons)}
                told |= {} if uncarried is None else _left_behind(told, uncarried)
                db.execute("update landings set result = ? where delivery = ?", (json.dumps(told), delivery))

    def knows_landing(self, delivery: str) -> bool:
        """Whether the account of a delivery's first landing is known."""
        with self._open() as db:
            return db.execute("select 1 from landings where delivery = ?", (delivery,)).fetchone() is not None

    def landings(self) -> list[dict[str, Any]]:
        """What every delivery came to, by delivery id."""
        with self._open() as db:
            rows = db.execute("select result from landings order by delivery").fetchall()
        return [json.loads(result) for (result,) in rows]

    def uncarried(self, delivery: str) -> dict[str, int]:
        """What a delivery's landing told that its mapping can't carry, by field."""
        with self._open() as db:
            row = db.execute("select result from landings where delivery = ?", (delivery,)).fetchone()
        return {} if row is None else dict(json.loads(row[0]).get("uncarried", {}))

    def record_check(self, name: str, run_id: str, result: Mapping[str, Any]) -> None:
        """Remember a check's typed result."""
        with self._open() as db:
            db.execute("insert or replace into checks values (?, ?, ?)", (name, run_id, json.dumps(result)))

    def checks(self) -> dict[str, dict[str, Any]]:
        """The latest result of every check, by name."""
        with self._open() as db:
            rows = db.execute("select name, result from checks order by name").fetchall()
        return {name: json.loads(result) for name, result in rows}

    def record_release(self, release: Release) -> None:
        """Add a release, or set its state."""
        values = tuple(getattr(release, name) for name in Release.__slots__)
        with self._open() as db:
            db.execute("insert or replace into releases values (?, ?, ?, ?, ?, ?, ?)", values)

    def releases(self) -> tuple[Release, ...]:
        """All releases, oldest first."""
        with self._open() as db:
            rows = db.execute("select * from releases order by created, name, version").fetchall()
        return tuple(Release(*row) for row in rows)

    def start_run(self, run_id: str, profile: str, started: str) -> None:
        """A run has begun; runs that never ended were killed."""
        with self._open() as db:
            db.execute("update runs set state = 'killed' where state = 'running'")
            db.execute(
                "insert or replace into runs values (?, 'running', ?, ?, null, null)",
                (run_id, profile, started),
            )

    def end_run(self, run_id: str, state: str, finished: str, account: Mapping[str, int] | None) -> None:
        """A run has ended as ``done``, ``gate_closed`` or ``failed``."""
        text = None if account is None else json.dumps(account)
        with self._open() as db:
            db.execute(
                "update runs set state = ?, finished = ?, account = ? where run_id = ?",
                (state, finished, text, run_id),
            )

    def runs(self) -> list[dict[str, Any]]:
        """All runs, oldest first, as plain data."""
        with self._open() as db:
            db.row_factory = sqlite3.Row
            rows = db.execute("select * from runs order by started, run_id").fetchall()
        return [{**dict(row), "account": json.loads(row["account"] or "null")} for row in rows]


def _left_behind(told: Mapping[str, Any], uncarried: Mapping[str, int]) -> dict[str, Any]:
    """A landing's ``uncarried`` and the warning that sums it; neither where there was and is nothing."""
    if not uncarried and not told.get("uncarried"):
        return {}
    others = {code: n for code, n in told.get("warnings", {}).items() if code != "fields_uncarried"}
    more = {"fields_uncarried": sum(uncarried.values())} if uncarried else {}
    return {"uncarried": dict(uncarried), "warnings": dict(sorted({**others, **more}.items()))}
