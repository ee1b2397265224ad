"""The scripts of docs/research over the release of `plummer demo` itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.spark
SCRIPTS = Path(__file__).resolve().parents[2] / "docs" / "research" / "scripts"
MAIN = "from plummer.pipelines.cli.main import main; main()"
GIVEN = {"lab_trajectory": ("LOINC//8480-6",), "note_search": ("patient",)}


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> str:
    home = tmp_path_factory.mktemp("demo") / "home"
    ended = subprocess.run(
        [sys.executable, "-c", MAIN, "demo", "--home", str(home), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(ended.stdout.splitlines()[-1])
    return str(told["release"]["path"])


@pytest.mark.parametrize("script", sorted(path.stem for path in SCRIPTS.glob("*.py")))
def test_it_ends_well_and_says_something(release, script):
    command = [sys.executable, str(SCRIPTS / f"{script}.py"), release, *GIVEN.get(script, ())]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert any(char.isdigit() for char in ended.stdout)
