"""The notes written by hand for measuring are read as they are marked."""

import runpy
from pathlib import Path

import pytest

from plummer.deid.text.spans import TYPES

READER = runpy.run_path(str(Path(__file__).resolve().parents[3] / "bench" / "written.py"))


@pytest.mark.parametrize("name", READER["SETS"])
def test_marks_are_taken_out_and_kept_as_places(name):
    notes = READER["written"](name)
    assert len({note.id for note in notes}) == len(notes) >= 20
    for note in notes:
        assert "{{" not in note.text
        assert "}}" not in note.text
        assert note.spans
        for span in note.spans:
            value = note.text[span.start : span.end]
            assert value == value.strip()
            assert span.label in {*TYPES, "TIME_OF_DAY"}
