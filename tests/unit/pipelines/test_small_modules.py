"""needles, static_text, surfaces, home, keys of a home, versions of a release, fingerprints."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.keys import init_key
from plummer.pipelines.first_key import ensure_key, known_key
from plummer.pipelines.home import Home
from plummer.pipelines.instance import prepare
from plummer.pipelines.job import Job
from plummer.pipelines.ledger import Ledger, StageRecord
from plummer.pipelines.needles import needles_of, values_at
from plummer.pipelines.request import RunRequest
from plummer.pipelines.stages.release import next_version
from plummer.pipelines.static_text import static_text
from plummer.pipelines.steps_release import _tables
from plummer.pipelines.surfaces import outside_identified
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import LOADS, QUARANTINE, RESOURCES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")


@pytest.fixture
def home(tmp_path) -> Home:
    made = Home.at(tmp_path / "home")
    made.create()
    return made


def test_needles_are_the_five_kinds_and_no_more() -> None:
    person = {
        "resourceType": "Practitioner",
        "id": "pr-9",
        "name": [{"family": "Oyelaran", "given": ["Ada"]}, {"family": " "}],
        "address": [{"line": ["12 Elm St", "Flat 3"], "city": "Boston"}],
        "telecom": [{"value": "555-0100"}],
        "identifier": [{"system": "urn:x", "value": "A-77"}],
        "gender": "female",
    }
    assert sorted(needles_of(person)) == sorted(
        [
            ("pr-9", "Practitioner.id"),
            ("Oyelaran", "Practitioner.name.family"),
            ("12 Elm St", "Practitioner.address.line"),
            ("Flat 3", "Practitioner.address.line"),
            ("555-0100", "Practitioner.telecom.value"),
            ("A-77", "Practitioner.identifier.value"),
        ]
    )


def test_values_at_passes_over_what_isnt_a_string() -> None:
    assert list(values_at({"name": [{"given": ["A", None, 3, ["B"]]}, "odd", {}]}, "Patient.name.given")) == [
        "A",
        "B",
    ]


def test_static_text_holds_our_files_and_no_list_of_names() -> None:
    lines = static_text()
    told = "Refuse a table whose log has a gap, an empty commit, or ends before a version."
    assert not any(told in line for line in lines), "a docstring reaches no output"
    assert "a table's log is torn (a missing or empty commit); restore the table" in lines
    assert not lines & {"Oyelaran", "Okafor", "Smith", "Johnson"}


def test_everything_but_identified_keys_scratch_and_releases_is_a_surface(home) -> None:
    for name in ("deid", "timeline", "reports", "released", "unforeseen"):
        (home.root / name).mkdir()
    (home.root / "ledger.sqlite").touch()
    (home.root / "lock").touch()
    names = {path.name for path in outside_identified(home)}
    assert names == {"dagster", "deid", "ledger.sqlite", "reports", "timeline", "unforeseen"}


def test_surfaces_of_another_storage_root(tmp_path) -> None:
    apart = Home.at(tmp_path / "home", (tmp_path / "tables").as_uri())
    apart.create()
    for name in ("identified", "deid", "released"):
        (tmp_path / "tables" / name).mkdir(parents=True)
    assert set(outside_identified(apart)) == {apart.root / "dagster", tmp_path / "tables" / "deid"}
    assert apart.releases == tmp_path / "tables" / "released"


def test_object_store_is_refused_for_what_needs_a_folder(tmp_path) -> None:
    Home.at(tmp_path).require_folder()
    with pytest.raises(PlummerError, match="storage_not_local") as caught:
        Home.at(tmp_path, "s3a://bucket/tables").require_folder()
    assert int(caught.value.exit_code) == 2


def test_default_storage_is_not_left_to_the_next_home(home, tmp_path, monkeypatch) -> None:
    for name in ("DAGSTER_HOME", "PLUMMER_HOME", "PLUMMER_STORAGE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "x")
    prepare(Home.at(tmp_path / "apart", "file:///elsewhere"))
    assert os.environ["PLUMMER_STORAGE"] == "file:///elsewhere"
    prepare(home)
    assert "PLUMMER_STORAGE" not in os.environ
    assert os.environ["PLUMMER_HOME"] == str(home.root)
    settings = (home.dagster / "dagster.yaml").read_text()
    assert "telemetry:\n  enabled: false" in settings


def test_home_without_key_or_data_gets_a_key_once(home) -> None:
    assert known_key(home, "main") is None
    ensure_key(home, "main")
    first = known_key(home, "main")
    ensure_key(home, "main")
    assert first is not None
    assert known_key(home, "main") == first


def test_data_without_a_key_is_refused(home) -> None:
    log = home.root / RESOURCES.path / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020d}.json").write_text("{}")
    for ask in (known_key, ensure_key):
        with pytest.raises(PlummerError, match="key_missing") as caught:
            ask(home, "main")
        assert int(caught.value.exit_code) == 5
    assert list(home.keys.iterdir()) == []


def test_ledger_that_knows_a_key_refuses_its_absence_and_another(home) -> None:
    Ledger(home.ledger).put("key:main", "0123456789abcdef")
    with pytest.raises(PlummerError, match="key_missing"):
        known_key(home, "main")
    init_key(home.keys, "main")
    with pytest.raises(PlummerError, match="key_mismatch") as caught:
        known_key(home, "main")
    assert int(caught.value.exit_code) == 5


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666])
def test_key_that_others_may_read_is_refused(home, mode) -> None:
    init_key(home.keys, "main")
    (home.keys / "main.key").chmod(mode)
    with pytest.raises(PlummerError, match="key_mode") as caught:
        known_key(home, "main")
    assert int(caught.value.exit_code) == 5


VERSIONS = st.tuples(st.just(1) | st.integers(1, 9), st.integers(0, 200)).map(lambda v: f"{v[0]}.{v[1]}.0")


@given(st.lists(VERSIONS, max_size=6))
def test_next_version_is_new_and_above_all(present) -> None:
    def parts(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split("."))

    following = next_version(present)
    assert following not in present
    assert all(parts(following) > parts(version) for version in present)


def refs(resources: int, quarantine: int, loads: int) -> dict[str, object]:
    versions = {RESOURCES.path: resources, QUARANTINE.path: quarantine, LOADS.path: loads}
    return {"tables": [{"path": p, "version": v, "rows": 1} for p, v in versions.items()], "details": {}}


def test_release_depends_on_tables_and_not_on_what_was_delivered_last(home) -> None:
    job = Job(home, "r1")

    def landed(delivery: str, *versions: int) -> list[object]:
        job.ledger.record_stage(StageRecord("land", delivery, "r1", refs(*versions), 1.0))
        return _tables(job)

    first = landed("d1", 1, 1, 1)
    assert landed("d2", 1, 1, 1) == first  # delivered again
    assert landed("d1", 1, 2, 1) == first  # scrubbing has added its refusals
    assert landed("d2", 2, 1, 2) != first


def test_step_of_an_earlier_run_is_not_reached(home) -> None:
    job = Job(home, "r1")
    job.ledger.record_stage(StageRecord("scrub", "f", "r0", {"tables": [], "details": {}}, 1.0))
    assert job.reached("scrub") is None
    job.ledger.put("reached", ["scrub"])
    assert job.reached("scrub") is not None


def test_request_is_what_was_saved(home) -> None:
    ledger = Ledger(home.ledger)
    assert RunRequest.load(ledger, "r9") == RunRequest("r9")
    RunRequest("r1", "p", "name", "main", small=True).save(ledger)
    assert RunRequest.load(ledger, "r9") == RunRequest("r1", "p", "name", "main", small=True)


def test_folders_are_the_owners_alone(home) -> None:
    assert all(Path(folder).stat().st_mode & 0o077 == 0 for folder in (home.root, home.keys, home.deliveries))


def test_a_session_is_tuned_by_what_a_home_holds_and_what_comes(tmp_path, monkeypatch):
    """Small means no compiled plans, brief no second compiler; packed files count as what is in them."""
    from types import SimpleNamespace

    from plummer.pipelines import runner
    from plummer.pipelines.job import settings_for
    from plummer.pipelines.spark_settings import spark_conf

    def tuned(rows, size, path="a.ndjson"):
        monkeypatch.setattr(runner, "table_rows", lambda _: {"identified/resources": rows})
        delivery = SimpleNamespace(files=[SimpleNamespace(bytes=size, path=path)])
        small, brief = runner._sizes(None, [delivery])
        settings = settings_for(RunRequest("r1", small=small, brief=brief))
        conf = spark_conf(settings, [], tmp_path, "python")
        compiled = "spark.sql.codegen.wholeStage" not in conf
        return compiled, "TieredStopAtLevel=1" in conf["spark.driver.extraJavaOptions"]

    assert tuned(0, 10 * 1024**2) == (False, True)
    assert tuned(0, 10 * 1024**2, "a.ndjson.gz") == (True, True)
    assert tuned(100_000, 1) == (True, True)
    assert tuned(0, 600 * 1024**2) == tuned(600_000, 1) == (True, False)
