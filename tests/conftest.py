"""Shared fixtures: one Spark session per test process, and the examples beside the project."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are no part of a test's id: a gzip's hold the second it was made in, and workers differ."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def _no_import_goes_on() -> Iterator[None]:
    """Wait for imports that a run began in the background: Hypothesis walks over sys.modules meanwhile."""
    yield
    for thread in threading.enumerate():
        if thread.name in {"plummer-warmup", "plummer-session"}:
            thread.join(60)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The examples' folder; skips where it is absent, fails there under PLUMMER_REQUIRE_SHARED=1."""
    if not SHARED.is_dir():
        if os.environ.get("PLUMMER_REQUIRE_SHARED") == "1":
            pytest.fail("../shared is absent")
        pytest.skip("../shared is absent")
    return SHARED / "data"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The process's only Spark session."""
    from plummer.pipelines.session import open_session
    from plummer.pipelines.spark_settings import SparkSettings

    # as a run over so little would have it; PLUMMER_TEST_LARGE=1 for the session of a large one
    small = os.environ.get("PLUMMER_TEST_LARGE") != "1"
    session = open_session(tmp_path_factory.mktemp("scratch"), SparkSettings(small=small))
    yield session
    session.stop()


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic export of two patients; tests only read it."""
    from job_process import PATIENTS, SEED

    from plummer.deid.synth import generate

    def make(folder: Path) -> None:
        generate(PATIENTS, SEED, folder / "export")

    return _once(tmp_path_factory, "synthetic", make) / "export"


def _once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that one test process makes and all of this run read: a run of the whole job is dear."""
    above = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        above = above.parent
    folder, whole = above / name, above / f"{name}.whole"
    with (above / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            assert not folder.exists(), f"{name} failed to be made in another process"
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def _ran(home: Path, source: Path, *extra: str) -> None:
    from job_process import run

    ended = run(home, source, *extra)
    assert ended.code == 0, ended.errors


@pytest.fixture(scope="session")
def released_home(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one whole run in a process of its own; tests only read it."""
    return _once(tmp_path_factory, "released", lambda folder: _ran(folder / "home", synthetic)) / "home"


@pytest.fixture(scope="session")
def prepared_home(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with key, landed rows and crosswalk, to be copied (design.md, Same content)."""

    def make(folder: Path) -> None:
        _ran(folder / "home", synthetic, "--to", "identified")

    return _once(tmp_path_factory, "prepared", make) / "home"
