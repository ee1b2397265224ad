"""A check waits for the tables that it joins, until a run has made them: an earlier one's are stale."""

from types import SimpleNamespace

import pytest

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.suites import waits_for
from plummer.schemas.tables import LOADS, QUARANTINE, RESOURCES, SUBJECTS


def job(home, *reached):
    return SimpleNamespace(home=home, reached=lambda step: object() if step in reached else None)


@pytest.fixture
def home(tmp_path):
    made = Home.at(tmp_path)
    for spec in (SUBJECTS, RESOURCES, LOADS, QUARANTINE):
        delta.create(made.table(spec), spec)
    return made


def test_subjects_of_an_earlier_run_are_waited_for(home):
    assert waits_for(job(home), "deid_notes") == ["timeline/subjects"]
    assert waits_for(job(home, "scrub", "notes", "timeline"), "deid_notes") == []


def test_a_table_that_is_not_there_is_waited_for_though_its_step_ended(tmp_path):
    assert waits_for(job(Home.at(tmp_path), "timeline"), "deid_notes") == ["timeline/subjects"]


def test_what_landing_makes_is_never_waited_for_once_it_is_there(home):
    assert waits_for(job(home), "loads") == []
