"""Where things rest in a home: zones, keys, ledger, Dagster instance, scratch."""

import os
from dataclasses import dataclass
from pathlib import Path

from plummer.pipelines.storage import is_local, local_path
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import TableSpec


@dataclass(frozen=True, slots=True)
class Home:
    """One hospital's folder.

    Attributes:
        root: local folder with keys, ledger, Dagster instance and scratch.
        storage: URI of the storage root that holds the tables; the home itself by default.

    Example:
        >>> from plummer.schemas.tables import EVENTS
        >>> Home(Path("/h"), "file:///h").table(EVENTS)
        'file:///h/timeline/events'
    """

    root: Path
    storage: str

    @classmethod
    def at(cls, root: Path | str, storage: str | None = None) -> "Home":
        """The home at a path; its storage root is the folder itself unless given."""
        path = Path(root).expanduser().absolute()
        return cls(path, (storage or path.as_uri()).rstrip("/"))

    def table(self, spec: TableSpec) -> str:
        """URI of a table."""
        return f"{self.storage}/{spec.path}"

    @property
    def keys(self) -> Path:
        """Folder of the key files (0700)."""
        return self.root / "keys"

    @property
    def ledger(self) -> Path:
        """The ledger's file: value-free state of loads, stages and releases."""
        return self.root / "ledger.sqlite"

    @property
    def deliveries(self) -> Path:
        """Where deliveries are registered with their paths; part of the identified zone."""
        return self.root / "identified" / "deliveries"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME of this home."""
        return self.root / "dagster"

    @property
    def scratch(self) -> Path:
        """Spark's encrypted local files and TMPDIR; wiped at start and stop."""
        return self.root / "scratch"

    @property
    def folder(self) -> Path:
        """The storage root as a path; the home's root where it is an object store."""
        return Path(local_path(self.storage)) if is_local(self.storage) else self.root

    @property
    def releases(self) -> Path:
        """Folder of the releases, which need a local or a shared POSIX storage root."""
        return self.folder / "released"

    def require_folder(self) -> None:
        """Refuse a storage root that can't be scanned file by file or hold a release.

        Raises:
            PlummerError: ``storage_not_local`` (exit 2).
        """
        if not is_local(self.storage):
            message = "validating and releasing need a storage root on a local or a shared file system"
            raise PlummerError("storage_not_local", message, ExitCode.USAGE)

    def create(self) -> None:
        """Make the folders, readable by the owner only."""
        os.umask(0o077)
        for folder in (
            self.root,
            self.root / "identified",
            self.keys,
            self.deliveries,
            self.dagster,
            self.scratch,
        ):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
