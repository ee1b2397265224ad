"""Every example of docs/research/meds.md is run, in order, and must print what the page says."""

import doctest
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from made_release import make_release
from meds_stories import events

PAGE = Path(__file__).resolve().parents[3] / "docs" / "research" / "meds.md"
JUDGES = Path(__file__).resolve().parents[2] / "contract" / "judges" / ".venv" / "bin"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    facts = {"name": "safe_harbor"}
    make_release(tmp_path / "plummer_home" / "released" / "safe_harbor" / "1.0.0", events(), facts=facts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed_by(plummer, command: str) -> str:
    """What a command prints; labels are made where ACES is, in the environment of the MEDS judges."""
    if "--task" not in command:
        ended = plummer(*shlex.split(command))
        assert ended.code == 0, ended.err
        return ended.out
    asked = [JUDGES / "plummer", *shlex.split(command)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def test_the_page(plummer, folder):
    names: dict[str, object] = {}
    found = BLOCK.findall(PAGE.read_text())
    assert len(found) == 4
    for kind, block in found:
        if kind == "console":
            command, _, printed = block.removeprefix("$ plummer ").partition("\n")
            assert printed_by(plummer, command).replace(str(folder), "/data") == printed
        else:
            test = doctest.DocTestParser().get_doctest(block, names, "meds.md", str(PAGE), 0)
            runner = doctest.DocTestRunner()
            assert runner.run(test, clear_globs=False).failed == 0
            names |= test.globs
