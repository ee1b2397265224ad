"""Dates that can't be right are kept as far as they may be, and flagged; they move no other date."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.dates import EPOCH, DateContext, TimeMode, parse_fhir_date
from plummer.deid.structure.dates import is_before_birth, treat_birth, treat_date
from plummer.deid.structure.state import Marked
from plummer.pipelines.index.context import ContextBuilder
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.timeline.times import read_time
from plummer.schemas.extensions import FLAG
from plummer.schemas.mappings.paths import compile_path

BORN = date(1950, 6, 2)
LIVED = {"first": date(2010, 1, 1), "last": date(2020, 1, 1), "birth": BORN}


def flags(treated) -> list[str]:
    extensions = treated.extensions if isinstance(treated, Marked) else ()
    return [one["valueCode"] for one in extensions if one["url"] == FLAG]


@pytest.mark.parametrize("mode", list(TimeMode))
@pytest.mark.parametrize("text", ["0001-01-01", "2999-12-31", "9999-12-31T00:00:00Z", "1900-01-01"])
def test_an_impossible_date_is_flagged_in_every_mode(mode, text):
    treated = treat_date(text, "dateTime", DateContext(mode, shift_days=40, **LIVED))
    assert flags(treated) == ["impossible_date"]
    assert (treated.value == text) == (mode is TimeMode.KEEP)


@pytest.mark.parametrize("mode", list(TimeMode))
def test_a_date_before_the_birth_is_flagged_and_treated_as_ever(mode):
    context = DateContext(mode, shift_days=40, **LIVED)
    treated = treat_date("1949-01-02", "dateTime", context)
    plain = treat_date("1949-01-02", "dateTime", DateContext(mode, shift_days=40, **{**LIVED, "birth": None}))
    assert flags(treated) == ["before_birth"]
    assert treated.value == (plain.value if isinstance(plain, Marked) else plain)
    assert flags(treat_date("2015-01-02", "dateTime", context)) == []


@given(st.dates(date(1900, 2, 1), date(2020, 1, 1)), st.dates(date(1900, 2, 1), date(2020, 1, 1)))
def test_a_flag_is_about_days_and_never_about_precision(day, birth):
    texts = {"day": f"{day}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}
    found = {name: is_before_birth(parse_fhir_date(text), birth) for name, text in texts.items()}
    assert found["day"] == ((birth - day).days > 1)
    if day >= birth:  # the same day, told less exactly, isn't before the birth either
        assert not any(found.values())


def built(days: list[date], mode: TimeMode = TimeMode.RELATIVE, birth: str = "1950-06-02") -> DateContext:
    builder = ContextBuilder("main/7")
    for day in days:
        at = datetime(day.year, day.month, day.day) - EPOCH  # noqa: DTZ001
        builder.add({"kind": "time", "micros": at.days * 86_400_000_000})
    builder.add({"kind": "birth", "value": birth})
    return builder.build(mode, "UTC", lookups=Lookups(bytes(32), "main")).dates


def test_a_date_before_the_birth_moves_no_other_day_and_no_age():
    right, wrong = [date(2010, 1, 1), date(2012, 1, 1)], date(1905, 3, 3)
    dates = built([wrong, *right])
    assert (dates.first, dates.last) == (right[0], right[1])
    assert dates.relative_day(wrong) is None
    assert [one["url"] for one in treat_birth("1950-06-02", dates).extensions] == [
        one["url"] for one in treat_birth("1950-06-02", built(right)).extensions
    ]  # fmt: skip
    assert dates.age_at(dates.first) == 59


def test_where_every_event_is_before_the_birth_the_birth_is_wrong():
    assert built([date(1940, 1, 1), date(1941, 1, 1)]).first == date(1940, 1, 1)


def test_the_eve_of_the_birth_is_the_first_day_of_a_newborn():
    dates = built([date(1950, 6, 1), date(1950, 7, 1)])
    assert (dates.first, dates.age_at(dates.first)) == (date(1950, 6, 1), 0)


def test_the_timeline_reads_the_flag_of_a_removed_date():
    treated = treat_date("2999-01-01", "dateTime", DateContext(TimeMode.RELATIVE, **LIVED))
    body = {"_onsetDateTime": {"extension": list(treated.extensions)}, "recordedDate": "2015-01-01"}
    odd: set[str] = set()
    moment = read_time(body, (compile_path("onsetDateTime"), compile_path("recordedDate")), odd)
    assert (moment.at.isoformat(), odd) == ("2015-01-01T00:00:00", {"impossible_date"})
