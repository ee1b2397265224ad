"""The same content whether the job runs in one process or on two workers of a standalone cluster."""

import shutil
from pathlib import Path

import pyspark
import pytest
from job_process import copy_home, counts, derived, run

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.faults]


@pytest.fixture(autouse=True)
def _workers_folders():
    """Spark keeps its workers' folders beside itself; those of this test are taken away."""
    work = Path(pyspark.__file__).parent / "work"
    before = set(work.glob("app-*"))
    yield
    for folder in set(work.glob("app-*")) - before:
        shutil.rmtree(folder)


def _processed(prepared, source, folder, **environment):
    home = copy_home(prepared, folder)
    ended = run(home, source, "--to", "timeline", **environment)
    assert ended.code == 0, ended.errors
    assert {"scrub", "notes", "timeline"} <= set(ended.data["seconds"])
    return home


def test_two_workers_give_the_same_content_as_one_process(prepared_home, synthetic, tmp_path):
    local = _processed(prepared_home, synthetic, tmp_path / "local", PLUMMER_SPARK_MASTER="local[2]")
    workers = "local-cluster[2,1,1024]"
    cluster = _processed(prepared_home, synthetic, tmp_path / "cluster", PLUMMER_SPARK_MASTER=workers)
    assert derived(cluster) == derived(local)
    assert counts(cluster) == counts(local)
