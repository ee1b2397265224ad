"""The Spark stages over all golden cases at once: order, account, subjects, codes, notes, layout."""

import json
import random
from pathlib import Path
from urllib.parse import urlparse

import pyarrow.parquet as pq
import pytest
from timeline_golden import CASES, expected, plain, resources, subject_of

from plummer.deid.dates import TimeMode
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.stages import timeline_stories
from plummer.pipelines.stages.incomplete import Marks
from plummer.pipelines.stages.notes import notes
from plummer.pipelines.stages.timeline import timeline
from plummer.schemas.flags import INCOMPLETE_ENCOUNTER
from plummer.schemas.tables import CODES, DEID_NOTES, DEID_RESOURCES, EVENTS, SUBJECTS

pytestmark = pytest.mark.spark


HALF = ("f3", "e4")
"""Encounters that are told to have come in half; the first has an event with a flag of its own."""


def marks(spark):
    return Marks(spark.createDataFrame([(name,) for name in HALF], "encounter_id string"))


def marked(row):
    """A row of out.json as it is where its encounter came in half."""
    more = [INCOMPLETE_ENCOUNTER] if row.get("encounter_id") in HALF else []
    return {**row, "flags": [*row.get("flags", []), *more]} if more else row


def deid_rows():
    for case in CASES:
        for body, resource in resources(case):
            counts = [{"NAME": 2}] if resource["id"] == "r1" else []
            kind, source_id = resource["resourceType"], resource["id"]
            yield kind, source_id, subject_of(resource), body, "p", "e", {}, counts


@pytest.fixture(scope="module")
def built(spark, tmp_path_factory):
    home = Home.at(tmp_path_factory.mktemp("timeline"))
    rows = list(deid_rows())
    random.Random(7).shuffle(rows)
    source = spark.createDataFrame(rows, DEID_RESOURCES.ddl).repartition(3)
    delta.overwrite(home, DEID_RESOURCES, source)
    note_ref, _ = notes(spark, home)
    bands = spark.createDataFrame([(101, "2011-2013")], "subject_id bigint, anchor_year_band string")
    result = timeline(spark, home, bands, marks=marks(spark))
    return home, result, note_ref


def table(spark, built, spec):
    return [row.asDict(recursive=True) for row in delta.read(spark, built[0], spec).collect()]


def test_events_and_their_order(spark, built):
    found = sorted(table(spark, built, EVENTS), key=lambda row: (row["subject_id"], row["seq"]))
    wanted = sorted(
        (marked(row) for case in CASES for row in expected(case)),
        key=lambda row: (row["subject_id"], row["seq"]),
    )
    assert [(r["seq"], plain(r)) for r in found] == [(r["seq"], plain(r)) for r in wanted]


def test_every_resource_is_accounted_for(built):
    result = built[1]
    assert result.read == len(list(deid_rows()))
    assert result.read == result.with_events + sum(result.not_mapped.values()) + sum(result.excluded.values())
    assert result.not_mapped == {"Coverage": 1, "Medication": 1, "Organization": 1}
    assert result.excluded == {"entered_in_error": 5, "no_code": 2, "no_subject": 1}
    assert result.excluded_by_type["Observation"] == {"entered_in_error": 1, "no_code": 1, "no_subject": 1}
    assert result.no_time == 3


def test_tables_are_referenced_with_their_rows(built):
    wanted = sum(len(expected(case)) for case in CASES)
    refs = {ref.path: ref.rows for ref in built[1].tables}
    assert refs["timeline/events"] == wanted
    assert set(refs) == {"timeline/events", "timeline/subjects", "timeline/codes"}


def test_subjects(spark, built):
    rows = {row["subject_id"]: row for row in table(spark, built, SUBJECTS)}
    assert set(rows) == set(range(101, 115))
    assert rows[101] == {
        "subject_id": 101, "anchor_year_band": "2011-2013", "birth_year_band": None, "sex": "female",
        "span_days": 2, "events": 12, "encounters": 1, "notes": 0,
    }  # fmt: skip
    assert rows[110]["notes"] == 2
    assert rows[104]["encounters"] == 3
    assert rows[102]["span_days"] == 3


def test_codes_have_the_display_and_counts(spark, built):
    rows = {row["code"]: row for row in table(spark, built, CODES)}
    assert set(rows) == {row["code"] for case in CASES for row in expected(case)}
    assert rows["SNOMED//44054006"]["description"] == "Type 2 diabetes mellitus"
    assert rows["NOT_DONE//CVX//140"]["description"] == "NOT_DONE: Influenza"
    assert (rows["LOINC//2345-7"]["events"], rows["LOINC//2345-7"]["subjects"]) == (8, 2)
    assert rows["ICD10CM//E11.65"]["parents"] == ["ICD10CM//E11.6", "ICD10CM//E11"]
    assert rows["NOT_DONE//CVX//140"]["source"] == "records"
    assert rows["CHARGE//CPT//99213"]["source"] is None


def test_notes(spark, built):
    rows = {row["note_id"]: row for row in table(spark, built, DEID_NOTES)}
    assert built[2].rows == len(rows) == 2
    assert rows["r1-0"]["counts"] == {"NAME": 2}
    assert rows["d1-1"]["subject_id"] == 110


def test_files_are_sorted_by_subject_and_seq(spark, built):
    for uri in delta.read(spark, built[0], EVENTS).inputFiles():
        file = pq.read_table(Path(urlparse(uri).path), columns=["subject_id", "seq"])
        keys = list(zip(file["subject_id"].to_pylist(), file["seq"].to_pylist(), strict=True))
        assert keys == sorted(keys)


def test_content_does_not_depend_on_partitioning(spark, built, tmp_path):
    other = Home.at(tmp_path)
    rows = sorted(deid_rows(), key=lambda row: row[1], reverse=True)
    delta.overwrite(other, DEID_RESOURCES, spark.createDataFrame(rows, DEID_RESOURCES.ddl).coalesce(1))
    timeline(spark, other, time_mode=TimeMode.SHIFT, marks=marks(spark))
    assert _content(table(spark, (other,), EVENTS)) == _content(table(spark, built, EVENTS))
    births = {row["subject_id"]: row["birth_year_band"] for row in table(spark, (other,), SUBJECTS)}
    assert births[104] == "1999-2001"
    assert births[102] is None


def test_codes_in_other_resources_are_found_where_those_are_many_too(spark, built, tmp_path, monkeypatch):
    monkeypatch.setattr(timeline_stories, "_FEW", -1)
    other = Home.at(tmp_path)
    delta.overwrite(other, DEID_RESOURCES, spark.createDataFrame(list(deid_rows()), DEID_RESOURCES.ddl))
    timeline(spark, other, time_mode=TimeMode.SHIFT, marks=marks(spark))
    assert _content(table(spark, (other,), EVENTS)) == _content(table(spark, built, EVENTS))


def test_a_body_that_is_not_json_stops_without_a_value(spark, tmp_path):
    home = Home.at(tmp_path)
    row = ("Condition", "PSEUDONYM", 1, '{"text": "Jane Planted"', "p", "e", {}, [])
    delta.overwrite(home, DEID_RESOURCES, spark.createDataFrame([row], DEID_RESOURCES.ddl))
    with pytest.raises(Exception, match="timeline_failed") as caught:
        timeline(spark, home)
    assert "Planted" not in str(caught.value)


def _content(rows):
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
