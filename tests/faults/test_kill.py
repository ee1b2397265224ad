"""R-02: a run killed anywhere and run again ends as the run that nobody disturbed.

PLUMMER_KILLS sets how many kills (25 for the full number); PLUMMER_KILL_SEED their places.
"""

import os
import random
import subprocess
from time import monotonic, sleep

import pytest
from job_process import copy_home, counts, derived, kill_session, repeated, rows, run, start

from plummer.deid.keys import init_key
from plummer.pipelines import manifest

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.slow]
KILLS = int(os.environ.get("PLUMMER_KILLS", "4"))
SEED = os.environ.get("PLUMMER_KILL_SEED", "1")


@pytest.fixture(scope="module")
def undisturbed(prepared_home, synthetic, tmp_path_factory):
    """The home after one quiet run from the prepared one, and the seconds it took."""
    home = copy_home(prepared_home, tmp_path_factory.mktemp("undisturbed") / "home")
    began = monotonic()
    ended = run(home, synthetic)
    assert ended.code == 0, ended.errors
    return home, monotonic() - began


def _kill_after(home, source, seconds: float) -> bool:
    """Whether there was still something to kill."""
    running = start(home, source)
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    else:
        return False
    finally:
        kill_session(running)
        sleep(0.5)


def _place(number: int, whole: float) -> float:
    """A random moment in the given one of KILLS equal parts of a run."""
    part = (number + random.Random(f"{SEED}:{number}").random()) / KILLS
    return 1 + part * max(whole - 1, 0)


def _check_release(home):
    assert not list((home / "released").glob(".staging-*"))
    (version,) = (home / "released" / "safe_harbor").iterdir()
    assert manifest.verify(version).intact
    return manifest.read_manifest(version)["tables"]


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_after_the_crosswalk_and_run_again_gives_the_same_content(
    prepared_home, undisturbed, synthetic, tmp_path, number
):
    quiet, seconds = undisturbed
    home = copy_home(prepared_home, tmp_path / "home")
    killed = _kill_after(home, synthetic, _place(number, seconds))
    ended = run(home, synthetic)
    assert ended.code == 0, ended.errors
    assert derived(home) == derived(quiet), f"killed: {killed}"
    assert counts(home) == counts(quiet)
    assert repeated(home) == 0
    assert _check_release(home) == _check_release(quiet)


@pytest.mark.parametrize("number", range(max(1, KILLS // 2)))
def test_killed_from_the_start_and_run_again_loses_and_repeats_nothing(
    undisturbed, synthetic, tmp_path, number
):
    """The pseudonyms are drawn anew, so sizes are compared, and that each real id has one pseudonym."""
    quiet, seconds = undisturbed
    home = tmp_path / "home"
    init_key(home / "keys", "main")
    _kill_after(home, synthetic, _place(number * 2, seconds))
    ended = run(home, synthetic)
    assert ended.code == 0, ended.errors
    assert counts(home) == counts(quiet)
    assert repeated(home) == 0
    drawn = rows(home / "identified" / "crosswalk")
    assert len({(row["kind"], row["lookup"]) for row in drawn}) == len(drawn)
    assert len({(row["kind"], row["pseudonym"]) for row in drawn}) == len(drawn)
    for table in ("deid/resources", "deid/notes", "timeline/events", "timeline/subjects", "timeline/codes"):
        assert len(rows(home / table)) == len(rows(quiet / table)), table
    told = {name: fact["rows"] for name, fact in _check_release(home).items()}
    assert told == {name: fact["rows"] for name, fact in _check_release(quiet).items()}


def test_killed_between_sealing_and_the_ledger_the_release_is_taken_on(undisturbed, synthetic, tmp_path):
    """A sealed folder that the ledger doesn't know becomes the release; no second one is written."""
    import sqlite3

    home = copy_home(undisturbed[0], tmp_path / "home")
    with sqlite3.connect(home / "ledger.sqlite") as ledger:
        ledger.execute("delete from releases")
        ledger.execute("delete from stages where name = 'release'")
    ledger.close()
    ended = run(home, synthetic)
    assert ended.code == 0, ended.errors
    assert ended.data["release"]["version"] == "1.0.0"
    assert _check_release(home) == _check_release(undisturbed[0])
