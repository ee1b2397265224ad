"""`plummer export` in this process: exit codes, what it prints, and that a release is verified first."""

import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from made_release import day, event, make_release

from plummer.pipelines.ledger import Ledger, Release
from plummer.pipelines.manifest import manifest_sha256
from plummer.pipelines.research.access import entries


def rows() -> list[dict]:
    return [event(one, time, code) for one in range(1, 21) for time, code in ((None, "A"), (day(1), "B"))]


@pytest.fixture
def home(tmp_path) -> Path:
    """A home with two versions of a release; the second has one subject more."""
    home = tmp_path / "home"
    home.mkdir()
    ledger = Ledger(home / "ledger.sqlite")
    for created, version, more in (("a", "1.9.0", []), ("b", "1.10.0", [event(21, None, "A")])):
        facts = {"name": "r", "version": version}
        folder = make_release(home / "released" / "r" / version, [*rows(), *more], facts=facts)
        made = Release("r", version, "candidate", "f", "run", manifest_sha256(folder), created)
        ledger.record_release(made)
    return home


def test_the_object_that_ends_standard_output(plummer, home, tmp_path):
    release, out = home / "released" / "r" / "1.9.0", tmp_path / "out"
    ended = plummer("export", "meds", release, "--out", out, "--json")
    assert ended.code == 0
    assert ended.last == {
        "release": {
            "name": "r", "version": "1.9.0", "time_mode": "relative", "path": str(release),
            "manifest_sha256": manifest_sha256(release),
        },
        "out": str(out), "subjects": 20, "events": 40, "undated": 20, "flagged": 0, "codes": 2,
        "shards": {split: len(list((out / "data").glob(f"{split}/*"))) for split in ended.last["shards"]},
        "labels": {},
    }  # fmt: skip
    assert sum(pq.read_metadata(path).num_rows for path in out.rglob("data/*/*")) == 40
    assert "events: " in ended.err
    assert "20 events have no known time: kept" in ended.err
    assert [line.split(" ")[0] for line in ended.out.splitlines()[:2]] == ["40", str(out)]


@pytest.mark.parametrize(("name", "version"), [("r/1.9.0", "1.9.0"), ("r", "1.10.0")])
def test_a_release_by_its_name(plummer, home, tmp_path, name, version):
    ended = plummer("export", "meds", name, "--out", tmp_path / "out", "--home", home, "--json")
    assert ended.code == 0
    assert ended.last["release"]["version"] == version


def test_a_changed_release_is_refused(plummer, home, tmp_path):
    release = home / "released" / "r" / "1.9.0"
    (part,) = (release / "events").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    ended = plummer("export", "meds", release, "--out", tmp_path / "out", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (5, "release_changed")
    assert not (tmp_path / "out").exists()


def test_a_file_added_to_a_release_is_refused(plummer, home, tmp_path):
    release = home / "released" / "r" / "1.9.0"
    (release / "events" / "more.parquet").write_bytes((release / "codes" / "part-00001.parquet").read_bytes())
    ended = plummer("export", "meds", release, "--out", tmp_path / "out", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (5, "release_changed")


@pytest.mark.parametrize("out", ["full", "released/r/1.9.0/meds"])
def test_nothing_is_written_over_or_into_a_release(plummer, home, out):
    (home / "full").mkdir()
    (home / "full" / "mine").write_text("mine")
    before = set(home.rglob("*"))
    ended = plummer("export", "meds", home / "released" / "r" / "1.9.0", "--out", home / out, "--json")
    assert ended.code == 2
    assert ended.last["error"]["code"] in ("out_not_empty", "out_in_release")
    ledger = home / "identified" / "access.jsonl"
    assert set(home.rglob("*")) - before == {ledger, ledger.parent}


def test_who_exports_what_for_is_written_down(plummer, home, tmp_path):
    export = ("export", "meds", "r", "--home", home, "--out", tmp_path / "out")
    assert plummer(*export, "--purpose", "sepsis, IRB 12").code == 0
    told = list(entries(home / "identified" / "access.jsonl"))
    assert [(one["action"], one["purpose"], one["release"]) for one in told] == [
        (action, "sepsis, IRB 12", "r/1.10.0") for action in ("open", "meds")
    ]


def test_a_withdrawn_release_is_refused(plummer, home, tmp_path):
    ledger = Ledger(home / "ledger.sqlite")
    (made,) = [one for one in ledger.releases() if one.version == "1.9.0"]
    ledger.record_release(replace(made, state="withdrawn"))
    ended = plummer("export", "meds", "r/1.9.0", "--home", home, "--out", tmp_path / "out", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (4, "release_withdrawn")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere",), "not_a_release"),
        (("r/2.0.0",), "not_a_release"),
        (("r", "--task", "nowhere.yaml"), "task_missing"),
        (("r", "--out", "/proc/nowhere/x"), "out_unwritable"),
        (("r", "--shard-events", "0"), "usage"),
    ],
)
def test_wrong_usage(plummer, home, tmp_path, arguments, code):
    out = () if "--out" in arguments else ("--out", tmp_path / "out")
    ended = plummer("export", "meds", *arguments, *out, "--home", home, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, code)
    assert not (tmp_path / "out").exists()


def test_labels_without_aces_name_the_command_that_brings_it(plummer, home, tmp_path, monkeypatch):
    for name in ("aces", "aces.config"):
        monkeypatch.setitem(sys.modules, name, None)
    task = ("--task", "readmission_30d")
    ended = plummer("export", "meds", "r", "--out", tmp_path / "out", "--home", home, *task, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (6, "aces_missing")
    assert "pip install" in ended.last["error"]["message"]
    assert not (tmp_path / "out").exists()
