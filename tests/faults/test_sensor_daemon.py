"""A real Dagster daemon with our sensor: a folder that still grows is left alone, and then landed once.

The daemon has a home of its own and no telemetry, and is told where to look by the environment alone.
"""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import dagster as dg
import pytest
from job_process import environment, kill_session

from plummer.deid.keys import init_key
from plummer.pipelines.home import Home
from plummer.pipelines.instance import instance
from plummer.pipelines.ledger import Ledger

pytestmark = [
    pytest.mark.spark,
    pytest.mark.faults,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*"),
]
PATIENT = '{{"resourceType":"Patient","id":"p{0}","gender":"female","birthDate":"1970-03-04"}}\n'
VISIT = (
    '{{"resourceType":"Encounter","id":"e{0}","status":"finished","class":{{"code":"AMB"}},'
    '"subject":{{"reference":"Patient/p{0}"}},"period":{{"start":"2024-01-0{0}T09:00:00Z"}}}}\n'
)
LOOK = 3
"""Seconds between two looks of the sensor."""


@pytest.fixture
def watched(tmp_path, monkeypatch) -> tuple[Home, Path, Path]:
    """A home with a key, a watched folder, and a file for what the daemon says."""
    home = Home.at(tmp_path / "home")
    home.create()
    init_key(home.keys, "main")
    Ledger(home.ledger)
    folder = tmp_path / "incoming"
    folder.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    return home, folder, tmp_path / "daemon.log"


@contextlib.contextmanager
def daemon(home: Home, folder: Path, log: Path) -> Iterator[None]:
    """The daemon of docs/operations.md, ended with all that it started."""
    told = {
        "PLUMMER_HOME": str(home.root), "DAGSTER_HOME": str(home.dagster), "PLUMMER_SMALL": "true",
        "PLUMMER_WATCH": f"fhir@north={folder}", "PLUMMER_WATCH_SECONDS": str(LOOK),
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run"]
    with log.open("wb") as stream:
        running = subprocess.Popen(
            [*command, "--module-name", "plummer.pipelines.definitions"],
            env=environment(**told), cwd=log.parent, start_new_session=True, stdout=stream, stderr=stream,
        )  # fmt: skip
        try:
            yield
            assert running.poll() is None, log.read_text()
        finally:
            kill_session(running)


def until(what: Callable[[], bool], seconds: float) -> bool:
    end = monotonic() + seconds
    while not (done := what()) and monotonic() < end:
        sleep(0.5)
    return done


def test_the_daemon_lands_a_folder_once_it_has_stopped_growing(watched):
    home, folder, log = watched
    inside = folder / "monday"
    inside.mkdir()
    with instance(home) as store, daemon(home, folder, log):

        def ticks() -> int:
            states = store.all_instigator_state()
            return sum(
                len(store.get_ticks(state.instigator_origin_id, state.selector_id)) for state in states
            )

        assert until(lambda: ticks() > 0, 120), log.read_text()
        (inside / "_SUCCESS").write_text("")  # a copy brings the marker before the rest
        begun = monotonic()
        written = 0
        while monotonic() - begun < 4 * LOOK:
            written += 1
            with (inside / "Patient.ndjson").open("a") as stream:
                stream.write(PATIENT.format(written))
            sleep(LOOK / 3)
        assert ticks() > 2
        assert store.get_runs() == []
        (inside / "Encounter.ndjson").write_text("".join(VISIT.format(one) for one in range(1, 4)))

        assert until(lambda: bool(store.get_runs()), 60), log.read_text()
        assert until(lambda: store.get_runs()[0].is_finished, 420), log.read_text()
        seen = ticks()
        assert until(lambda: ticks() > seen + 1, 60)
        (run,) = store.get_runs()
        assert run.status is dg.DagsterRunStatus.SUCCESS, log.read_text()
    (landed,) = Ledger(home.ledger).landings()
    assert landed["account"] == {
        "read": written + 3, "loaded": written + 3, "duplicate": 0, "quarantined": 0, "deleted": 0
    }  # fmt: skip
    assert run.tags["dagster/partition"] == landed["delivery"]
    (release,) = (home.root / "released" / "safe_harbor").iterdir()
    assert (release / "manifest.json").is_file()
    assert not [path for path in home.dagster.rglob("*") if "telemetry" in path.name]
