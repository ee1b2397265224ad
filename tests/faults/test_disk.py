"""A full disk and a torn log: a code and no half of anything, and mended by running again."""

import os
import subprocess
from contextlib import contextmanager

import pytest
from job_process import DERIVED, copy_home, counts, repeated, rows, run

from plummer.deid.keys import init_key

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.slow]


def _can_mount() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


needs_mount = pytest.mark.skipif(not _can_mount(), reason="mounting a small disk needs root")


@contextmanager
def _disk(place, size):
    """A disk of its own at a folder; yields a function that gives it more room."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", place], check=True)
    try:
        yield lambda larger: subprocess.run(["mount", "-o", f"remount,size={larger}", place], check=True)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def expected_rows(released_home):
    """Rows of what is derived: the pseudonyms of another home are other ones."""
    return {name: len(rows(released_home / name)) for name in DERIVED}


@needs_mount
def test_a_disk_that_fills_up_while_landing(prepared_home, synthetic, tmp_path):
    home = tmp_path / "home"
    init_key(home / "keys", "main")
    with _disk(home / "identified", "48k") as grow:
        full = run(home, synthetic, "--to", "identified")
        assert (full.code, full.data["error"]["code"]) == (70, "disk_full"), full.data
        grow("64m")
        ended = run(home, synthetic, "--to", "identified")
        assert ended.code == 0, ended.errors
        assert counts(home) == counts(prepared_home)
        assert repeated(home) == 0


@needs_mount
@pytest.mark.parametrize(("zone", "size"), [("deid", "32k"), ("timeline", "16k"), ("released", "64k")])
def test_a_disk_that_fills_up_later(expected_rows, prepared_home, synthetic, tmp_path, zone, size):  # noqa: PLR0917
    home = copy_home(prepared_home, tmp_path / "home")
    with _disk(home / zone, size) as grow:
        full = run(home, synthetic)
        assert (full.code, full.data["error"]["code"]) == (70, "disk_full"), full.data
        assert full.data["release"] is None
        left = home / "released"
        assert not left.exists() or not [path for path in left.rglob("*") if path.is_file()]
        grow("64m")
        ended = run(home, synthetic)
        assert ended.code == 0, ended.errors
        assert len(list((home / "released" / "safe_harbor").iterdir())) == 1
        assert counts(home) == counts(prepared_home)
        assert {name: len(rows(home / name)) for name in DERIVED} == expected_rows


@pytest.mark.parametrize(
    ("table", "stages"),
    [("identified/crosswalk", ()), ("deid/resources", ()), ("identified/resources", ("--to", "identified"))],
)
def test_a_table_whose_last_commit_is_empty_is_refused(released_home, synthetic, tmp_path, table, stages):
    home = copy_home(released_home, tmp_path / "home")
    log = home / table / "_delta_log"
    last = max(log.glob("*.json"))
    before = last.read_text()
    last.write_text("")
    for sidecar in log.glob(".*.crc"):
        sidecar.unlink()
    ended = run(home, synthetic, *stages)
    assert (ended.code, ended.data["error"]["code"]) == (5, "table_log_torn"), ended.data
    assert max(log.glob("*.json")) == last
    assert not last.read_text()
    last.write_text(before)
    assert run(home, synthetic, *stages).code == 0
