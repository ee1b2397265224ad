"""Find a release, verify it, and read its tables without Spark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from plummer.pipelines.delta_log import actions, latest_version
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.manifest import MANIFEST, manifest_sha256, read_manifest, verify
from plummer.schemas.errors import ExitCode, PlummerError

BATCH_ROWS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Released:
    """A release whose files are as they were written.

    Attributes:
        folder: the release's folder.
        facts: what its manifest says (name, version, time_mode, policy, tables).
        manifest_sha256: sha256 of the manifest's bytes, hex.
    """

    folder: Path
    facts: Mapping[str, Any]
    manifest_sha256: str

    def files(self, table: str) -> list[Path]:
        """A table's files that hold rows, in the order of the release: by subject, or by the table's key.

        Raises:
            PlummerError: ``release_table`` (exit 5) where the table isn't one of a release.
        """
        parts = _parts(self.folder / table)
        if len(parts) < 2:
            return parts
        names = pq.read_schema(parts[0]).names
        key = "subject_id" if "subject_id" in names else names[0]
        firsts = {part: _first(part, key) for part in parts}
        # what belongs to no subject stands first
        return sorted(parts, key=lambda part: (firsts[part] is not None, firsts[part]))

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns; none where it has no rows."""
        parts = _parts(self.folder / table)
        return list(pq.read_schema(parts[0]).names) if parts else []

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """A table's rows in the order of the release: by subject, then in the subject's own order.

        A release's files hold ranges of pseudonyms that don't overlap, so the order of their first
        rows is the order of all.

        Args:
            table: events, subjects, codes, resources or notes.
            columns: columns to read; the first decides the order of the files.

        Raises:
            PlummerError: ``release_table`` (exit 5) where the table isn't one of a release.
        """
        for path in sorted(_parts(self.folder / table), key=lambda part: _first(part, columns[0])):
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(BATCH_ROWS, columns=list(columns))


def find_release(home: Home, release: str) -> Path:
    """The folder of a release that is named by folder, NAME (its newest version) or NAME/VERSION.

    Raises:
        PlummerError: ``not_a_release`` (exit 2).
    """
    known = Ledger(home.ledger).releases() if home.ledger.is_file() else ()
    named = [one for one in known if release in (one.name, f"{one.name}/{one.version}")]
    places = [home.releases / one.name / one.version for one in reversed(named)]
    for place in [*places, Path(release)]:
        if (place / MANIFEST).is_file():
            return place.absolute()
    message = "no release here: name its folder, NAME or NAME/VERSION; see plummer release list"
    raise PlummerError("not_a_release", message, ExitCode.USAGE)


def newest_release(home: Home) -> Path:
    """The folder of the home's newest release.

    Raises:
        PlummerError: ``not_a_release`` (exit 2) where it has none.
    """
    found = Ledger(home.ledger).releases() if home.ledger.is_file() else ()
    if not found:
        message = "the home has no release: name one, or make one with plummer run"
        raise PlummerError("not_a_release", message, ExitCode.USAGE)
    return (home.releases / found[-1].name / found[-1].version).absolute()


def open_release(folder: Path) -> Released:
    """Verify a release against its manifest, and open it.

    Raises:
        PlummerError: ``not_a_release`` (exit 2), ``release_changed`` (exit 5).
    """
    facts = read_manifest(folder)
    if not verify(folder).intact:
        message = "the release isn't as it was written: plummer release verify"
        raise PlummerError("release_changed", message, ExitCode.INTEGRITY)
    return Released(folder, facts, manifest_sha256(folder))


def _parts(table: Path) -> list[Path]:
    """The files of a released table, whose only version is 0."""
    uri = table.absolute().as_uri()
    if latest_version(uri) != 0:
        message = "a released table must have exactly one version"
        raise PlummerError("release_table", message, ExitCode.INTEGRITY, table.name)
    added = [action["add"]["path"] for action in actions(uri, 0) if "add" in action]
    paths = [table / unquote(path) for path in added]
    return [path for path in paths if pq.read_metadata(path).num_rows]


def _first(path: Path, column: str) -> Any:  # noqa: ANN401 (the column's type)
    with pq.ParquetFile(path) as file:
        return next(file.iter_batches(1, columns=[column])).column(0)[0].as_py()
