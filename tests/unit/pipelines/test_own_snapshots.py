"""Dagster's description of our own job is nobody's, to the byte; anything else in its store is searched."""

import json
import pickle
import sqlite3
import zlib
from contextlib import closing

import dagster as dg
import pytest

from plummer.expectations.scan import Needle, Scanner
from plummer.pipelines.home import Home
from plummer.pipelines.instance import instance

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")
NEEDLE = Needle("n1", "Collect")
"""A surname of HL7's example messages, and a word of a description that Dagster keeps of each job."""
SELECTIONS = (None, [["identified", "resources"], ["identified", "loads"], ["identified", "quarantine"]])


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The store of a home whose runs asked for all assets and for some, and what is known of it."""
    from plummer.pipelines.definitions import main_job
    from plummer.pipelines.own_snapshots import own_snapshots

    home = Home.at(tmp_path_factory.mktemp("own") / "home")
    with instance(home) as dagster:
        for selection in SELECTIONS:
            keys = None if selection is None else frozenset(dg.AssetKey(path) for path in selection)
            dagster.create_run_for_job(main_job(), asset_selection=keys)
        return home.dagster / "history" / "runs.db", own_snapshots(dagster)


def hits(scanner, path):
    return {finding.place.split("/")[0] for finding in scanner.scan([path]).findings}


def test_a_word_of_our_own_description_is_no_name(stored):
    path, known = stored
    assert hits(Scanner([NEEDLE]), path) == {"sqlite:snapshots.snapshot_body"}
    knowing = Scanner([NEEDLE], known=known)
    assert hits(knowing, path) == set()
    assert hits(pickle.loads(pickle.dumps(knowing)), path) == set()  # noqa: S301 (as Spark sends it)


def test_every_snapshot_of_ours_is_known(stored):
    path, known = stored
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT count(*) FROM snapshots").fetchone()[0]
    assert rows > len(SELECTIONS)
    assert Scanner([NEEDLE], known=known).scan([path]).containers["known"] == rows


@pytest.mark.parametrize("shape", ["a word more", "bytes behind it", "another text"])
def test_a_snapshot_that_differs_is_searched(stored, tmp_path, shape):
    path, known = stored
    copy = tmp_path / "runs.db"
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy)) as database:
        name, body = database.execute("SELECT snapshot_id, snapshot_body FROM snapshots").fetchone()
        told = json.loads(zlib.decompress(body))
        changed = {
            "a word more": zlib.compress(json.dumps({**told, "description": "Oyelarano"}).encode()),
            "bytes behind it": body + b"Oyelarano",
            "another text": b"Oyelarano",
        }[shape]
        database.execute("UPDATE snapshots SET snapshot_body = ? WHERE snapshot_id = ?", (changed, name))
        database.commit()
    report = Scanner([Needle("n2", "Oyelarano")], known=known).scan([copy])
    assert report.hits or report.unopened
