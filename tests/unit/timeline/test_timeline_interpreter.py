"""Properties of the interpreter: it takes any shape, keeps tokens, and agrees with the raw dates."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.dates import EPOCH
from plummer.pipelines.timeline import decode, interpret, load_mappings, raw_event_times
from plummer.pipelines.timeline.codes import prefix_of

MAPPINGS = load_mappings()
TYPES = sorted(MAPPINGS.types)
NAMES = sorted(
    {name for m in MAPPINGS.types.values() for e in m.events for p in (*e.time, *e.end_time) for name, _ in p}
    | {
        "coding",
        "code",
        "system",
        "value",
        "valueQuantity",
        "status",
        "component",
        "extension",
        "url",
        "class",
    }
    | {
        "medicationReference",
        "reference",
        "contained",
        "type",
        "birthDate",
        "_birthDate",
        "_issued",
        "period",
    }
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["2020-01-01", "1e"])
)
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(NAMES), SHAPES, max_size=8), SHAPES)
def test_any_shape_has_events_or_a_reason(kind, resource, joined):
    outcome = interpret(MAPPINGS, {**resource, "resourceType": kind}, 1, "s", joined)
    assert bool(outcome.events) != (outcome.reason is not None)
    assert [e.position for e in outcome.events] == list(range(len(outcome.events)))
    list(raw_event_times(MAPPINGS, {**resource, "resourceType": kind}))


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@settings(deadline=None)
@given(NUMBERS.filter(lambda token: token != "-0"))
def test_number_tokens_are_exact(token):
    code = '{"coding":[{"code":"x"}]}'
    body = f'{{"resourceType":"Observation","code":{code},"valueQuantity":{{"value":{token}}}}}'
    (event,) = interpret(MAPPINGS, decode(body), 1, "s").events
    assert event.numeric_text == token
    if event.numeric_value is not None and 1e-30 < abs(float(token)) < 1e30:
        assert abs(Decimal(event.numeric_value) - Decimal(token)) <= abs(Decimal(token)) * Decimal("6e-8")


DATES = st.dates(date(1950, 1, 1), date(2030, 1, 1)).map(str)


@settings(deadline=None)
@given(st.sampled_from(TYPES), st.data())
def test_raw_dates_are_the_times_of_the_events(kind, data):
    """What the index takes as event dates is what becomes time and end_time when dates are kept."""
    resource = {"resourceType": kind, "code": {"coding": [{"code": "x"}]}}
    paths = {p for e in MAPPINGS.types[kind].events for p in (*e.time, *e.end_time, *e.available_time)}
    for path in sorted(p for p in paths if len(p) <= 2):
        if data.draw(st.booleans()):
            node = resource.setdefault(path[0][0], {}) if len(path) == 2 else resource
            if isinstance(node, dict):
                node[path[-1][0]] = data.draw(DATES)
    events = interpret(MAPPINGS, resource, 1, "s", {"coding": [{"code": "x"}]}).events
    times = {t for e in events for t in (e.time, e.end_time) if t is not None}
    assert times <= {datetime.fromisoformat(text) for text in raw_event_times(MAPPINGS, resource)}


@given(st.integers(-10, 80_000), st.integers(0, 9))
def test_relative_days_count_from_the_epoch(days, order):
    element = {
        "extension": [
            {"url": "urn:plummer:relative-day", "valueInteger": days},
            {"url": "urn:plummer:event-order", "valueInteger": order},
        ]
    }
    body = {"resourceType": "Condition", "code": {"coding": [{"code": "x"}]}, "_onsetDateTime": element}
    (event,) = interpret(MAPPINGS, body, 1, "s").events
    if event.time is not None:
        assert ((event.time - EPOCH).days, event.order) == (days, order)
    assert (event.time is None) == (days < 0 or days > 366 * 150)


@pytest.mark.parametrize("age", [0, 41, 89])
def test_birth_on_the_relative_axis(age):
    (event,) = interpret(MAPPINGS, _patient(age), 1, "1").events
    assert (event.code, event.time, event.static) == (
        "MEDS_BIRTH",
        datetime.fromisoformat(f"{1970 - age}-01-01"),
        False,
    )


@pytest.mark.parametrize("age", [90, 117])
def test_an_age_of_90_is_never_a_birth(age):
    (event,) = interpret(MAPPINGS, _patient(age), 1, "1").events
    assert (event.code, event.time, event.static) == ("AGE//90+", None, True)


def test_the_birth_date_is_no_event_date():
    patient = {"resourceType": "Patient", "birthDate": "1950-01-01", "deceasedDateTime": "2020-01-01"}
    assert list(raw_event_times(MAPPINGS, patient)) == ["2020-01-01"]


def test_an_excluded_resource_has_no_event_dates():
    wrong = {"resourceType": "Procedure", "status": "entered-in-error", "performedDateTime": "1900-01-01"}
    assert list(raw_event_times(MAPPINGS, wrong)) == []


def test_meta_last_updated_is_never_a_time():
    body = {
        "resourceType": "Condition",
        "meta": {"lastUpdated": "2020-01-01T00:00:00Z"},
        "code": {"coding": [{"code": "x"}]},
    }
    (event,) = interpret(MAPPINGS, body, 1, "s").events
    assert (event.time, event.end_time, event.available_time) == (None, None, None)


def test_free_text_never_makes_a_code():
    body = {
        "resourceType": "Condition",
        "code": {"text": "Jane's disease", "coding": [{"display": "Jane's disease"}]},
    }
    assert interpret(MAPPINGS, body, 1, "s").reason == "no_code"


def test_the_text_of_a_concept_is_never_a_description():
    body = {"resourceType": "Condition", "code": {"text": "Jane's disease", "coding": [{"code": "x"}]}}
    assert interpret(MAPPINGS, body, 1, "s").events[0].display is None


@given(st.text(max_size=40))
def test_prefixes_are_stable_and_safe(system):
    prefix = prefix_of(MAPPINGS.systems, system)
    assert prefix == prefix_of(MAPPINGS.systems, system)
    assert "//" not in prefix
    assert prefix


def test_a_host_is_not_named_in_a_prefix():
    for system in ("https://mercy.invalid", "https://mercy.invalid/", "https://mercy.invalid:8443/#codes"):
        assert "mercy" not in prefix_of(MAPPINGS.systems, system)


def test_two_sites_codes_do_not_meet():
    prefixes = {prefix_of(MAPPINGS.systems, f"https://{site}.invalid/codes") for site in "abc"}
    assert len(prefixes) == 3


def _patient(age):
    element = {"extension": [{"url": "urn:plummer:age-at-first-event", "valueInteger": age}]}
    return json.loads(json.dumps({"resourceType": "Patient", "_birthDate": element}))
