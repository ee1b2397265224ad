"""`plummer[research]` in an environment of its own: no Spark, no Dagster, no Java; the rest as locked."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from made_release import event, make_release, note, resource
from meds_stories import events

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FORBIDDEN = (
    "pyspark",
    "delta_spark",
    "dagster",
    "great_expectations",
    "presidio_analyzer",
    "spacy",
    "pandas",
)
SESSION = """
import json, sys
import plummer
release = plummer.open_release(sys.argv[1], purpose="a bare environment")
subject = release.sql("select min(subject_id) from subjects").fetchall()[0][0]
print(json.dumps({
    "arrow": release.events.arrow().num_rows, "polars": release.events.polars().height,
    "sql": release.sql("select count(*) from events").fetchall()[0][0],
    "story": len(str(release.timeline(subject))), "plot": release.timeline(subject).svg()[:4],
    "flow": len(release.cohort("readmission_30d").flow),
}))
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    """The environment's commands, from the lock file, with the wheel of a copy of the sources."""
    copy = tmp_path_factory.mktemp("bare")
    for name in ("plummer", "schemas", "deid", "expectations", "pipelines", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "uv.lock", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    install = [
        "uv",
        "sync",
        "--quiet",
        "--frozen",
        "--no-default-groups",
        "--extra",
        "research",
        "--no-editable",
    ]
    own = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    # `uv run` tells its children of its own environment
    own["UV_PROJECT_ENVIRONMENT"] = str(copy / ".venv")
    subprocess.run([str(copy / "scripts" / install[0]), *install[1:]], cwd=copy, env=own, check=True)
    return copy / ".venv" / "bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    records = [resource(one, "Patient", gender="female") for one in range(1, 20)]
    rows = [event(1, None, "A", text_value="é"), *events()]
    place = tmp_path_factory.mktemp("made") / "r"
    return make_release(place, rows, notes=[note(1, 1, "Note")], resources=records)


def told(bare, home, *command) -> subprocess.CompletedProcess[str]:
    """Without Java and without anything of the developer's environment."""
    environment = {"PATH": str(bare), "HOME": str(home), "PLUMMER_ACCESS_LEDGER": str(home / "access.jsonl")}
    program = str(bare / command[0])
    return subprocess.run(
        [program, *command[1:]], env=environment, cwd=home, capture_output=True, text=True, check=False
    )


def test_nothing_that_makes_releases_is_there(bare, tmp_path):
    code = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    assert told(bare, tmp_path, "python", "-c", code, *FORBIDDEN).stdout.strip() == "[]"


def test_a_release_is_read_in_every_form(bare, folder, tmp_path):
    done = told(bare, tmp_path, "python", "-W", "error", "-c", SESSION, folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["arrow"] == found["polars"] == found["sql"] > 0
    assert found["plot"] == "<svg"
    assert found["story"]
    assert found["flow"]


@pytest.mark.parametrize(
    "command",
    [
        ("sql", "select count(*) n from events", "--purpose", "a test", "--release"),
        (
            "sql",
            "select code, count(distinct subject_id) n from events group by code",
            "--aggregate",
            "--release",
        ),
        ("view", "run", "patient", "--on"),
        ("export", "meds", "--out", "made"),
        ("release", "verify"),
    ],
    ids=["sql", "aggregate", "view", "meds", "verify"],
)
def test_commands_that_read_work(bare, folder, tmp_path, command):
    done = told(bare, tmp_path, "plummer", *command, folder)
    assert done.returncode == 0, done.stderr
    assert "leak" not in done.stderr


@pytest.mark.parametrize("command", [("demo",), ("run", "--source", "fhir=."), ("doctor",)])
def test_commands_that_make_releases_say_what_is_missing(bare, tmp_path, command):
    done = told(bare, tmp_path, "plummer", *command)
    assert done.returncode == 6
    assert "pipeline_missing" in done.stderr
    assert "plummer[pipeline]" in done.stderr
