"""The ready views run on a release that a whole run has written."""

from pathlib import Path

import pytest
from deltalake import DeltaTable

from plummer.pipelines.views.ready import load_view, ready_views
from plummer.pipelines.views.sources import resources
from plummer.pipelines.views.view import compile_view

pytestmark = pytest.mark.spark


@pytest.fixture
def release(released_home) -> Path:
    (version,) = (released_home / "released" / "safe_harbor").iterdir()
    return version


def subjects(release: Path) -> set[str]:
    return {
        str(one) for one in DeltaTable(str(release / "subjects")).to_pyarrow_table()["subject_id"].to_pylist()
    }


@pytest.mark.parametrize("name", ready_views())
def test_each_gives_rows_that_join_with_the_subjects(release, name):
    view = compile_view(load_view(name))
    at = {column.name: place for place, column in enumerate(view.columns)}
    rows = list(view.rows(resources(release, view.resource)))
    assert rows
    known = subjects(release)
    key = at["id" if name == "patient" else "patient_id"]
    assert {row[key] for row in rows} <= known


def test_relative_days_stand_where_dates_were(release):
    view = compile_view(load_view("condition"))
    at = {column.name: place for place, column in enumerate(view.columns)}
    rows = list(view.rows(resources(release, "Condition")))
    assert all(row[at["onset"]] is None for row in rows)
    assert any(isinstance(row[at["onset_day"]], int) for row in rows)
