"""A date that stands for no date is no event time of a subject."""

import pytest

from plummer.pipelines.index.resource import _instants
from plummer.schemas.mappings import load_mappings


def _times(day):
    resource = {"resourceType": "Condition", "id": "c", "recordedDate": day, "onsetDateTime": day}
    return _instants(resource, load_mappings(), "UTC")


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31"])
def test_placeholders_are_left_out(day):
    assert _times(day) == set()


def test_other_days_are_taken():
    assert len(_times("2020-03-04")) == 1
