"""Every example of docs/research/meds.md is run, in order, and must print what the page says."""

import doctest
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
from made_release import make_release
from meds_stories import events

PAGE = Path(__file__).resolve().parents[3] / "docs" / "research" / "meds.md"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    facts = {"name": "safe_harbor"}
    make_release(tmp_path / "plummer_home" / "released" / "safe_harbor" / "1.0.0", events(), facts=facts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runnable() -> list[tuple[str, str]]:
    """The page's examples; those with labels only where ACES is installed."""
    found = BLOCK.findall(PAGE.read_text())
    assert len(found) == 4
    return found if find_spec("aces") else [one for one in found if "labelled" not in one[1]]


def test_the_page(plummer, folder):
    names: dict[str, object] = {}
    for kind, block in runnable():
        if kind == "console":
            command, _, printed = block.removeprefix("$ plummer ").partition("\n")
            ended = plummer(*shlex.split(command))
            assert ended.code == 0, ended.err
            assert ended.out.replace(str(folder), "/data") == printed
        else:
            test = doctest.DocTestParser().get_doctest(block, names, "meds.md", str(PAGE), 0)
            runner = doctest.DocTestRunner()
            assert runner.run(test, clear_globs=False).failed == 0
            names |= test.globs
