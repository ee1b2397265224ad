"""Golden cases: a folder of small CDM tables, and the resources and refusals that come of it."""

import json
from pathlib import Path

import pytest
from omop_case import landed

from plummer.pipelines.landing.second_opinion import second_opinion
from plummer.pipelines.landing.uncarried import added

CASES = sorted(path.parent.name for path in Path(__file__).parent.glob("*/expected.json"))


def shown(found):
    """Resources by file and line (a number with a point as its own text), what was refused, what was left."""
    good = {f"{path}:{o.line}": json.loads(o.body, parse_float=str) for path, o in found if o.reason is None}
    wrong = {f"{path}:{o.line}": o.reason for path, o in found if o.reason is not None}
    return {
        "resources": good,
        "refused": wrong,
        "uncarried": added(o.uncarried or {} for _, o in found),
    }


@pytest.mark.parametrize("case", CASES)
def test_case(case, tmp_path):
    folder = Path(__file__).parent / case
    found = list(landed(folder / "cdm", tmp_path / "lookups"))
    assert shown(found) == json.loads((folder / "expected.json").read_text())
    said = {finding for _, o in found if o.reason is None for finding in second_opinion(o.body)[1]}
    assert said <= {("class", "missing")}  # a visit of no known kind has none


def test_there_are_cases():
    assert len(CASES) >= 5
