"""Sets of notes that the tagger is measured on share no wording with what it was trained on."""

import re
import runpy
from importlib.resources import files
from pathlib import Path

import pytest

from plummer.deid.corpus.write import TRAINING_FILES

WRITTEN = runpy.run_path(str(Path(__file__).resolve().parents[3] / "bench" / "written.py"))["written"]
_WORDS = 6
_SLOT = re.compile(r"\{[^}]*\}|\[[^\]]*\]")


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every run of six words."""
    words = re.findall(r"[a-z]+", text.lower())
    return {tuple(words[at : at + _WORDS]) for at in range(len(words) - _WORDS + 1)}


@pytest.fixture(scope="module")
def trained() -> set[tuple[str, ...]]:
    """The runs of all training templates, line by line, slots left out."""
    folder = files("plummer.deid.corpus")
    lines = [line for name in TRAINING_FILES for line in (folder / name).read_text("utf-8").splitlines()]
    return set().union(*(_runs(_SLOT.sub(" 0 ", line)) for line in lines))


@pytest.mark.parametrize("name", ["fresh", "far", "mail"])
def test_no_wording_of_a_measured_set_is_training_text(trained, name):
    shared = [len(runs & trained) / len(runs) for runs in (_runs(note.text) for note in WRITTEN(name))]

    assert max(shared) < 0.05


def test_the_mended_set_is_known_to_be_training_text(trained):
    shared = [bool(_runs(note.text) & trained) for note in WRITTEN("mended")]

    assert sum(shared) > len(shared) / 4
