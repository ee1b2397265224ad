"""The zone of a site: a time without an offset keeps its clock, or its day where that can't be told."""

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plummer.pipelines.landing.ccda.times import fhir_time, period
from plummer.pipelines.landing.ccda.xml_tree import read_xml
from plummer.pipelines.landing.hl7v2.dates import read_date, version_of
from plummer.pipelines.landing.hl7v2.door import read
from plummer.pipelines.landing.local_time import offset_of
from plummer.pipelines.landing.tasks import ReadTask

ZONES = ("America/New_York", "Europe/Oslo", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
LATELY = datetime.fromisoformat("1970-01-01")
TASK = ReadTask("a.hl7", "", "hl7v2", 0, "", 0, 0, zone="America/New_York")
VISIT = (
    "MSH|^~\\&|ADT|N|P|X|{sent}||ADT^A01|M1|P|2.5.1\r"
    "EVN|A01|{recorded}\r"
    "PID|1||7^^^N^MR||Testfamily^Ann||19700304\r"
    + "|".join(["PV1", "1", "I", *[""] * 16, "V1", *[""] * 24, "{came}", "{left}\r"])
)
TOLD = {"sent": "20240702030500", "recorded": "202407020304", "came": "202407012330", "left": "20240702"}


def resources(task=TASK, **changes):
    made = read(io.BytesIO(VISIT.format(**(TOLD | changes)).encode()), task)
    return {one["resourceType"]: one for one in (json.loads(unit.body) for unit in made)}


def stay(**changes):
    return resources(**changes)["Encounter"]["period"]


@given(st.datetimes(), st.sampled_from(ZONES))
@example(datetime.fromisoformat("2024-03-10T02:30"), "America/New_York")
@example(datetime.fromisoformat("2024-11-03T01:30"), "America/New_York")
@example(datetime.min, "Asia/Kolkata")  # noqa: DTZ901
@example(datetime.max, "America/New_York")  # noqa: DTZ901
def test_a_wall_clock_time_is_one_moment_or_its_day(at, zone):
    """What is written shows the same clock and is the only moment with it; else there is but a day."""
    text = at.strftime("%Y%m%d%H%M%S").rjust(14, "0")
    made = read_date(text, "dateTime", zone)
    assert made[:10] == at.date().isoformat()
    if len(made) > 10:
        moment = datetime.fromisoformat(made)
        assert moment.replace(tzinfo=None) == at.replace(microsecond=0)
        there = [at.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)]
        assert there == [moment.utcoffset()] * 2
    else:
        assert read_date(text, "instant", zone) == offset_of(at, zone) == ""
    assert read_date(text, "date", zone) == made[:10] == read_date(text, "dateTime")
    assert fhir_time(text, zone) == made


@given(st.datetimes(LATELY, LATELY + timedelta(days=20_000)), st.sampled_from(ZONES), st.integers(1, 10**6))
def test_versions_are_ordered_by_moments_whoever_wrote_them(at, zone, later):
    """A clock's time and one with an offset, hours apart, come in the order in which they were."""
    first, second = (
        moment.strftime("%Y%m%d%H%M%S") for moment in (at, at + timedelta(hours=3, seconds=later))
    )
    away = at.replace(tzinfo=ZoneInfo(zone)).strftime("%z")
    assert version_of(first + away, zone) < version_of(second, zone)


def test_a_visit_has_its_hours_and_the_message_its_moment():
    found = resources()
    assert found["Encounter"]["period"] == {"start": "2024-07-01T23:30:00-04:00", "end": "2024-07-02"}
    assert found["Encounter"]["meta"]["lastUpdated"] == "2024-07-02T03:04:00-04:00"
    assert found["Encounter"]["meta"]["versionId"][1:18] == "20240702070400000"
    assert found["Patient"]["birthDate"] == "1970-03-04"


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"came": "202401012330"}, "2024-01-01T23:30:00-05:00"),
        ({"came": "202401012330+0100"}, "2024-01-01T23:30:00+01:00"),
        ({"came": "202403100230"}, "2024-03-10"),
        ({"came": "202411030130"}, "2024-11-03"),
        ({"came": "2024070123"}, "2024-07-01"),
        ({"sent": "20240702030500-0400"}, "2024-07-01T23:30:00-04:00"),
        ({"sent": "20240702070500+0000"}, "2024-07-01"),
        ({"sent": "20240702030500-0500"}, "2024-07-01"),
    ],
    ids=["winter", "own", "skipped", "doubled", "hour", "agrees", "sent-in-utc", "sent-elsewhere"],
)
def test_what_cannot_be_told_stays_at_the_day(changes, start):
    assert stay(**changes)["start"] == start


def test_without_a_declared_zone_nothing_changes():
    found = resources(task=replace(TASK, zone=""))
    assert found["Encounter"]["period"] == {"start": "2024-07-01", "end": "2024-07-02"}
    assert "lastUpdated" not in found["Encounter"]["meta"]


def test_a_document_is_read_in_its_sites_zone():
    text = b"<t xmlns='urn:hl7-org:v3'><low value='20240701233000'/><high value='20240310023000'/></t>"
    assert period(read_xml(text)) == {"start": "2024-07-01T23:30:00Z", "end": "2024-03-10T02:30:00Z"}
    told = period(read_xml(text, "America/New_York"))
    assert told == {"start": "2024-07-01T23:30:00-04:00", "end": "2024-03-10"}
