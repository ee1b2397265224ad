"""Other people's software reads what `plummer export meds` writes: meds, MEDS-Transforms and ACES.

They run in processes of their own, in the environment that ``judges/`` locks (MEDS-Transforms and ACES need
polars under 2) and ``make judges`` makes. Without it these tests fail; none of them skips.
"""

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from made_release import day, make_release
from meds_stories import BIRTH, COPIES, STORIES, events, expected

from plummer.pipelines.export.meds import export_meds
from plummer.pipelines.export.released import open_release
from plummer.pipelines.export.tasks import ready_task, ready_tasks

VALIDATOR = Path(__file__).with_name("meds_validator.py")
JUDGES = Path(__file__).with_name("judges") / ".venv" / "bin"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "research" / "meds.md"


@pytest.fixture(scope="session")
def judge():
    """What the meds package says of a folder."""

    def run(root: Path) -> dict:
        ended = subprocess.run(
            [JUDGES / "python", VALIDATOR, root], capture_output=True, text=True, check=True
        )
        return json.loads(ended.stdout)

    return run


@pytest.fixture(scope="session")
def release(tmp_path_factory) -> Path:
    return make_release(tmp_path_factory.mktemp("meds") / "release", events(), files=3)


@pytest.fixture(scope="session")
def exported(release, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("meds") / "out"
    made = export_meds(open_release(release), out, shard_events=400)
    assert made.shards["train"] > 1
    assert min(made.shards.values()) > 0
    return out


def rows_in(folder: Path) -> pa.Table:
    return pa.concat_tables(pq.read_table(path) for path in sorted(folder.rglob("*.parquet")))


# --- the meds package


def test_meds_accepts_every_file(exported, judge):
    said = judge(exported)
    assert said["broken"] == []
    assert said["events"] == len(events())
    assert said["subjects"] == COPIES * len(STORIES)
    assert said["shards"] == len(list((exported / "data").rglob("*.parquet")))


ZONED = pa.timestamp("us", "UTC")


def damage(root: Path, path: str, change) -> None:
    table = pq.read_table(root / path)
    pq.write_table(change(table), root / path)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("data/train/0.parquet", lambda t: t.drop_columns(["code"])),
        ("data/train/0.parquet", lambda t: t.set_column(1, "time", t["time"].cast(ZONED))),
        ("data/train/0.parquet", lambda t: t.take(list(range(len(t)))[::-1])),
        ("data/train/0.parquet", lambda t: t.set_column(0, "subject_id", pa.array([1] * len(t)))),
        ("metadata/codes.parquet", lambda t: t.slice(1)),
        ("metadata/subject_splits.parquet", lambda t: t.append_column("more", t["split"])),
    ],
)  # fmt: skip
def test_the_judge_finds_what_is_broken(release, judge, tmp_path, path, change):
    export_meds(open_release(release), tmp_path / "out")
    damage(tmp_path / "out", path, change)
    assert judge(tmp_path / "out")["broken"]


# --- MEDS-Transforms


@pytest.fixture(scope="session")
def tokens(exported, tmp_path_factory) -> Path:
    """The output of the tokenisation pipeline that docs/research/meds.md shows."""
    out = tmp_path_factory.mktemp("tokens")
    pipeline = out / "pipeline.yaml"
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert "/data/meds" in shown
    pipeline.write_text(shown.replace("/data/meds", str(exported)).replace("/data/tokens", f"{out}/made"))
    path = f"{JUDGES}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        [JUDGES / "MEDS_transform-pipeline", pipeline],
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-2_000:] + ended.stderr[-2_000:]
    return out / "made"


def test_tokens_are_the_events_again(exported, tokens):
    """Every event of a code that the training split has is one integer, at its place."""
    codes = pq.read_table(tokens / "metadata" / "codes.parquet")
    names = dict(zip(codes["code/vocab_index"].to_pylist(), codes["code"].to_pylist(), strict=True))
    trained = set(rows_in(exported / "data" / "train")["code"].to_pylist())
    assert set(names.values()) == trained | {"AGE"}
    assert len(names) == len(codes)
    for path in sorted((exported / "data").rglob("*.parquet")):
        told = pq.read_table(tokens / "data" / path.relative_to(exported / "data"))
        assert pa.types.is_integer(told["code"].type)
        rows = zip(*(told[name].to_pylist() for name in ("subject_id", "time", "code")), strict=True)
        decoded = [(subject, at, names[code]) for subject, at, code in rows]
        given = pq.read_table(path)
        rows = zip(*(given[name].to_pylist() for name in ("subject_id", "time", "code")), strict=True)
        assert [row for row in decoded if row[2] != "AGE"] == [row for row in rows if row[2] in trained]


def test_ages_are_counted_from_the_birth_on_the_relative_axis(tokens):
    table = rows_in(tokens / "add_time_derived_measurements")
    ages = table.filter(pc.equal(table["code"], "AGE"))
    assert len(ages) > COPIES
    for at, age in zip(ages["time"].to_pylist(), ages["numeric_value"].to_pylist(), strict=True):
        assert age == pytest.approx((at - day(BIRTH)).days / 365.25, abs=0.01)


def test_numbers_are_normalised_over_the_training_split(exported, tokens):
    codes = pq.read_table(tokens / "metadata" / "codes.parquet").to_pylist()
    (index,) = [row["code/vocab_index"] for row in codes if row["code"] == "LOINC//718-7"]
    table = rows_in(tokens / "data" / "train")
    values = table.filter(pc.equal(table["code"], index))["numeric_value"].to_numpy()
    given = rows_in(exported / "data" / "train")
    assert len(values) == pc.sum(pc.equal(given["code"], "LOINC//718-7")).as_py()
    assert values.mean() == pytest.approx(0, abs=1e-3)
    assert values.std() == pytest.approx(1, abs=1e-2)


# --- ACES


def labels_in(folder: Path) -> list[tuple]:
    table = rows_in(folder)
    names = ("subject_id", "prediction_time", "boolean_value")
    return sorted(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_stories_tell_both_answers_of_each_task():
    for task in ready_tasks():
        assert set(Counter(label for *_, label in expected(task))) == {True, False}


@pytest.mark.parametrize("task", ready_tasks())
def test_aces_extracts_the_cohort(exported, tmp_path, task):
    """`aces-cli`, as its manual has it, over the shards; the labels are those worked out by hand."""
    (tmp_path / f"{task}.yaml").write_text(ready_task(task))
    data = exported / "data"
    shards = sorted(path.relative_to(data).with_suffix("").as_posix() for path in data.rglob("*.parquet"))
    options = {
        "data": "sharded", "data.standard": "meds", "data.root": data, "data.shard": ",".join(shards),
        "cohort_dir": tmp_path, "cohort_name": task, "hydra.verbose": "false",
    }  # fmt: skip
    ended = subprocess.run(
        [JUDGES / "aces-cli", "-m", *(f"{name}={value}" for name, value in options.items())],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2_000:]
    made = tmp_path / task
    assert len(list(made.rglob("*.parquet"))) == len(shards)
    assert labels_in(made) == expected(task)


def test_label_sets_of_the_export_are_the_same_and_valid(release, judge, tmp_path):
    """`plummer export meds --task`, where neither Spark nor Dagster is: what a researcher installs."""
    out = tmp_path / "out"
    asked = [word for task in ready_tasks() for word in ("--task", task)]
    ended = subprocess.run(
        [JUDGES / "plummer", "export", "meds", release, "--out", out, "--json", *asked],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-2_000:]
    made = json.loads(ended.stdout.splitlines()[-1])
    for task in ready_tasks():
        assert labels_in(out / "labels" / task) == expected(task)
        assert made["labels"][task] == len(expected(task))
        shards = [path.relative_to(out / "data") for path in sorted((out / "data").rglob("*.parquet"))]
        folder = out / "labels" / task
        assert [path.relative_to(folder) for path in sorted(folder.rglob("*.parquet"))] == shards
    said = judge(out)
    assert said["broken"] == []
    assert said["labels"] == sum(len(expected(task)) for task in ready_tasks())
