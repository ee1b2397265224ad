"""The scripts of docs/research run over a release that the whole job has written, as over the demo's."""

import re
import runpy
import sys
from datetime import datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

pytestmark = pytest.mark.spark
SCRIPTS = Path(__file__).resolve().parents[2] / "docs" / "research" / "scripts"
THIRD_DAY = datetime(1970, 1, 3)  # noqa: DTZ001 (a time has no zone)


@pytest.fixture
def release(released_home) -> Path:
    (version,) = (released_home / "released" / "safe_harbor").iterdir()
    return version


@pytest.fixture
def told(release, monkeypatch, capsys):
    def run(name: str, *more: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, str(release), *more])
        runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


def rows(release: Path, table: str) -> list[dict]:
    return DeltaTable(str(release / table)).to_pyarrow_table().to_pylist()


def numbers(text: str) -> list[int]:
    return [int(one) for one in re.findall(r"\b\d+\b", text)]


def test_what_was_known_on_the_third_day(told, release):
    events = rows(release, "events")
    happened = sum(one["time"] is not None and one["time"] <= THIRD_DAY for one in events)
    first = min(one["subject_id"] for one in events)
    said = told("known_at")
    assert numbers(said.splitlines()[0])[:2] == [2, happened]
    assert str(first) in said


def test_values_of_a_code(told, release):
    values = [
        one for one in rows(release, "events")
        if one["numeric_value"] is not None and not one["flags"] and one["code"].startswith("LOINC//")
    ]  # fmt: skip
    code = values[0]["code"]
    of_code = [one for one in values if one["code"] == code]
    lines = told("lab_trajectory", code).splitlines()
    assert sum(numbers(line.partition(":")[2])[0] for line in lines) == len(of_code)


def test_notes_that_hold_a_word(told, release):
    found = [one for one in rows(release, "notes") if "patient" in one["text"].lower()]
    assert found
    assert numbers(told("note_search", "patient"))[:2] == [
        len(found),
        len({one["subject_id"] for one in found}),
    ]


@pytest.mark.parametrize("name", ["cohort", "readmission_labels"])
def test_a_ready_task_is_counted_from_all_subjects_on(told, release, name):
    assert str(len(rows(release, "subjects"))) in told(name)
