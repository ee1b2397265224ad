"""One small run of the whole job, and copies of its home for whatever a test does to it."""

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from plummer.deid.synth import generate
from plummer.pipelines.home import Home
from plummer.pipelines.outcome import Outcome
from plummer.pipelines.request import RunRequest

# base64 that isn't: scrubbing refuses the note, landing doesn't
BAD_NOTE = {
    "resourceType": "DocumentReference",
    "id": "bad-note",
    "status": "current",
    "content": [{"attachment": {"contentType": "text/plain", "data": "n.o.t base64 @@"}}],
}


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("delivery") / "export"
    generate(2, 11, folder)
    with (folder / "DocumentReference.ndjson").open("a", encoding="utf-8") as stream:
        patient = json.loads((folder / "Patient.ndjson").read_text("utf-8").splitlines()[0])["id"]
        stream.write(json.dumps({**BAD_NOTE, "subject": {"reference": f"Patient/{patient}"}}) + "\n")
    return folder


@pytest.fixture(scope="session")
def execute(spark, source) -> Callable[..., Outcome]:
    from plummer.pipelines.runner import Source, new_run_id, run

    def go(home: Home, to: str = "released", path: Path = source) -> Outcome:
        return run(home, [Source("fhir", "main", str(path))], RunRequest(new_run_id()), to)

    return go


@pytest.fixture(scope="session")
def done(tmp_path_factory, execute) -> SimpleNamespace:
    """A home after its first run and that run's outcome; tests only read it."""
    home = Home.at(tmp_path_factory.mktemp("job") / "home")
    return SimpleNamespace(home=home, first=execute(home))


@pytest.fixture
def copied(done, tmp_path) -> Callable[..., Home]:
    """Copies the home, and runs statements on the copy's ledger."""
    numbers = itertools.count()

    def copy(*statements: str) -> Home:
        target = tmp_path / f"home{next(numbers)}"
        shutil.copytree(done.home.root, target)
        with sqlite3.connect(target / "ledger.sqlite") as db:
            for statement in statements:
                db.execute(statement)
        return Home.at(target)

    return copy
