"""Which found needles are words, and which are leaks all the same."""

import json

import pyarrow as pa
import pytest

from plummer.expectations.scan import Needle
from plummer.pipelines.stages.leak_words import excuse_rows, excused

SNOMED = "http://snomed.info/sct"


def asked(value, *bodies):
    batch = pa.RecordBatch.from_arrays([pa.array(map(json.dumps, bodies), pa.string())], ["body"])
    rows = [row for out in excuse_rows([Needle("n", value)], iter([batch])) for row in out.to_pylist()]
    return excused([(row["id"], row["kind"]) for row in rows]) == {"n"}


@pytest.mark.parametrize("text", ["a young man", "Young at heart.", "Seen.\n- Young", "YOUNG MAN"])
def test_a_word_that_the_engine_leaves_standing_is_excused(text):
    assert asked("Young", {"text": text})


@pytest.mark.parametrize("text", ["seen by Young today", "a young man; Mr. Young", "mr young"])
def test_a_word_where_a_name_stands_is_a_leak(text):
    assert not asked("Young", {"text": text})


@pytest.mark.parametrize("text", ["seen by okonkwo", "Okonkwo", "OKONKWO"])
def test_a_name_that_is_no_word_is_a_leak_in_any_case(text):
    assert not asked("Okonkwo", {"text": text})


def test_a_word_of_a_kept_coding_is_excused_and_of_a_bare_display_is_not():
    assert asked("Okonkwo", {"coding": [{"system": SNOMED, "code": "1", "display": "Okonkwo syndrome"}]})
    assert not asked("Okonkwo", {"performer": {"display": "Okonkwo"}})
    assert not asked("Okonkwo", {"coding": [{"system": SNOMED, "display": "Okonkwo"}]})


def test_what_was_not_found_in_resources_is_not_excused():
    assert not asked("Young", {"text": "an old man"})
