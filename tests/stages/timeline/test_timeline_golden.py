"""Every golden case through the pure interpreter, and the account of what has no event."""

import json

import pytest
from timeline_golden import CASES, expected, joined_of, plain, resources, subject_of

from plummer.pipelines.timeline import extract_notes, interpret, load_mappings

REASONS = {
    "counted": {"x1": "not_mapped", "x2": "not_mapped", "x3": "no_subject"},
    "encounter_shift": {"e3": "entered_in_error"},
    "more_types": {"k3": "entered_in_error"},
    "medications": {"med1": "not_mapped", "m3": "no_code"},
    "negated": {"n2": "entered_in_error"},
    "observation_values": {"o13": "entered_in_error", "o15": "no_code"},
    "reports_and_notes": {"d2": "entered_in_error"},
}


def outcomes(case):
    mappings = load_mappings()
    for _, resource in resources(case):
        subject, joined = subject_of(resource), joined_of(resource, case)
        yield resource["id"], interpret(mappings, resource, subject, resource["id"], joined)


@pytest.mark.parametrize("case", CASES)
def test_events_are_the_expected_ones(case):
    found = [plain(event) for _, outcome in outcomes(case) for event in outcome.events]
    wanted = [_without_late(plain(row)) for row in expected(case)]
    assert sorted(map(json.dumps, map(_sorted, found))) == sorted(map(json.dumps, map(_sorted, wanted)))


@pytest.mark.parametrize("case", CASES)
def test_each_resource_has_events_or_a_reason(case):
    reasons = {}
    for source_id, outcome in outcomes(case):
        assert bool(outcome.events) != (outcome.reason is not None)
        if outcome.reason is not None:
            reasons[source_id] = outcome.reason
    assert reasons == REASONS.get(case, {})


def test_notes_carry_text_counts_type_time_and_encounter():
    counts = {"r1": [{"NAME": 2}], "d1": [{}, {"DATE": 1}], "d2": [{"NAME": 1}]}
    notes = [
        note
        for _, resource in resources("reports_and_notes")
        for note in extract_notes(
            load_mappings(), resource, 110, resource["id"], counts.get(resource["id"], ())
        )
    ]
    rows = [(n.note_id, n.note_type, n.time.isoformat(), n.encounter_id, n.text, n.counts) for n in notes]
    assert rows == [
        ("r1-0", "LOINC//24323-8", "2016-06-01T00:00:00", "e1", "All well.\n", {"NAME": 2}),
        # the PDF isn't counted by the scrubber, the refused text before it is
        ("d1-1", "LOINC//34117-2", "2016-06-03T00:00:00", "e1", "Seen on [DAY 3]. Émile.", {"DATE": 1}),
    ]


def _without_late(row):
    """One event alone doesn't know of the death; the stage's order does, and flags it."""
    flags = [flag for flag in row.pop("flags", []) if flag != "after_death"]
    return {**row, **({"flags": flags} if flags else {})}


def _sorted(row):
    return dict(sorted(row.items()))
