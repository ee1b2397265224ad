import subprocess
import sys

import pytest

from plummer.pipelines.lock import hold, writer
from plummer.schemas.errors import PlummerError

HOLD = """
import sys
from pathlib import Path
from plummer.pipelines.lock import writer
with writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_second_writer_is_refused(tmp_path) -> None:
    with writer(tmp_path), pytest.raises(PlummerError, match="home_busy") as caught, writer(tmp_path):
        pass
    assert int(caught.value.exit_code) == 2


def test_lock_is_free_afterwards(tmp_path) -> None:
    for _ in range(2):
        with writer(tmp_path):
            pass


def test_a_run_that_the_pages_started_holds_the_home_too(tmp_path) -> None:
    """Until its process ends; in that process a command finds the lock its own."""
    hold(tmp_path)
    with writer(tmp_path):
        hold(tmp_path)
    take = HOLD.replace("with writer", "hold(Path(sys.argv[1]))\nwith writer").replace(
        "import writer", "import hold, writer"
    )
    other = subprocess.run(
        [sys.executable, "-c", take, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (other.returncode, "home_busy" in other.stderr, other.stdout) == (1, True, "")


def test_holding_within_a_command_ends_with_it(tmp_path) -> None:
    with writer(tmp_path):
        hold(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", HOLD, str(tmp_path)], input="", capture_output=True, text=True, check=True
    )
    assert ended.stdout == "held\n"


def test_lock_of_a_killed_process_is_taken_over(tmp_path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(PlummerError, match="home_busy"), writer(tmp_path):
            pass
        other.kill()
        other.wait()
        with writer(tmp_path):
            pass
