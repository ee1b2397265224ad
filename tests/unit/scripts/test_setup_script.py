"""`scripts/setup`: what it asks of uv and of the system; both are replaced by ones that write it down."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[3] / "scripts" / "setup"
JAVA = "#!/bin/sh\necho 'openjdk version \"{major}.0.1\"' >&2\n"
RECORDER = '#!/bin/sh\necho "$(basename "$0") $*" >> "$RECORD"\n'


@pytest.fixture
def machine(tmp_path):
    """A folder with the script, a recording uv and apt-get, and a python3 that is only a shim."""
    commands = tmp_path / "bin"
    for folder in (commands, tmp_path / "scripts"):
        folder.mkdir()
    shutil.copy(SETUP, tmp_path / "scripts" / "setup")
    (tmp_path / "uv.lock").write_text("version = 1")
    _tool(tmp_path / "scripts" / "uv", RECORDER)
    _tool(commands / "apt-get", RECORDER)
    _tool(commands / "id", "#!/bin/sh\necho ${USER_ID:-1000}\n")
    _tool(commands / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for name in ("bash", "dirname", "basename", "sed", "head", "cat", "cksum"):
        (commands / name).symlink_to(shutil.which(name))
    return tmp_path


def _tool(path, text):
    path.write_text(text)
    path.chmod(0o755)


def _setup(machine, **more):
    environment = {"PATH": str(machine / "bin"), "RECORD": str(machine / "record"), **more}
    command = [str(machine / "bin" / "bash"), str(machine / "scripts" / "setup")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    record = machine / "record"
    return done, record.read_text().splitlines() if record.exists() else []


def test_python_is_asked_for_by_version_and_never_by_the_path_of_a_shim(machine):
    _tool(machine / "bin" / "java", JAVA.format(major=17))
    done, asked = _setup(machine)
    assert done.returncode == 0, done.stderr
    assert f"--python {sys.version_info[0]}.{sys.version_info[1]}" in asked[0]
    assert asked[-1].endswith("plummer doctor --fetch-jars --quiet")
    assert not any(line.startswith("apt-get") for line in asked)


def test_packages_are_compiled_when_they_change_and_not_each_time(machine):
    _tool(machine / "bin" / "java", JAVA.format(major=17))
    (machine / ".venv").mkdir()
    for lock, compiled in (("a", True), ("a", False), ("b", True)):
        (machine / "uv.lock").write_text(lock)
        (machine / "record").unlink(missing_ok=True)
        done, asked = _setup(machine)
        assert done.returncode == 0, done.stderr
        assert asked[0].endswith("--compile-bytecode") is compiled


@pytest.mark.parametrize("major", [None, 11, 25])
def test_without_a_java_that_fits_root_installs_one(machine, major):
    if major:
        _tool(machine / "bin" / "java", JAVA.format(major=major))
    done, asked = _setup(machine, USER_ID="0")
    assert done.returncode == 0, done.stderr
    assert asked[:2] == ["apt-get update -qq", "apt-get install -y -qq openjdk-17-jre-headless"]


def test_another_user_is_told_the_command_and_nothing_is_changed(machine):
    done, asked = _setup(machine, USER_ID="1000")
    assert done.returncode == 6
    assert done.stderr.strip().endswith("run: sudo apt-get install -y openjdk-17-jre-headless")
    assert asked == []


def test_a_python_that_is_too_old_is_named(machine):
    _tool(machine / "bin" / "python3", "#!/bin/sh\nexit 1\n")
    done, asked = _setup(machine)
    assert done.returncode == 6
    assert "python3 must be" in done.stderr
    assert asked == []


def test_the_script_is_one_that_can_be_started():
    assert os.access(SETUP, os.X_OK)
