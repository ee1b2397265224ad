"""The scan as a stage: a real leak stays a hit, a word of a kept code is none."""

import json

import pytest

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.stages import leaks
from plummer.schemas.tables import CODES, DEID_NOTES, DEID_RESOURCES, NEEDLES

pytestmark = pytest.mark.spark
WORD = {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "Quarthian gait"}]}


@pytest.fixture
def home(tmp_path):
    made = Home.at(tmp_path / "home")
    made.create()
    return made


def scanned(spark, home, *bodies):
    names = [("a", "Quarthian", "Patient.name.family"), ("b", "Oyelarano", "Patient.name.family")]
    delta.overwrite(home, NEEDLES, spark.createDataFrame(names, NEEDLES.ddl))
    delta.overwrite(home, CODES, spark.createDataFrame([("X//1", "a code", [], 1, 1, None)], CODES.ddl))
    rows = [("Condition", f"c{n}", 7, json.dumps(b), "p", "e", {}, []) for n, b in enumerate(bodies)]
    delta.overwrite(home, DEID_RESOURCES, spark.createDataFrame(rows, DEID_RESOURCES.ddl))
    return leaks.scan(spark, home, (home.root / "deid",))


def test_a_word_of_a_kept_code_is_reduced_and_a_name_beside_it_found(spark, home):
    found = scanned(spark, home, {"code": WORD})
    assert (found.hits, found.full, found.reduced, found.clean) == (0, 1, 1, True)
    leaked = scanned(spark, home, {"code": WORD}, {"note": [{"text": "seen by oyelarano"}]})
    assert leaked.hits > 0
    assert {finding["needle"] for finding in leaked.findings} == {"b"}


def test_a_word_in_a_table_is_still_a_leak_in_a_note_or_a_log(spark, home):
    """A surname that is an English word may stand as a word; as a name in base64 or in a log it may not."""
    names = [("w", "Young", "Patient.name.family")]
    delta.overwrite(home, NEEDLES, spark.createDataFrame(names, NEEDLES.ddl))
    delta.overwrite(home, CODES, spark.createDataFrame([("X//1", "a code", [], 1, 1, None)], CODES.ddl))
    body = json.dumps({"resourceType": "Condition", "note": [{"text": "a young man"}]})
    rows = [("Condition", "c1", 7, body, "p", "e", {}, [])]
    delta.overwrite(home, DEID_RESOURCES, spark.createDataFrame(rows, DEID_RESOURCES.ddl))
    folders = (home.root / "deid", home.root / "dagster")
    assert leaks.scan(spark, home, folders).hits == 0
    (home.dagster / "log.txt").write_text("failed for Young")
    assert leaks.scan(spark, home, folders).hits > 0
    (home.dagster / "log.txt").unlink()
    note = [("n-0", 7, None, None, None, "Seen: Mr. Young again", {})]
    delta.overwrite(home, DEID_NOTES, spark.createDataFrame(note, DEID_NOTES.ddl))
    assert leaks.scan(spark, home, folders).hits > 0
