"""Every example of docs/research/views.md is run, in order, and must print what the page says."""

import doctest
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "research" / "views.md"
BLOCK = re.compile(r"^```(console|python|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def view(path: str) -> str:
    return json.dumps({"resource": "Observation", "select": [{"column": [{"name": "x", "path": path}]}]})


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    for name in ("example.ndjson", "a1c.json"):
        shutil.copy(PAGE.parent / name, tmp_path)
    (tmp_path / "broken.json").write_text(view("code.where(a =)"))
    (tmp_path / "several.json").write_text(view("component.code"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(block: str) -> list[tuple[list[str], str]]:
    """Each command of a console block, with what it prints."""
    parts = re.split(r"^\$ plummer ", block, flags=re.MULTILINE)[1:]
    return [(shlex.split(first), rest) for first, _, rest in (part.partition("\n") for part in parts)]


def test_the_page(plummer, folder):
    ran = 0
    for kind, block in BLOCK.findall(PAGE.read_text()):
        if kind == "console":
            for arguments, printed in commands(block):
                ended = plummer(*arguments)
                assert ended.out + ended.err == printed, arguments
                ran += 1
        elif kind == "python":
            test = doctest.DocTestParser().get_doctest(block, {}, "views.md", str(PAGE), 0)
            assert doctest.DocTestRunner().run(test).failed == 0
            ran += len(test.examples)
        else:
            shown, kept = json.loads(block), json.loads((folder / "a1c.json").read_text())
            assert {key: kept[key] for key in shown} == shown
    assert ran == 10
