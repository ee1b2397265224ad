"""What the engine would find can't change without its version, on which every rebuild hangs."""

import shutil
from pathlib import Path

import pytest

from plummer.deid.text import version


@pytest.mark.parametrize("changed", ["text/merge.py", "recognizers/veto.txt", "tagger/model.npz"])
def test_one_byte_of_code_list_or_model_is_another_version(changed, tmp_path, monkeypatch):
    for part in ("text", "recognizers", "tagger"):
        shutil.copytree(version.files(f"plummer.deid.{part}"), tmp_path / part)
    monkeypatch.setattr(version, "files", lambda package: Path(tmp_path, package.rpartition(".")[2]))
    told = version.text_version.__wrapped__()
    assert told == version.text_version()
    file = tmp_path / changed
    file.write_bytes(file.read_bytes() + b" ")
    assert version.text_version.__wrapped__() != told
