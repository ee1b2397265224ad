"""The scrubber against arbitrary JSON, and the dates against their own promises."""

import json
from datetime import date, timedelta
from typing import Any

from helpers import EchoingCleaner, scrub
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode, parse_fhir_date
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber
from plummer.deid.structure.dates import PLACEHOLDERS, treat_date
from plummer.deid.structure.json import decode, encode
from plummer.schemas.fhir import child, elements, resource_types

KEYS = sorted({path.rpartition(".")[2] for path in elements()} | {"valueQuantity", "_birthDate", "onsetAge"})
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=6)
    ),
    max_leaves=25,
)
SCRUBBER = Scrubber(load_policy("safe_harbor"), EchoingCleaner())


def _assert_known_keys(value: Any, context: str) -> None:
    for key, item in value.items():
        if key in {"resourceType", "id"} and context in resource_types():
            continue
        element = child(context, key.removeprefix("_"))
        assert element is not None
        for inner in item if isinstance(item, list) else [item]:
            if isinstance(inner, dict):
                below = inner.get("resourceType", element.context)
                _assert_known_keys(inner, "Element" if key.startswith("_") else below)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(resource_types())), st.dictionaries(st.sampled_from(KEYS), TREES, max_size=8))
def test_arbitrary_json_never_breaks_it_and_only_r4_keys_remain(kind: str, fields: dict[str, Any]) -> None:
    body = json.dumps(fields | {"resourceType": kind})
    out = json.loads(SCRUBBER.scrub(body, SubjectContext(), "p7").body)
    assert (out["resourceType"], out["id"]) == (kind, "p7")
    _assert_known_keys(out, kind)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_number_tokens_stay_as_received(token: str) -> None:
    if token == "-0":  # an integer: JSON readers have no negative zero among integers
        return
    assert encode(decode(f'{{"value":{token}}}')) == f'{{"value":{token}}}'.encode()
    body = f'{{"resourceType":"Observation","valueQuantity":{{"value":{token},"unit":"mg"}}}}'
    assert f'"value":{token},'.encode() in SCRUBBER.scrub(body, SubjectContext(), "p7").body


FULL = st.dates(date(1901, 1, 2), date(2099, 12, 30)).filter(lambda day: day.isoformat() not in PLACEHOLDERS)


@given(FULL, st.integers(1, 365), st.sampled_from([4, 7, 10]))
def test_a_shift_never_gains_precision(day: date, shift: int, length: int) -> None:
    text = day.isoformat()[:length]
    moved = treat_date(text, "dateTime", DateContext(TimeMode.SHIFT, shift_days=shift))
    assert isinstance(moved, str)
    assert len(moved) == length
    if length == 10:
        assert date.fromisoformat(moved) == day - timedelta(days=shift)


@given(FULL, FULL, st.integers(1, 365), st.sampled_from(["Z", "-05:00", "+09:30"]))
def test_a_shift_keeps_intervals_of_the_wall_clock(a: date, b: date, shift: int, offset: str) -> None:
    dates = DateContext(TimeMode.SHIFT, zone="America/New_York", shift_days=shift)
    before, after = [], []
    for day in (a, b):
        text = f"{day.isoformat()}T13:14:15.125{offset}"
        moved = treat_date(text, "instant", dates)
        assert isinstance(moved, str)
        assert moved.endswith(".125Z")
        before.append(parse_fhir_date(text, "America/New_York"))
        after.append(parse_fhir_date(moved))
    (a0, a1), (b0, b1) = before, after
    assert None not in (a0, a1, b0, b1)
    assert a1.wall - a0.wall == b1.wall - b0.wall


@given(FULL, st.integers(0, 40_000), st.integers(0, 40_000), st.sampled_from([4, 7, 10]))
def test_no_calendar_year_and_no_early_or_late_day_under_relative(
    first: date, length: int, offset: int, precision: int
) -> None:
    try:
        last, day = first + timedelta(days=length), first + timedelta(days=offset)
    except OverflowError:
        return
    if day.year >= 2150 or day.isoformat() in PLACEHOLDERS:
        return
    text = day.isoformat()[:precision]
    body = json.dumps({"resourceType": "Observation", "effectiveDateTime": text})
    context = SubjectContext("4", DateContext(TimeMode.RELATIVE, first=first, last=last))
    out, _ = scrub(body, context)
    assert text not in json.dumps(out)
    days = [e["valueInteger"] for e in out["_effectiveDateTime"]["extension"] if "valueInteger" in e]
    expected = [offset] if precision == 10 and offset <= min(length, 32_507) else []
    assert days == expected


@given(st.dates(date(1850, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000), st.integers(0, 40_000))
def test_years_never_tell_an_age_over_89(birth: date, first_after: int, span: int) -> None:
    """D-14: the birth year and any kept year together never tell 90 or more."""
    first = birth + timedelta(days=first_after)
    last = first + timedelta(days=span)
    dates = DateContext(TimeMode.YEAR, first=first, last=last, birth=birth)
    fields = {"birthDate": birth.isoformat(), "deceasedDateTime": last.isoformat()}
    out, _ = scrub({"resourceType": "Patient"} | fields, SubjectContext("4", dates))
    if "birthDate" in out and "deceasedDateTime" in out:
        assert int(out["deceasedDateTime"]) - int(out["birthDate"]) <= 90
        assert not dates.over_89
