"""Every example of docs/research/sql.md is run, in order, and must print what the page says."""

import doctest
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_release import day, event, make_release, note
from meds_stories import BIRTH, events

from plummer.pipelines.cli.main import main
from plummer.pipelines.ledger import Ledger, Release
from plummer.pipelines.manifest import manifest_sha256

PAGE = Path(__file__).resolve().parents[3] / "docs" / "research" / "sql.md"
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEXTS = ("Short of breath since yesterday.", "Denies being short of breath.", "No complaint.")


def rows() -> list[dict]:
    """The inpatients of the MEDS page; with each haemoglobin goes a culture, known three days later."""
    found = []
    for row in events():
        found.append(row)
        if row["code"] == "LOINC//718-7":
            later = {"numeric_value": 1.0, "available_time": day((row["time"] - day(0)).days + 3)}
            found.append(event(row["subject_id"], row["time"], "LOINC//600-7", **later))
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Iterator[Path]:
    held = rows()
    ids = sorted({row["subject_id"] for row in held})
    sexes = dict(zip(ids, ["female"] * 96 + ["male"] * 32 + ["other"] * 4, strict=True))
    texts = [TEXTS[0]] * 48 + [TEXTS[1]] * 12 + [TEXTS[2]] * 72
    home = tmp_path / "plummer_home"
    release = make_release(
        home / "released" / "safe_harbor" / "1.0.0", held, files=2, facts={"name": "safe_harbor"},
        people={one: {"sex": sex} for one, sex in sexes.items()}, resources=[],
        notes=[note(one, 1, text) for one, text in zip(ids, texts, strict=True)],
    )  # fmt: skip
    made = Release("safe_harbor", "1.0.0", "candidate", "f", "run", manifest_sha256(release), "a")
    Ledger(home / "ledger.sqlite").record_release(made)
    monkeypatch.chdir(tmp_path)
    assert BIRTH == -9000
    mask = os.umask(0o022)  # which main sets
    yield tmp_path
    os.umask(mask)


def test_the_page(folder, monkeypatch, capsys):
    monkeypatch.delenv("PLUMMER_HOME", raising=False)
    names: dict[str, object] = {}
    ran = 0
    for kind, block in BLOCK.findall(PAGE.read_text()):
        if kind == "console":
            command, _, printed = block.removeprefix("$ ").partition("\n")
            monkeypatch.setattr(sys, "argv", shlex.split(command))
            with pytest.raises(SystemExit) as ended:
                main()
            assert (ended.value.code, capsys.readouterr().out) == (0, printed)
            ran += 1
        else:
            test = doctest.DocTestParser().get_doctest(block, names, "sql.md", str(PAGE), 0)
            runner = doctest.DocTestRunner()
            result = runner.run(test, clear_globs=False)
            assert result.failed == 0, capsys.readouterr().out
            names |= test.globs
            ran += result.attempted
    assert ran > 20
