"""The sensor of deliveries: lands what is put into a watched folder, once it is whole.

A delivery is the watched folder itself or a folder in it, with a ``manifest.json`` (written last by a bulk
export's client) or ``_SUCCESS`` (by Spark and Hadoop) in it. A copy may bring the marker before the rest, so
it is taken only when no file has changed its size or time since the tick before.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import dagster as dg
from pydantic_settings import BaseSettings, SettingsConfigDict

from plummer.deid.policy import load_policy
from plummer.pipelines.assets.identified import deliveries
from plummer.pipelines.deliveries import Delivery, discover, register
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import busy
from plummer.pipelines.request import RunRequest
from plummer.pipelines.resources import home_of_process
from plummer.pipelines.zones import in_zone
from plummer.schemas.errors import PlummerError

if TYPE_CHECKING:
    from plummer.pipelines.runner import Source

_MARKERS: Final = ("manifest.json", "_SUCCESS")


class WatchSettings(BaseSettings):
    """Deployment of the sensor, from ``PLUMMER_WATCH*`` in the environment.

    Attributes:
        watch: ``KIND=FOLDER`` or ``KIND@SITE=FOLDER``; empty to watch nothing.
        watch_mapping: path of the mapping of a ``csv`` folder.
        watch_seconds: least seconds between two looks.
    """

    model_config = SettingsConfigDict(env_prefix="PLUMMER_")

    watch: str = ""
    watch_mapping: str = ""
    watch_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Cursor:
    """What the sensor remembers: hashes of folders' states, never a name.

    Attributes:
        seen: states at the last look.
        done: states that were handed over or refused, of those that are there still.
    """

    seen: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor of an earlier look.

        Example:
            >>> Cursor.read(Cursor(frozenset("a")).written()).seen
            frozenset({'a'})
        """
        told = json.loads(text) if text else {}
        return cls(frozenset(told.get("seen", ())), frozenset(told.get("done", ())))

    def written(self) -> str:
        """The cursor as text."""
        return json.dumps({"seen": sorted(self.seen), "done": sorted(self.done)})


def state_of(folder: Path) -> str:
    """Hash over the names, sizes and times of all files below a folder."""
    listed = []
    for below, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(below, name)
            told = os.lstat(path)
            listed.append((os.path.relpath(path, folder), told.st_size, told.st_mtime_ns))
    return hashlib.sha256(json.dumps(listed).encode("utf-8", "surrogateescape")).hexdigest()


def marked(root: Path) -> Iterator[Path]:
    """The watched folder and those in it, as far as they say that they are whole."""
    for folder in (root, *sorted(path for path in root.iterdir() if path.is_dir())):
        if any((folder / name).is_file() for name in _MARKERS):
            yield folder


@dg.sensor(
    job_name="plummer",
    minimum_interval_seconds=WatchSettings().watch_seconds,
    default_status=dg.DefaultSensorStatus.RUNNING
    if WatchSettings().watch
    else dg.DefaultSensorStatus.STOPPED,
    description="Lands a delivery once its folder says that it is whole and has stopped growing.",
)
def delivery_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Look at the watched folder; what is whole and unchanged since the last look is landed, once.

    While another run writes to the home it waits.
    """
    from plummer.pipelines.runner import Source

    settings = WatchSettings()
    if not settings.watch:
        return dg.SkipReason("PLUMMER_WATCH is not set")
    try:
        (source,) = Source.parse_all([settings.watch], settings.watch_mapping)
        states = {state_of(folder): folder for folder in marked(Path(source.path))}
    except (PlummerError, OSError):
        return dg.SkipReason("watch_unreadable")
    before = Cursor.read(context.cursor)
    ready = [state for state in states if state in before.seen and state not in before.done]
    if ready and busy(home_of_process().root):
        return dg.SkipReason("home_busy")  # a run would fail; the cursor stays, so the next look takes them
    found = [one for state in ready if (one := _taken(context, source, states[state]))]
    done = (before.done & states.keys()) | frozenset(ready)
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=one, partition_key=one) for one in found],
        dynamic_partitions_requests=[deliveries.build_add_request(found)] if found else [],
        cursor=Cursor(frozenset(states), done).written(),
    )


def _taken(context: dg.SensorEvaluationContext, source: "Source", folder: Path) -> str | None:
    """The id of a folder's delivery, written down for the job; None where it can't be landed."""
    try:
        found: Delivery = discover(source.kind, source.site, str(folder), source.mapping)
        home = home_of_process()
        home.create()
        profile = RunRequest.load(Ledger(home.ledger), "").profile
        delivery = in_zone(home, load_policy(profile), found)
        register(home, delivery)
    except PlummerError as error:
        context.log.warning("a watched delivery is not taken: %s", error.code)
        return None
    return delivery.delivery_id
