# ruff: noqa: E501 (a pattern is easier to check on one line)
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.context import KnownIdentifiers
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.text.dateforms import read_date

FORMATS = ["%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d-%b-%Y", "%d%b%Y", "%Y%m%d",
           "%m/%d/%y", "%A, %B %d, %Y", "%Y-%m-%dT10:20:30Z"]  # fmt: skip
DAYS = st.dates(date(1935, 1, 1), date(2029, 12, 31))
BIRTH = KnownIdentifiers(dates=("1980-05-12",))


def context(mode, **more):
    return DateContext(mode, first=date(2019, 1, 1), last=date(2020, 1, 1), shift_days=10, **more)


@given(DAYS, st.sampled_from(FORMATS))
def test_a_written_day_is_read_back(day, form):
    if "%y" not in form or day.year > 1999:
        assert read_date(day.strftime(form)).day == day


@given(DAYS.filter(lambda d: d.year > 2001), st.sampled_from(FORMATS), st.integers(1, 365))
def test_shift_keeps_form_and_takes_whole_days(day, form, days):
    text = day.strftime(form)
    moved = read_date(text).moved(days)
    assert (day - read_date(moved).day).days == days
    letters = [c if not c.isalnum() else "x" for c in text]
    assert [c for c in moved if not c.isalnum()] == [c for c in letters if c != "x"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (TimeMode.RELATIVE, "Seen [DAY 62], [DATE] in [DATE]; born [DATE]; [DATE]; in [DATE]."),
        (TimeMode.YEAR, "Seen 2019, 2019 in [DATE]; born [DATE]; 1975; in 2019."),
        (TimeMode.SHIFT, "Seen 02/22/2019, [DATE] in [DATE]; born 05/02/1980; Jan 22, 1975; in 2019."),
        (TimeMode.KEEP, "Seen 03/04/2019, March 2019 in April; born 05/12/1980; Feb 1, 1975; in 2019."),
    ],
)
def test_modes(engine, mode, expected):
    text = "Seen 03/04/2019, March 2019 in April; born 05/12/1980; Feb 1, 1975; in 2019."
    assert engine.scrub(text, BIRTH, context(mode)).text == expected


def test_years_that_tell_an_age_over_89_go(engine):
    old = context(TimeMode.YEAR, birth=date(1928, 6, 1))
    text = "Born June 1, 1928. Married March 1929; seen May 2019."
    assert engine.scrub(text, KnownIdentifiers(), old).text == "Born [DATE]. Married [DATE]; seen 2019."


def test_without_a_subject_every_date_is_a_tag(engine):
    text = "Seen 2019-03-04 and March 4."
    assert (
        engine.scrub(text, KnownIdentifiers(), DateContext(TimeMode.RELATIVE)).text
        == "Seen [DATE] and [DATE]."
    )
