"""R-15 and R-17 on whole runs: an epoch changes every pseudonym, resealing none; the old key is refused."""

import json
import shutil
import subprocess
import sys

import pytest
from job_process import copy_home, environment, rows, run

from plummer.pipelines import manifest

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.slow]
_MAIN = "from plummer.pipelines.cli.main import main; main()"


def _rotate(home, way):
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, "keys", "rotate", f"--{way}", "--home", str(home), "--json"],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _ids(home):
    return {row["resource_id"] for row in rows(home / "deid" / "resources")}


def test_resealing_changes_nothing_that_is_released_and_the_old_key_opens_nothing(
    released_home, synthetic, tmp_path
):
    home = copy_home(released_home, tmp_path / "home")
    before, kept = _ids(home), tmp_path / "old.key"
    shutil.copy2(home / "keys" / "main.key", kept)
    _rotate(home, "reseal")
    assert run(home, synthetic).code == 0
    assert _ids(home) == before
    shutil.copy2(kept, home / "keys" / "main.key")
    ended = run(home, synthetic)
    assert (ended.code, ended.data["error"]["code"]) == (5, "key_mismatch")


def test_an_epoch_changes_every_pseudonym_and_old_releases_verify(released_home, synthetic, tmp_path):
    home = copy_home(released_home, tmp_path / "home")
    before = _ids(home)
    assert _rotate(home, "epoch")["epoch"] == 2
    ended = run(home, synthetic)
    assert ended.code == 0, ended.errors
    after = _ids(home)
    assert len(after) == len(before)
    assert not after & before
    versions = sorted((home / "released" / "safe_harbor").iterdir())
    assert [path.name for path in versions] == ["1.0.0", "1.1.0"]
    assert all(manifest.verify(path).intact for path in versions)
