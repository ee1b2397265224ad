"""What the report tells of kept content: shares by type; small types withheld, none told by subtraction."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from plummer.expectations import gates
from plummer.expectations.report import render_html, to_json
from plummer.expectations.report.data import Fidelity
from plummer.expectations.report.kept import kept, percent

K = 11


def told(report):
    return json.loads(to_json(report))["fidelity"]


def test_shares_stand_by_type(report):
    rows = {row["type"]: row for row in told(report)["types"]}
    assert rows["Observation"] == {
        "type": "Observation",
        "withheld": False,
        "source": 10_155,
        "kept": 10_153,
        "percent": 99.9,
        "parts": {"code": 100.0, "value": 99.9, "unit": None, "status": None, "time": 100.0},
    }
    assert rows["Condition"]["parts"]["code"] == 96.1
    page = render_html(report)
    assert "Condition</th>" in page
    assert "96.1" in page


def test_one_lost_value_lowers_the_share(report):
    before = told(report)
    content = {**report.fidelity.content, "CarePlan": {"status": (630, 629)}}
    after = told(replace(report, fidelity=replace(report.fidelity, content=content)))
    (row,) = (row for row in after["types"] if row["type"] == "CarePlan")
    assert (row["kept"], row["percent"]) == (629, 99.8)
    assert after["shown"]["kept"] == before["shown"]["kept"] - 1


def test_a_small_type_is_withheld_and_so_is_what_would_give_it_away(report):
    found = told(report)
    rows = {row["type"]: row for row in found["types"]}
    withheld = {kind for kind, row in rows.items() if row["withheld"]}
    # records by type hides Condition's 312 with Goal's 4, events being told; the same stand for both here
    assert "Goal" in withheld
    assert len(withheld) >= 2
    for kind in withheld:
        assert {value for name, value in rows[kind].items() if name not in {"type", "withheld", "parts"}} == {
            None
        }
        assert set(rows[kind]["parts"].values()) == {None}
    shown = [row for row in rows.values() if not row["withheld"]]
    assert found["shown"]["source"] == sum(row["source"] for row in shown)
    page = render_html(report)
    assert '<th scope="row">Goal</th><td class="n withheld">withheld</td>' in page


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60), min_size=1),
    st.sets(st.sampled_from("abc")),
)
def test_nothing_small_is_told_and_nothing_large_is_hidden(resources, hidden):
    content = {kind: {"status": (count, count)} for kind, count in resources.items()}
    found = kept(Fidelity(1, 1, 30, resources, content, {}), K, hidden)
    for row in found["types"]:
        count = resources[row["type"]]
        assert row["withheld"] == (count < K or row["type"] in hidden)
        assert row["source"] == (None if row["withheld"] else count)
    assert found["shown"]["source"] == sum(row["source"] or 0 for row in found["types"])


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_a_hundred_per_cent_means_all(source, lost):
    share = percent((source, max(source - lost, 0)))
    assert (share == 100) == (lost == 0)
    assert 0 <= share <= 100


def test_a_sample_is_called_one(report):
    assert "All 4,290 records were compared" in render_html(report)
    sampled = replace(report, fidelity=replace(report.fidelity, records=900))
    assert "A sample: 900 of 4,290 records" in render_html(sampled)
    few = replace(report, fidelity=replace(report.fidelity, subjects=7))
    assert told(few)["subjects"] is None
    assert "were not compared" in render_html(replace(report, fidelity=None))


def test_the_gate_opens_only_where_nothing_is_bent():
    assert gates.timeline_invariance(0, 1).passed is True
    assert gates.timeline_invariance(1, 1).passed is False
    assert gates.timeline_invariance(0, 1, failed=1).passed is False
    assert gates.timeline_invariance(0, 0).passed is None
    assert gates.closed([gates.timeline_invariance(2, 9)], "candidate") == ()
    assert gates.closed([gates.timeline_invariance(2, 9)], "publish")
