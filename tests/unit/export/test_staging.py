"""An output folder is whole or it isn't there, whoever is killed and whenever."""

import os
import signal
import subprocess
import sys
import time

import pytest

from plummer.pipelines.export.staging import staged
from plummer.schemas.errors import PlummerError


def write(out, text="whole"):
    with staged(out) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text(text)
        assert not out.exists() or not any(out.iterdir())


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_and_an_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")
    write(tmp_path / "deep" / "new")
    assert names(tmp_path) == ["deep/new/sub/a", "empty/sub/a"]


def test_a_link_to_an_empty_folder_is_filled_where_it_leads(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link")
    assert names(tmp_path / "real") == ["sub/a"]


@pytest.mark.parametrize("make", ["file", "full"])
def test_what_holds_something_is_left_alone(tmp_path, make):
    out = tmp_path / "out"
    if make == "full":
        out.mkdir()
        (out / "mine").write_text("mine")
    else:
        out.write_text("mine")
    with pytest.raises(PlummerError, match="out_not_empty"):
        write(out)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_a_failure_leaves_nothing(tmp_path, error):
    def fail():
        with staged(tmp_path / "out") as folder:
            (folder / "half").write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_without_its_path(tmp_path):
    with pytest.raises(PlummerError) as told, staged(tmp_path / "out"):
        raise OSError(28, "No space left on device", str(tmp_path))
    assert (told.value.code, int(told.value.exit_code)) == ("out_unwritable", 2)
    assert str(tmp_path) not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_somebody_who_filled_the_folder_meanwhile_wins(tmp_path):
    out = tmp_path / "out"

    def late():
        with staged(out) as folder:
            (folder / "a").write_text("mine")
            out.mkdir()
            (out / "b").write_text("theirs")

    with pytest.raises(PlummerError, match="out_unwritable"):
        late()
    assert names(tmp_path) == ["out/b"]


CHILD = """
import sys, time
from pathlib import Path
from plummer.pipelines.export.staging import staged
with staged(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    print("at work", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def at_work(tmp_path):
    """Another process that is in the middle of writing the same folder."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path / "out"], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"at work\n"
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def test_two_don_t_write_one_folder(tmp_path, at_work):
    with pytest.raises(PlummerError, match="out_busy"):
        write(tmp_path / "out")
    assert names(tmp_path) == [".out.partial/half"]


def test_what_a_killed_process_left_is_cleared(tmp_path, at_work):
    os.kill(at_work.pid, signal.SIGKILL)
    at_work.wait()
    assert names(tmp_path) == [".out.partial/half"]
    assert not (tmp_path / "out").exists()
    write(tmp_path / "out")
    assert names(tmp_path) == ["out/sub/a"]


def test_an_interrupted_process_leaves_nothing(tmp_path, at_work):
    os.kill(at_work.pid, signal.SIGINT)
    at_work.wait()
    for _ in range(50):
        if not list(tmp_path.iterdir()):
            break
        time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []
