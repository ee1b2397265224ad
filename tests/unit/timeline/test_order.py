"""A subject's events: one order however they come, and what describes the subject."""

import random
from datetime import UTC, datetime

import pytest

from plummer.deid.dates import TimeMode
from plummer.pipelines.timeline.event import Event, Outcome
from plummer.pipelines.timeline.order import flag_late, in_order
from plummer.pipelines.timeline.story import Mapped, tell_story
from plummer.schemas.flags import AFTER_DEATH

BLANK = Event(
    1, None, "A//1", None, None, None, None, "x", None, "B", "d", None, None, None, None, None, None, None,
    None, None, (), (), None, 0, None, False,
)  # fmt: skip


def at(*day):
    """A time as a table has it, without a zone."""
    return datetime(*day, tzinfo=UTC).replace(tzinfo=None)


EDGES = [None, *(at(2020, 1, day) for day in (1, 2))]


def event(code="A//1", time=None, **more):
    return BLANK._replace(code=code, time=time, **more)


def drawn(rng, number):
    """An event with few different values, so that most ties are broken by the last keys."""
    code = rng.choice(["MEDS_BIRTH", "MEDS_DEATH", "A//1", "A//2", "GENDER//x"])
    time = None if code == "GENDER//x" else rng.choice(EDGES)
    return event(
        code, time,
        source_table=rng.choice("BC"),
        source_id=rng.choice("de"), position=number, order=rng.choice([None, 1, 2]),
        static=code == "GENDER//x",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_the_order_is_total_and_does_not_depend_on_how_events_come(seed):
    rng = random.Random(seed)
    events = [drawn(rng, n) for n in range(40)]
    found = in_order(events)
    for _ in range(5):
        rng.shuffle(events)
        assert in_order(events) == found
    dated = [one.time for one in found if one.time is not None]
    assert dated == sorted(dated)
    assert [one.time is None for one in found] == sorted((one.time is None for one in found), reverse=True)
    undated = [one.static for one in found if one.time is None]
    assert undated == sorted(undated, reverse=True)
    for time in EDGES[1:]:
        same = [one for one in found if one.time == time and one.order is None]
        ranks = [{"MEDS_BIRTH": 0, "MEDS_DEATH": 2}.get(one.code, 1) for one in same]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(("mode", "day", "flags"), [
    (TimeMode.SHIFT, at(2020, 3, 1, 23), ()), (TimeMode.SHIFT, at(2020, 3, 2), (AFTER_DEATH,)),
    (TimeMode.YEAR, at(2021, 2, 28), ()), (TimeMode.YEAR, at(2022, 1, 1), (AFTER_DEATH,)),
])  # fmt: skip
def test_what_is_long_after_death_is_flagged(mode, day, flags):
    death = event("MEDS_DEATH", at(2020, 1, 1))
    late, undated = event(time=day, flags=()), event()
    assert [one.flags for one in flag_late([undated, death, late], mode)] == [(), (), flags]


def test_without_a_day_of_death_nothing_is_late():
    events = [event("MEDS_DEATH"), event(time=at(2020, 1, 1))]
    assert flag_late(events, TimeMode.SHIFT) == events


def story(*events, mode=TimeMode.SHIFT):
    return tell_story([Mapped("Observation", Outcome(events), 2)], mode)


def test_a_span_goes_to_the_latest_end_and_leaves_birth_out():
    birth, visit = event("MEDS_BIRTH", at(1950, 5, 1)), event(time=at(2020, 1, 1, 23))
    late = event(time=at(2020, 1, 2), end_time=at(2020, 1, 5, 1))
    assert story(birth, visit, late).span_days == 4
    assert story(birth, visit, late, mode=TimeMode.YEAR).span_days is None
    assert story(birth).span_days is None
    assert story(event(end_time=at(2020, 1, 5))).span_days is None


def test_a_birth_is_told_as_three_years_but_under_relative_time():
    birth = event("MEDS_BIRTH", at(1951, 1, 1))
    assert story(birth).birth_year_band == "1951-1953"
    assert story(birth, mode=TimeMode.RELATIVE).birth_year_band is None
    assert story(event("MEDS_BIRTH")).birth_year_band is None


def test_encounters_gender_and_notes_are_counted():
    visits = [event(source_table="Encounter", source_id=name, position=n) for n, name in enumerate("aab")]
    told = story(event("GENDER//" + "f" * 70), *visits)
    assert (told.encounters, told.sex, told.notes) == (2, "f" * 64, 2)


def test_every_resource_and_event_is_tallied():
    undated, static = event(display="Pulse"), event("GENDER//x", static=True, position=1)
    told = tell_story([
        Mapped("Observation", Outcome((undated, static))), Mapped("Basic", Outcome((), "no_code")),
        Mapped("Basic", Outcome((), "no_code")),
    ], TimeMode.SHIFT)  # fmt: skip
    assert told.tallies == {
        ("code", "A//1", "Pulse"): 1, ("code", "GENDER//x", None): 1, ("mapped", "B", None): 1,
        ("no_time", "B", None): 1, ("excluded", "Basic", "no_code"): 2,
    }  # fmt: skip
