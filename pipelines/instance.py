"""The home's own Dagster instance: telemetry off, nothing on disk but what the home shows."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from dagster import DagsterInstance
from sqlalchemy import event
from sqlalchemy.engine import Engine

from plummer.pipelines.home import Home

DELIVERIES = "deliveries"
"""Name of the dynamic partitions; keys are delivery ids, never file names."""


def prepare(home: Home) -> None:
    """Make DAGSTER_HOME from the packaged settings and point this process at the home."""
    home.create()
    settings = files("plummer.pipelines").joinpath("dagster.yaml").read_text()
    target = home.dagster / "dagster.yaml"
    if not target.is_file() or target.read_text() != settings:
        target.write_text(settings)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["PLUMMER_HOME"] = str(home.root)
    if home.storage == home.root.as_uri():
        os.environ.pop("PLUMMER_STORAGE", None)  # the default; left behind, it would outlive this home
    else:
        os.environ["PLUMMER_STORAGE"] = home.storage


def _unsynced(connection: object, _record: object) -> None:
    """Dagster waits for the disk at each of its events; its history is no record of ours (the ledger is)."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


@contextmanager
def instance(home: Home) -> Iterator[DagsterInstance]:
    """The home's instance, closed afterwards."""
    prepare(home)
    if not event.contains(Engine, "connect", _unsynced):
        event.listen(Engine, "connect", _unsynced)
    with DagsterInstance.get() as found:
        yield found
