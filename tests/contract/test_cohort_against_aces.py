"""`r.cohort` against ACES itself: random tasks over invented subjects, row by row."""

import random
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_release import day, event, make_release

from plummer.pipelines.research import open_release

PLUMMER = Path(__file__).with_name("judges") / ".venv" / "bin" / "plummer"
TASKS = 40
SUBJECTS = 120
CODES = ("A", "B", "C")
PREDICATES = """
predicates:
  a: {code: A}
  b: {code: B}
  c: {code: C}
  low: {code: A, value_max: 4, value_max_inclusive: true}
  either: {expr: 'or(a, b)'}
"""
NAMES = ("a", "b", "c", "low", "either")
COUNTS = ("'(1, None)'", "'(None, 0)'", "'(None, 2)'")
SPAN = ("start + 3d", "start + 12h", "start + 10 days")


def invented(draw: random.Random) -> list[dict]:
    return [
        event(subject, day(at / 2), draw.choice(CODES), numeric_value=draw.randint(0, 9))
        for subject in range(1, SUBJECTS + 1)
        for at in sorted(draw.choices(range(60), k=draw.randint(2, 14)))
    ]


def bounds(draw: random.Random) -> str:
    start, end = draw.choices(("true", "false"), k=2)
    return f"start_inclusive: {start}, end_inclusive: {end}"


def task(draw: random.Random) -> str:
    """A window that begins with the record or at the trigger, and a labelled one behind it."""
    has = f"has: {{{draw.choice(NAMES)}: {draw.choice(COUNTS)}}}"
    early = draw.random() < 0.3
    span = "start: null, end: trigger" if early else f"start: trigger, end: {draw.choice(SPAN)}"
    end = draw.choice(("start + 5d", f"start -> {draw.choice(NAMES)}", "null"))
    index = "start" if end == "null" else draw.choice(("start", "end"))
    label = f"label: {draw.choice(NAMES)}, index_timestamp: {index}"
    begin = "trigger" if early else "first.end"
    return f"""{PREDICATES}
trigger: {draw.choice(NAMES[:3])}
windows:
  first: {{{span}, {bounds(draw)}, {has}}}
  second: {{start: {begin}, end: {end}, {bounds(draw)}, {label}}}
"""


@pytest.fixture(scope="module")
def tasks(tmp_path_factory) -> list[Path]:
    folder, draw = tmp_path_factory.mktemp("tasks"), random.Random(11)
    files = [folder / f"task_{number}.yaml" for number in range(TASKS)]
    for file in files:
        file.write_text(task(draw))
    return files


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> Path:
    return make_release(tmp_path_factory.mktemp("aces") / "release", invented(random.Random(7)))


@pytest.fixture(scope="module")
def labels(release, tasks, tmp_path_factory) -> Path:
    """ACES's own rows for every task, in one process."""
    out = tmp_path_factory.mktemp("aces") / "out"
    asked = [word for file in tasks for word in ("--task", file)]
    ended = subprocess.run(
        [PLUMMER, "export", "meds", release, "--out", out, *asked],
        capture_output=True, text=True, check=False, cwd=out.parent,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2_000:]
    return out / "labels"


def rows(table: pa.Table, label: str) -> list[tuple]:
    columns = (table[name].to_pylist() for name in ("subject_id", "prediction_time", label))
    # ACES gives a row without a time where the event that bounds a window isn't there; a cohort leaves it out
    return sorted(row for row in zip(*columns, strict=True) if row[1] is not None)


def test_every_task_gives_the_rows_of_aces(release, tasks, labels):
    opened = open_release(release, "p")
    told, differ = 0, []
    for file in tasks:
        parts = sorted((labels / file.stem).rglob("*.parquet"))
        wanted = rows(
            pa.concat_tables(map(pq.read_table, parts), promote_options="permissive"), "boolean_value"
        )
        told += len(wanted)
        if rows(opened.cohort(file).rows, "label") != wanted:
            differ.append(file.stem)
    assert differ == []
    assert told > 10 * TASKS
