"""What Dagster does with the job: what is run again, what is held back, what it stores."""

import json
import os
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import dagster as dg
import pytest

from plummer.expectations.results import ExpectationResult, SuiteResult
from plummer.pipelines import suites
from plummer.pipelines.delta import TableRef
from plummer.pipelines.instance import instance
from plummer.pipelines.io import TableRefIOManager
from plummer.pipelines.stages import notes
from plummer.schemas.errors import PlummerError

# dagster itself uses what pydantic has deprecated
pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")]
CANARY = "MRN-SECRET-123"


def latest_run(store: dg.DagsterInstance) -> dg.DagsterRun:
    return store.get_runs(limit=1)[0]


def steps_begun(store: dg.DagsterInstance, run_id: str) -> set[str]:
    return {
        entry.dagster_event.step_key
        for entry in store.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)
        if entry.dagster_event is not None and entry.dagster_event.step_key is not None
    }


def materialised(store: dg.DagsterInstance, run_id: str) -> set[str]:
    found = store.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    made = [entry.asset_materialization for entry in found]
    return {one.asset_key.to_user_string() for one in made if one is not None}


@contextmanager
def store_of(home):
    with instance(home) as store:
        yield store


def test_reexecution_runs_what_failed_and_what_follows(copied, execute, monkeypatch, capfd) -> None:
    from plummer.pipelines.definitions import main_job

    home = copied("delete from stages where name in ('notes', 'validate', 'release')")

    def broken(spark, home, base):
        raise ValueError(CANARY)

    with monkeypatch.context() as patch:
        patch.setattr(notes, "notes", broken)
        found = execute(home)
    assert found.error is not None
    assert (found.error.code, found.error.ref) == ("stage_failed", "notes:ValueError")
    assert found.data["accounting"]["read"] == found.data["accounting"]["duplicate"]
    with store_of(home) as store:
        first = latest_run(store)
        assert not first.is_success
        assert "timeline" in steps_begun(store, first.run_id)
        options = dg.ReexecutionOptions.from_failure(first.run_id, store)
        with dg.execute_job(
            dg.reconstructable(main_job), store, reexecution_options=options, tags=first.tags
        ) as result:
            assert result.success
        begun = steps_begun(store, result.run_id)
    assert {"deid__notes", "validated", "released"} <= begun
    assert not begun & {"land", "identified__index", "identified__crosswalk", "deid__resources", "timeline"}
    assert_nowhere(home.root / "dagster", capfd)


def assert_nowhere(folder: Path, capfd) -> None:
    """The canary of a stage's exception stands in no file of Dagster's and in no output."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    for path in files:
        assert CANARY.encode() not in path.read_bytes()
    out, err = capfd.readouterr()
    assert CANARY not in out + err


def test_failed_check_leaves_what_follows_unmaterialised(copied, execute, monkeypatch) -> None:
    home = copied("delete from checks where name = 'deid_resources'")
    real = suites._run

    def run(job, suite, spec, context):
        if suite != "deid_resources":
            return real(job, suite, spec, context)
        broken = ExpectationResult(suite, f"{suite}.seeded", "conformance", False, 1, 2, 0.0, "error")
        return SuiteResult(suite, 2, (broken,), 0.1)

    monkeypatch.setattr(suites, "_run", run)
    found = execute(home)
    assert found.error is not None
    assert int(found.error.exit_code) == 4
    with store_of(home) as store:
        made = materialised(store, latest_run(store).run_id)
    assert "deid/resources" in made
    assert not made & {"deid/notes", "timeline/events", "timeline/subjects", "validated", "released"}


def test_metadata_of_the_first_run(done, source) -> None:
    with store_of(done.home) as store:
        events = store.all_logs(latest_run(store).run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        made = [entry.asset_materialization for entry in events]
        facts = {one.asset_key.to_user_string(): one.metadata for one in made if one is not None}
        partitions = store.get_dynamic_partitions("deliveries")
        checks = store.all_logs(latest_run(store).run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        telemetry = store.telemetry_enabled
    told = done.first.data["tables"]
    assert facts["timeline/events"]["dagster/row_count"].value == told["timeline/events"]
    assert facts["identified/resources"]["read"].value == done.first.data["accounting"]["read"]
    assert "data:image/svg+xml" in facts["identified/quarantine"]["reasons"].value
    assert len(checks) == len(suites.SUITE_TABLES)
    assert telemetry is False
    registered = [path.stem for path in done.home.deliveries.glob("*.json")]
    assert partitions == registered
    assert json.loads((done.home.deliveries / f"{partitions[0]}.json").read_text())["uri"].endswith("export")
    names = {path.name for path in source.iterdir()} | {source.name}
    assert not any(name in partition for name in names for partition in partitions)


def test_dagster_stores_no_path_of_the_delivery(done, source) -> None:
    for path in (done.home.root / "dagster").rglob("*"):
        if path.is_file():
            assert str(source).encode() not in path.read_bytes(), path.name


def test_nothing_of_the_job_leaves_settings_in_run_config(done) -> None:
    with store_of(done.home) as store:
        run = latest_run(store)
        assert set(run.run_config) <= {"loggers"}
    assert os.environ["DAGSTER_DISABLE_TELEMETRY"] == "1"


def output_context(folder: Path) -> Mock:
    context = Mock()
    context.step_context.instance.storage_directory.return_value = str(folder)
    context.asset_key.path = ["timeline", "events"]
    context.step_key = "timeline"
    return context


def test_io_manager_stores_a_reference_and_nothing_else(tmp_path) -> None:
    import pandas as pd

    manager, context = TableRefIOManager(), output_context(tmp_path)
    ref = TableRef("timeline/events", 3, 17)
    manager.handle_output(context, ref)
    given = Mock(upstream_output=context)
    assert manager.load_input(given) == ref
    manager.handle_output(context, None)
    for wrong in (pd.DataFrame({"a": [CANARY]}), {"path": "x"}, [ref], TableRef("x" * 2000, 1, 1)):
        with pytest.raises(PlummerError, match="not_a_reference") as caught:
            manager.handle_output(context, wrong)
        assert CANARY not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*.json")] == ["timeline.events.json"]


def test_definitions_load_and_checks_block() -> None:
    from plummer.pipelines.definitions import JOB, defs

    dg.Definitions.validate_loadable(defs)
    job = defs.resolve_job_def(JOB)
    assert job.partitions_def is not None
    assert job.partitions_def.name == "deliveries"
    graph = defs.resolve_asset_graph()
    keys = graph.asset_check_keys
    assert len(keys) == len(suites.SUITE_TABLES)
    assert all(graph.get(key).blocking for key in keys)
