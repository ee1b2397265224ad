import subprocess
import sys

import pytest

from plummer.pipelines.lock import writer
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
