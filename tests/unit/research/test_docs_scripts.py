"""Every script of docs/research/scripts runs over a release, and prints what its page says."""

import re
import runpy
import sys
from pathlib import Path

import pytest
from made_release import make_release, note
from meds_stories import events
from test_docs_research import TEXTS, rows

DOCS = Path(__file__).resolve().parents[3] / "docs" / "research"
PRINTED = dict(re.findall(r"^```text (\w+)\n(.*?)^```$", (DOCS / "questions.md").read_text(), re.M | re.S))
SCRIPTS = sorted(path.stem for path in (DOCS / "scripts").glob("*.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    ids = sorted({row["subject_id"] for row in events()})
    texts = [TEXTS[0]] * 48 + [TEXTS[1]] * 12 + [TEXTS[2]] * 72
    notes = [note(one, 1, text) for one, text in zip(ids, texts, strict=True)]
    return make_release(tmp_path_factory.mktemp("made") / "r", rows(), files=2, notes=notes, resources=[])


def test_each_script_is_on_the_page():
    assert sorted(PRINTED) == SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_prints_what_the_page_says(name, folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [name, str(folder)])
    runpy.run_path(str(DOCS / "scripts" / f"{name}.py"), run_name="__main__")
    assert capsys.readouterr().out.rstrip() == PRINTED[name].rstrip()
