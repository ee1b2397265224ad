"""A release as a researcher holds it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow.parquet as pq

from plummer.pipelines.arrow_types import arrow_schema
from plummer.pipelines.export.tasks import ready_task, ready_tasks
from plummer.pipelines.research import engine
from plummer.pipelines.research.aggregate import aggregated
from plummer.pipelines.research.cohort import COLUMNS as _EVENTS
from plummer.pipelines.research.cohort import Cohort, find_cohort
from plummer.pipelines.research.opening import Opened, open_for
from plummer.pipelines.research.table import Anything, Table
from plummer.pipelines.research.task import read_task
from plummer.pipelines.research.timeline import COLUMNS, Timeline, read_timeline
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import RELEASE_TABLES


@dataclass(frozen=True, slots=True)
class Release:
    """An opened release. What is read of it is written down in the access ledger.

    Attributes:
        opened: its folder, manifest and standing.
        tables: its tables by name.
    """

    opened: Opened
    tables: Mapping[str, Table]
    _engine: list[Anything]  # the connection, once it is needed

    def __repr__(self) -> str:
        """Name, version, state and tables."""
        said = self.facts
        return f"<release {said['name']}/{said['version']}, {self.opened.state}: {', '.join(self.tables)}>"

    @property
    def folder(self) -> Path:
        """The release's folder."""
        return self.opened.released.folder

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the manifest says: name, version, profile, time_mode, policy, gates, tables."""
        return self.opened.released.facts

    @property
    def run_id(self) -> str:
        """The id under which the reads of this opening stand in the access ledger."""
        return str(self.opened.access.facts["run_id"])

    @property
    def manifest_sha256(self) -> str:
        """sha256 of the manifest, which names the release beyond doubt."""
        return self.opened.released.manifest_sha256

    @property
    def k(self) -> int:
        """The smallest count of persons that an aggregate shows."""
        return self.opened.k

    @property
    def events(self) -> Table:
        """One row per event of a subject."""
        return self.table("events")

    @property
    def subjects(self) -> Table:
        """One row per subject."""
        return self.table("subjects")

    @property
    def codes(self) -> Table:
        """One row per code, with its description, parents and counts."""
        return self.table("codes")

    @property
    def resources(self) -> Table:
        """One row per scrubbed FHIR resource, as JSON."""
        return self.table("resources")

    @property
    def notes(self) -> Table:
        """One row per scrubbed note."""
        return self.table("notes")

    def table(self, name: str) -> Table:
        """A table by its name.

        Raises:
            PlummerError: ``table_missing`` (exit 2).
        """
        if name not in self.tables:
            message = f"this release has {', '.join(self.tables)}"
            raise PlummerError("table_missing", message, ExitCode.USAGE)
        return self.tables[name]

    def sql(self, query: str, *, aggregate: bool = False) -> Anything:
        """Run one SELECT over the release's tables, in DuckDB's SQL, without any other access.

        Args:
            query: the query; tables are events, subjects, codes, resources and notes, and
                ``known_at(TIME)`` is the events as they were known at a time.
            aggregate: count distinct subjects by group, with small counts withheld (`aggregated`).

        Returns:
            A DuckDB relation, whose rows are read when it is asked for them; of an aggregate an Arrow table.

        Raises:
            PlummerError: ``sql_malformed``, ``sql_not_select``, ``sql_forbidden``, ``sql_failed``,
                ``sql_aggregate`` (exit 2); ``row_level_forbidden`` (4).
        """
        connection = self._connection()
        tree = engine.parsed(connection, query)
        if not aggregate:
            self.opened.require_row_level()
        read = engine.columns_read(tree, {name: table.columns for name, table in self.tables.items()})
        sha256 = hashlib.sha256(query.encode()).hexdigest()
        self.opened.access.record("aggregate" if aggregate else "sql", query_sha256=sha256, columns=read)
        if aggregate:
            return aggregated(connection, tree, self.opened.k)
        with engine.telling():
            return connection.sql(query)

    def timeline(self, subject_id: int, *, known_at: datetime | int | None = None) -> Timeline:
        """The story of one subject: ``print`` it, or see its `Timeline.svg`.

        Args:
            subject_id: the subject's pseudonym.
            known_at: a time, or under time mode ``relative`` a day: the story as it was known then.

        Raises:
            PlummerError: ``row_level_forbidden`` (exit 4), ``access_unrecorded`` (2).
        """
        self.opened.require_row_level()
        # whose timeline it was isn't written down: the ledger holds no pseudonym
        self.opened.access.record("timeline", columns={"events": list(COLUMNS)})
        relative = self.facts["time_mode"] == "relative"
        return read_timeline(self.events, self.codes, subject_id, relative=relative, known_at=known_at)

    def cohort(self, task: Path | str) -> Cohort:
        """Who is in a cohort, and how many were left after each criterion.

        Args:
            task: a task of ACES, as a YAML file, or the name of one that comes with Plummer. A part of ACES
                is read (`plummer.pipelines.research.task`); the rest is refused, never passed over.

        Raises:
            PlummerError: ``task_missing``, ``task_malformed``, ``task_unsupported`` (exit 2);
                ``row_level_forbidden`` (4).
        """
        self.opened.require_row_level()
        made = read_task(_task_text(str(task)))
        self.opened.access.record("cohort", columns={"events": list(_EVENTS)})
        return find_cohort(made, self.opened.released.batches("events", _EVENTS), self.k)

    def _connection(self) -> Anything:
        if not self._engine:
            self._engine.append(engine.connect(self.tables))
        return self._engine[0]

    def _relation(self, query: str) -> Anything:
        with engine.telling():
            return self._connection().sql(query)


def open_release(
    release: Path | str, purpose: str, *, home: Path | str | None = None, require_signed: bool = False
) -> Release:
    """Open a release for research: verify its files, refuse one that was withdrawn, write down who reads it.

    Args:
        release: its folder; with `home` also NAME (its newest version) or NAME/VERSION.
        purpose: what it is read for, in one line; it is written into the access ledger.
        home: the home that knows the release, where that isn't the one its folder lies in.
        require_signed: refuse a release without a signature.

    Raises:
        PlummerError: see `plummer.pipelines.research.opening.open_for`.
    """
    opened = open_for(release, purpose, home=home, require_signed=require_signed)
    held: dict[str, Table] = {}
    made = Release(opened, MappingProxyType(held), [])
    for name in RELEASE_TABLES:
        if (made.folder / name).is_dir():
            held[name] = _table(made, name)
    return made


def _task_text(task: str) -> str:
    path = Path(task).expanduser()
    if not path.is_file() and task in ready_tasks():
        return ready_task(task)
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        message = f"no such file, and no task of that name among {', '.join(ready_tasks())}"
        raise PlummerError("task_missing", message, ExitCode.USAGE) from None


def _table(release: Release, name: str) -> Table:
    opened = release.opened
    files = tuple(opened.released.files(name))
    schema = pq.read_schema(files[0]) if files else arrow_schema(RELEASE_TABLES[name])
    seen = partial(_record, opened)
    return Table(name, tuple(schema.names), files, schema.remove_metadata(), seen, release._relation)


def _record(opened: Opened, table: str, columns: Sequence[str]) -> None:
    if table != "codes":  # whose rows are nobody's
        opened.require_row_level()
    opened.access.record("table", columns={table: list(columns)})
