"""Coverage of a real home, counted by Spark, through the command."""

import json
import shutil

import pytest

from plummer.deid.policy import load_policy
from plummer.pipelines.coverage import coverage, folder
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture
def home(released_home, tmp_path):
    place = tmp_path / "home"
    shutil.copytree(released_home, place, ignore=shutil.ignore_patterns("lock", "scratch"))
    (place / "scratch").mkdir()
    return Home.at(place)


def test_spark_counts_what_the_scrub_step_counted(spark, home, tmp_path):
    found = coverage(home, accept="A. Reviewer")
    assert found.changed() == ()
    told: dict[str, int] = {}
    for line in found.lines:
        if line.seen.kind == "path":
            told[line.seen.rule] = told.get(line.seen.rule, 0) + line.elements
    actions = Ledger(home.ledger).stage("scrub").result["details"]["actions"]
    rules = [r for r in actions if r.startswith("path.") and not r.endswith(".attachment")]
    assert rules
    assert {rule: told[rule] for rule in rules} == {rule: actions[rule] for rule in rules}
    stored = json.loads((folder(home) / "seen.json").read_text())
    assert stored["policy_sha256"] == load_policy("safe_harbor").sha256
    assert [line.seen for line in coverage(home).lines] == [line.seen for line in found.lines]

    own = tmp_path / "sites.yaml"
    rule = "sites: {main: {paths: {Patient.gender: drop}}}"
    own.write_text(f'extends: safe_harbor\nversion: "2"\nprofile: safe_harbor\n{rule}\n')
    changed = coverage(home, load_policy(own)).changed()
    assert [(line.seen.path, line.seen.site, line.seen.action) for line in changed] == [
        ("Patient.gender", "main", "drop")
    ]
