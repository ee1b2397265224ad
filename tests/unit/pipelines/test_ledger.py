import stat

import pytest

from plummer.pipelines.ledger import Ledger, Release, StageRecord


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def test_file_is_the_owners_alone(ledger) -> None:
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600


def test_values_are_replaced_and_survive_reopening(ledger) -> None:
    ledger.put("gates", [{"name": "leaks"}])
    ledger.put("gates", None)
    assert Ledger(ledger.path).get("gates") is None
    ledger.put("gates", [1])
    assert Ledger(ledger.path).get("gates") == [1]


def test_stage_is_replaced_and_forgotten(ledger) -> None:
    ledger.record_stage(StageRecord("index", "f1", "r1", {"tables": []}, 1.0))
    ledger.record_stage(StageRecord("index", "f2", "r2", {"tables": []}, 2.0))
    assert ledger.stage("index") == StageRecord("index", "f2", "r2", {"tables": []}, 2.0)
    ledger.forget_stage("index")
    assert ledger.stage("index") is None


def test_first_account_of_a_delivery_stays(ledger) -> None:
    assert not ledger.knows_landing("d1")
    ledger.record_landing("d1", "r1", {"account": {"read": 3}})
    ledger.record_landing("d1", "r2", {"account": {"read": 0}})
    assert ledger.knows_landing("d1")
    assert ledger.landings() == [{"account": {"read": 3}}]


def test_release_state_can_be_set(ledger) -> None:
    first = Release("r", "1.0.0", "candidate", "f", "run", "sha", "2026-01-01")
    ledger.record_release(first)
    ledger.record_release(Release("r", "1.1.0", "candidate", "g", "run", "sha", "2026-01-02"))
    ledger.record_release(Release("r", "1.0.0", "withdrawn", "f", "run", "sha", "2026-01-01"))
    assert [(r.version, r.state) for r in ledger.releases()] == [
        ("1.0.0", "withdrawn"),
        ("1.1.0", "candidate"),
    ]


def test_run_that_never_ended_was_killed(ledger) -> None:
    ledger.start_run("r1", "safe_harbor", "2026-01-01T00:00")
    ledger.start_run("r2", "safe_harbor", "2026-01-02T00:00")
    ledger.end_run("r2", "done", "2026-01-02T01:00", {"read": 1})
    assert [(run["run_id"], run["state"], run["account"]) for run in ledger.runs()] == [
        ("r1", "killed", None),
        ("r2", "done", {"read": 1}),
    ]
