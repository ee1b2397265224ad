"""`policy try` shows values on a terminal and nowhere else."""

import json
import os
import pty
import subprocess
import sys

import pytest

_MAIN = "from plummer.pipelines.cli.main import main; main()"
_PATIENT = {"resourceType": "Patient", "id": "7", "gender": "male", "name": [{"family": "Zzcanary"}]}


def _command(file):
    return [sys.executable, "-c", _MAIN, "policy", "try", str(file)]


def _on_a_terminal(file):
    """Exit code and what the terminal showed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(_command(file), stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


@pytest.fixture
def patient(tmp_path):
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(_PATIENT))
    return file


def test_each_path_before_and_after_with_its_rule(patient):
    code, shown = _on_a_terminal(patient)
    assert code == 0, shown
    lines = shown.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("Patient.name "))
    assert "type.HumanName" in lines[at]
    assert "Zzcanary" in lines[at + 1]
    assert lines[at + 2].split() == ["after", "-"]
    assert any(line.startswith("Patient.gender") for line in lines)


def test_a_note_is_shown_before_and_after(tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("Seen by Dr. Zzcanary Qqcanary, call 212-555-0134.\n")
    code, shown = _on_a_terminal(note)
    assert code == 0, shown
    before, after = shown.split("\nafter\n")
    assert "212-555-0134" in before
    assert "212-555-0134" not in after


def test_nothing_is_written_to_a_pipe(patient):
    done = subprocess.run(_command(patient), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not_a_terminal" in done.stderr
    assert "canary" not in (done.stdout + done.stderr).casefold()


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_cannot_be_read_is_told(tmp_path, content):
    file = tmp_path / "x.json"
    if content is not None:
        file.write_bytes(content)
    code, shown = _on_a_terminal(file)
    assert code == 2
    assert "file_unreadable" in shown
