"""The whole job through `runner.run`: what the outcome says, and what a second run makes of it."""

import json
from pathlib import Path

import pytest

from plummer.expectations.results import ExpectationResult, SuiteResult
from plummer.pipelines import suites
from plummer.pipelines.inventory import inventory
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.manifest import read_manifest, verify
from plummer.pipelines.reports import find_report

# dagster itself uses what pydantic has deprecated
pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")]

KEYS = {
    "run_id", "profile", "policy_sha256", "unchanged", "accounting", "tables", "gates", "release", "report",
    "seconds", "incomplete", "uncarried", "warnings",
}  # fmt: skip


def units(folder: Path) -> int:
    files = folder.glob("*.ndjson")
    return sum(1 for path in files for line in path.read_text("utf-8").splitlines() if line.strip())


def rows(home, table: str) -> int:
    from deltalake import DeltaTable

    return DeltaTable(str(home.root / table)).to_pyarrow_table().num_rows


def test_outcome_is_the_contracts(done, source) -> None:
    data = done.first.data
    assert done.first.error is None, done.first.error
    assert set(data) == KEYS
    assert data["unchanged"] is False
    assert data["accounting"] == {
        "read": units(source), "loaded": units(source), "duplicate": 0, "quarantined": 0, "deleted": 0,
    }  # fmt: skip
    assert set(data["seconds"]) >= {"land", "index", "scrub", "timeline", "validate", "release"}
    assert all({"name", "passed", "value", "limit", "blocks"} <= set(gate) for gate in data["gates"])
    assert json.loads(json.dumps(data)) == data


def test_tables_hold_the_rows_that_the_outcome_tells(done) -> None:
    told = done.first.data["tables"]
    assert {"identified/resources", "deid/resources", "deid/notes", "timeline/events"} <= set(told)
    # scrubbing adds to the quarantine after landing has counted it
    for table in sorted(set(told) - {"identified/quarantine"}):
        assert rows(done.home, table) == told[table], table


def test_release_stands_and_verifies(done) -> None:
    told = done.first.data["release"]
    folder = Path(told["path"])
    assert (told["name"], told["version"], told["state"]) == ("safe_harbor", "1.0.0", "candidate")
    assert folder == done.home.root / "released" / "safe_harbor" / "1.0.0"
    assert verify(folder).intact
    assert Path(done.first.data["report"]) == folder / "report.html"
    assert read_manifest(folder)["inputs"]
    assert read_manifest(folder)["policy"].items() >= {"k": 11, "row_level_sql": True}.items()
    for name, facts in read_manifest(folder)["tables"].items():
        assert rows(done.home, f"released/safe_harbor/1.0.0/{name}") == facts["rows"], name


def test_candidate_gates_are_open_and_publishing_is_blocked(done) -> None:
    gates = {gate["name"]: gate for gate in done.first.data["gates"]}
    assert [name for name, g in gates.items() if g["blocks"] == "candidate" and g["passed"] is not True] == []
    assert gates["k_anonymity"]["passed"] is None
    assert gates["timeline_invariance"]["passed"] is True
    assert gates["timeline_invariance"]["value"] == gates["timeline_invariance"]["limit"] == 0
    assert gates["signatures"]["passed"] is False


def test_status_shows_what_scrubbing_refused(done) -> None:
    found = inventory(done.home)
    assert found["quarantine"] == {"attachment_base64": 1}
    assert rows(done.home, "identified/quarantine") == 1


def test_same_delivery_again_changes_nothing(copied, execute, source) -> None:
    home = copied()
    again = execute(home).data
    assert again["unchanged"] is True
    assert again["accounting"]["read"] == again["accounting"]["duplicate"] == units(source)
    assert again["release"]["version"] == "1.0.0"
    assert Path(again["report"]).parts[-2:] == ("1.0.0", "report.html")
    assert {gate["name"] for gate in again["gates"]} >= {"balance", "leaks", "schema"}
    assert [path.name for path in (home.releases / "safe_harbor").iterdir()] == ["1.0.0"]
    assert rows(home, "identified/quarantine") == 1


def test_earlier_stage_leaves_release_and_report_null(copied, execute) -> None:
    home = copied()
    data = execute(home, "identified").data
    assert (data["release"], data["report"], data["gates"]) == (None, None, [])


def test_run_killed_before_the_ledger_knew_its_landing(copied, execute, done) -> None:
    home = copied("delete from landings", "delete from stages where name = 'land'")
    data = execute(home, "identified").data
    assert data["unchanged"] is True
    assert data["accounting"]["duplicate"] == data["accounting"]["read"]
    landing = Ledger(home.ledger).landings()[0]
    assert landing["account"] == done.first.data["accounting"]


def test_run_killed_before_the_ledger_knew_its_release(copied, execute) -> None:
    home = copied("delete from releases", "delete from stages where name = 'release'")
    before = (home.releases / "safe_harbor/1.0.0/manifest.json").read_bytes()
    data = execute(home).data
    assert data["release"]["version"] == "1.0.0"
    assert [path.name for path in (home.releases / "safe_harbor").iterdir()] == ["1.0.0"]
    assert (home.releases / "safe_harbor/1.0.0/manifest.json").read_bytes() == before
    known = Ledger(home.ledger).releases()
    assert [(r.name, r.version, r.state) for r in known] == [("safe_harbor", "1.0.0", "candidate")]


@pytest.fixture
def failing_suite(monkeypatch):
    """Makes the suite of one table find a row that breaks a rule."""
    real = suites._run

    def fail(table: str) -> None:
        def run(job, suite, spec, context):
            if suite != table:
                return real(job, suite, spec, context)
            broken = ExpectationResult(table, f"{table}.seeded", "conformance", False, 1, 2, 0.0, "error")
            return SuiteResult(table, 2, (broken,), 0.1)

        monkeypatch.setattr(suites, "_run", run)

    return fail


def test_failed_check_stops_what_follows_and_is_reported(copied, execute, failing_suite) -> None:
    home = copied("delete from checks where name = 'deid_resources'")
    failing_suite("deid_resources")
    found = execute(home)
    assert found.error is not None
    assert (found.error.code, int(found.error.exit_code)) == ("gate_closed", 4)
    assert found.data["release"] is None
    gates = {gate["name"]: gate["passed"] for gate in found.data["gates"]}
    assert gates == {
        "balance": True, "quarantine_share": True, "schema": False, "leaks": None, "references": None,
        "k_anonymity": None, "timeline_invariance": None, "signatures": False,
    }  # fmt: skip
    report = Path(found.data["report"])
    assert report == home.root / "reports" / found.data["run_id"] / "report.html"
    assert find_report(home, "") == report
    told = report.with_suffix(".json").read_text("utf-8")
    assert "deid_resources.seeded" in told
    assert "deid_resources.seeded" in report.read_text("utf-8")
    assert Ledger(home.ledger).runs()[-1]["state"] == "gate_closed"


def test_closed_gate_names_no_stale_release(copied, execute, failing_suite, monkeypatch) -> None:
    home = copied("delete from checks where name = 'resources'")
    failing_suite("resources")
    found = execute(home)
    assert found.error is not None
    assert found.data["accounting"]["duplicate"] == found.data["accounting"]["read"]
    assert "index" not in found.data["seconds"]
    # mended, the same home goes on to the release that it has
    monkeypatch.undo()
    assert execute(home).data["release"]["version"] == "1.0.0"
