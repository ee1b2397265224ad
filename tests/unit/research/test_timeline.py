"""One subject's story, as text and as a plot, and how little is read for it."""

import re
from datetime import datetime
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_release import day, event, make_release
from research_home import SEX, add_release, rows

from plummer.pipelines.research import open_release
from plummer.pipelines.research.subject import rows_of
from plummer.pipelines.research.table import Table
from plummer.schemas.errors import PlummerError

STORY = [
    event(7, None, "GENDER//female", event_type="demographic"),
    event(7, day(-9000), "MEDS_BIRTH", event_type="birth"),
    event(7, day(0), "ENCOUNTER_START//IMP", event_type="encounter", end_time=day(4)),
    event(7, day(0), "LOINC//718-7", numeric_value=10.123456, unit="g/dL", available_time=day(2)),
    event(7, day(1), "LOINC//718-7", numeric_value=9.0, numeric_text="9.00", unit="g/dL"),
    event(7, day(1), "LOINC//5778-6", text_value="<b>yellow & cloudy</b>"),
]


@pytest.fixture
def timeline(tmp_path):
    other = [event(8, day(0), "A"), event(9, day(0), "B")]
    return open_release(make_release(tmp_path / "r", [*STORY, *other], files=3), "p").timeline(7)


def test_the_text(timeline):
    assert str(timeline) == timeline.text()
    assert timeline.text().splitlines() == [
        "subject 7: 6 events", "",
        "always", "  GENDER//female  (about GENDER//female)", "",
        "day -9000", "  MEDS_BIRTH  (about MEDS_BIRTH)", "",
        "day 0", "  ENCOUNTER_START//IMP  (about ENCOUNTER_START//IMP)  until day 4",
        "  LOINC//718-7  (about LOINC//718-7)  = 10.12346 g/dL  known day 2", "",
        "day 1", "  LOINC//718-7  (about LOINC//718-7)  = 9.00 g/dL",
        "  LOINC//5778-6  (about LOINC//5778-6)  = <b>yellow & cloudy</b>",
    ]  # fmt: skip


def test_the_story_as_it_was_known(tmp_path):
    unknown = event(7, None, "SNOMED//1", event_type="condition")
    release = open_release(make_release(tmp_path / "r", [STORY[0], unknown, *STORY[1:]]), "p")
    codes = [one["code"] for one in release.timeline(7, known_at=1).events]
    assert codes == [
        "GENDER//female", "MEDS_BIRTH", "ENCOUNTER_START//IMP", "LOINC//718-7", "LOINC//5778-6",
    ]  # fmt: skip
    assert [one["end_time"] for one in release.timeline(7, known_at=day(1)).events] == [None] * 5
    assert len(release.timeline(7, known_at=2).events) == 6
    assert release.timeline(7, known_at=4).events[2]["end_time"] == day(4)
    for at in range(5):
        query = "select code, end_time from known_at(timestamp '{}') order by seq"
        told = release.sql(query.format(day(at))).fetchall()
        shown = [(one["code"], one["end_time"]) for one in release.timeline(7, known_at=at).events]
        assert told == shown


def test_times_of_another_mode_are_dates(tmp_path):
    told = [event(1, datetime(2011, 3, 4), "A"), event(1, datetime(2011, 3, 4, 5, 6), "B")]  # noqa: DTZ001
    folder = make_release(tmp_path / "r", told, facts={"time_mode": "year"})
    text = open_release(folder, "p").timeline(1).text()
    assert [line for line in text.splitlines() if line.startswith("2011")] == [
        "2011-03-04",
        "2011-03-04 05:06",
    ]


def test_the_plot_is_sound_and_loads_nothing(timeline):
    for told in (timeline.svg(), timeline.html()):
        assert "yellow &amp; cloudy" in told
        assert "<b>yellow" not in told
        assert re.findall(r"(?:src|href)=|url\(|<script|@import", told) == []
    root = ElementTree.fromstring(timeline.svg())  # noqa: S314 (our own)
    marks = [one for one in root.iter() if one.get("class") in ("mark", "span")]
    assert len(marks) == 4
    assert [one.get("class") for one in marks].count("span") == 1
    assert all(0 <= float(one.get("cx") or one.get("x")) <= 960 for one in marks)
    assert timeline._repr_html_() == timeline.svg()


@pytest.mark.parametrize("subject", [0, -5, 99, 1 << 64])
def test_nobody_has_an_empty_timeline(tmp_path, subject):
    timeline = open_release(make_release(tmp_path / "r", STORY), "p").timeline(subject)
    assert (len(timeline), timeline.text()) == (0, f"subject {subject}: 0 events")
    assert ElementTree.fromstring(timeline.svg()).get("role") == "img"  # noqa: S314


def test_it_is_recorded_without_the_subject(release, recorded):
    release.timeline(17)
    entry = recorded()[-1]
    assert (entry["action"], "code" in entry["columns"]["events"]) == ("timeline", True)
    assert "17" not in {str(value) for value in entry.values()}


def test_a_policy_may_forbid_it(home):
    policy = {"sha256": "0" * 64, "version": "1.0.0", "row_level_sql": False}
    release = open_release(add_release(home, "3.0.0", policy=policy), "p")
    with pytest.raises(PlummerError, match="row_level_forbidden"):
        release.timeline(1)


@pytest.mark.parametrize("subject", SEX)
def test_every_subject_has_its_own_events(release, subject):
    wanted = [(row["code"], row["time"]) for row in rows() if row["subject_id"] == subject]
    assert [(one["code"], one["time"]) for one in release.timeline(subject).events] == wanted


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 5), max_size=40), st.integers(1, 7), st.integers(1, 5))
def test_rows_are_found_in_any_order_and_any_row_groups(tmp_path_factory, ids, size, subject):
    path = tmp_path_factory.mktemp("t") / "t.parquet"
    held = pa.table({"subject_id": pa.array(ids, pa.int64()), "n": pa.array(range(len(ids)), pa.int64())})
    pq.write_table(held, path, row_group_size=size)
    table = Table("t", ("subject_id", "n"), (path,), held.schema, None, None)
    wanted = [place for place, one in enumerate(ids) if one == subject]
    assert rows_of(table, subject, ["n"]).column("n").to_pylist() == wanted


def test_other_files_and_row_groups_are_not_read(release, monkeypatch):
    ends = np.cumsum([pq.read_metadata(path).num_rows for path in release.events.files])
    assert len(ends) == 3
    opened = []
    real = pq.ParquetFile
    monkeypatch.setattr(pq, "ParquetFile", lambda path: opened.append(path) or real(path))
    rows_of(release.events, 1, ["code"])
    assert opened == [release.events.files[0]]
