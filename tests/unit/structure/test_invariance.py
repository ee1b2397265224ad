"""D-16: a shift or relative days keep order, intervals, stays and ages; every change of any is counted."""

import json
from datetime import date, datetime, timedelta

import pytest
from helpers import scrub
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode, parse_fhir_date
from plummer.deid.structure.dates import PLACEHOLDERS
from plummer.deid.structure.invariance import TimedEvent, Timeline, Violations, violations

START = datetime(2019, 5, 1, 10)  # noqa: DTZ001
TIMES = st.lists(
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).filter(  # noqa: DTZ001
        lambda time: time.date().isoformat() not in PLACEHOLDERS
    ),
    min_size=2,
    max_size=8,
    unique=True,
)


def events(*hours: float, days: int = 0) -> list[TimedEvent]:
    moved = START - timedelta(days=days)
    return [TimedEvent(str(i), moved + timedelta(hours=h)) for i, h in enumerate(hours)]


@settings(deadline=None, max_examples=50)
@given(TIMES, st.integers(1, 365), st.sampled_from(["Z", "-05:00", "+09:30"]))
def test_the_scrubber_keeps_every_interval_under_a_shift(
    times: list[datetime], shift: int, offset: str
) -> None:
    zone = "America/Chicago"
    texts = [f"{time.isoformat(timespec='milliseconds')}{offset}" for time in times]
    dates = DateContext(TimeMode.SHIFT, zone=zone, shift_days=shift)
    request = {"resourceType": "ServiceRequest", "occurrenceTiming": {"event": texts}}
    out, _ = scrub(request, SubjectContext("4", dates), "expert_determination")
    moved = [parse_fhir_date(text).wall for text in out["occurrenceTiming"]["event"]]
    before = [TimedEvent(str(i), parse_fhir_date(text, zone).wall) for i, text in enumerate(texts)]
    after = [TimedEvent(str(i), wall) for i, wall in enumerate(moved)]
    found = violations(Timeline(before, after), TimeMode.SHIFT)
    assert (found.events, found.total) == (len(times), 0)


@settings(deadline=None)
@given(st.integers(0, 999_999), st.integers(1, 6), st.integers(1, 365))
def test_a_shift_keeps_every_digit_of_a_second(micros: int, digits: int, shift: int) -> None:
    fraction = f"{micros:06d}"[:digits]
    request = {"resourceType": "ServiceRequest", "occurrenceDateTime": f"2019-05-01T10:00:00.{fraction}Z"}
    dates = DateContext(TimeMode.SHIFT, shift_days=shift)
    out, _ = scrub(request, SubjectContext("4", dates), "expert_determination")
    assert out["occurrenceDateTime"].endswith(f"T10:00:00.{fraction}Z")


@settings(deadline=None, max_examples=50)
@given(TIMES)
def test_the_scrubber_keeps_whole_days_under_relative(times: list[datetime]) -> None:
    texts = [f"{time.isoformat(timespec='seconds')}Z" for time in times]
    walls = [parse_fhir_date(text).wall for text in texts]
    dates = DateContext(TimeMode.RELATIVE, first=min(walls).date(), last=max(walls).date())
    request = {"resourceType": "ServiceRequest", "occurrenceTiming": {"event": texts}}
    out, _ = scrub(request, SubjectContext("4", dates))
    days = [
        next(e["valueInteger"] for e in twin["extension"] if e["url"] == "urn:plummer:relative-day")
        for twin in out["occurrenceTiming"]["_event"]
    ]
    before = [TimedEvent(str(i), wall) for i, wall in enumerate(walls)]
    after = [TimedEvent(str(i), datetime(1970, 1, 1) + timedelta(days=day)) for i, day in enumerate(days)]  # noqa: DTZ001
    assert violations(Timeline(before, after), TimeMode.RELATIVE).total == 0
    assert "Z" not in json.dumps(out)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (events(0, 5, 30, days=9), Violations(events=3)),
        (events(0, 30, 5, days=9), Violations(events=3, order=1, intervals=2)),
        (events(0, 6, 30, days=9), Violations(events=3, intervals=2)),
        (events(0, 5, days=9), Violations(events=2, missing=1)),
        (events(0, 5, 30, 40, days=9), Violations(events=3, added=1)),
        (events(0, 5, 30), Violations(events=3, unshifted=1)),
    ],
    ids=range(6),
)
def test_every_change_is_counted(after: list[TimedEvent], expected: Violations) -> None:
    assert violations(Timeline(events(0, 5, 30), after), TimeMode.SHIFT) == expected


def test_stays_and_ages_are_compared_and_ninety_is_a_group() -> None:
    stay, birth = timedelta(days=4, hours=3), date(1920, 1, 1)
    before = [TimedEvent("a", START, START + stay)]
    moved = START - timedelta(days=7)
    good = [TimedEvent("a", moved, moved + stay, 90)]
    bad = [TimedEvent("a", moved, moved + stay + timedelta(minutes=1), 99)]
    assert violations(Timeline(before, good, birth), TimeMode.SHIFT).total == 0
    found = violations(Timeline(before, bad, birth), TimeMode.SHIFT)
    assert (found.stays, found.ages) == (1, 1)
    assert violations(Timeline(before, bad, birth), TimeMode.RELATIVE).stays == 0
    assert (found + found).total == 2 * found.total
