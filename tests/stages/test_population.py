"""Subjects are counted once each, over all resources, whoever the partitions hold."""

import hashlib
import json
from datetime import date

import pytest
from pyspark.sql.types import StructType

from plummer.deid.policy import load_policy
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.scrubbing.settings import ScrubSettings
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.population import population
from plummer.schemas.tables import POPULATION, RESOURCES

pytestmark = pytest.mark.spark
FEVER = {"system": "http://snomed.info/sct", "code": "386661006", "display": "Fever"}
OWN = {"system": "http://snomed.info/sct", "code": "386661006", "display": "Fever of Zz Canary"}


def _resource(number, coding, day):
    return {
        "resourceType": "Condition", "id": f"c{number}", "subject": {"reference": f"Patient/p{number}"},
        "code": {"coding": [coding]}, "recordedDate": day,
    }  # fmt: skip


def _row(schema, resource, patient):
    body = json.dumps(resource)
    texts = {field.name: field.dataType.simpleString() == "string" for field in schema.fields}
    row = {name: "x" if text else 0 for name, text in texts.items()}
    told = {"site": "main", "resource_type": resource["resourceType"], "resource_id": resource["id"]}
    told |= {"body": body, "patient_key": patient, "version_id": None, "last_updated": None}
    return {**row, **told, "content_sha256": hashlib.sha256(body.encode()).hexdigest()}


@pytest.fixture(scope="module")
def home(spark, tmp_path_factory):
    """Thirty subjects share a label and a day, one of them twice; another one has both alone."""
    made = Home.at(tmp_path_factory.mktemp("population") / "home")
    made.create()
    schema = StructType.fromDDL(RESOURCES.ddl)
    shared = [_row(schema, _resource(n, FEVER, "2020-01-01"), f"main/p{n}") for n in range(30)]
    twice = [_row(schema, {**_resource(0, FEVER, "2020-01-01"), "id": "again"}, "main/p0")]
    alone = [_row(schema, _resource(99, OWN, "2020-05-05"), "main/p99")] * 1
    nobody = [_row(schema, {**_resource(98, OWN, "2020-06-06"), "id": f"n{n}"}, None) for n in range(40)]
    rows = spark.createDataFrame([*shared, *twice, *alone, *nobody], schema).repartition(3)
    delta.append(made, RESOURCES, rows, delta.Transaction("t"))
    return made


def _common(spark, home, profile):
    policy = load_policy(profile)
    population(spark, home, current(spark, home), policy)
    files = tuple(delta.read(spark, home, POPULATION).inputFiles())
    return ScrubSettings(policy, b"", b"", b"", (), files).common()


def test_a_label_stays_that_k_subjects_have(spark, home):
    common = _common(spark, home, "safe_harbor")
    assert common.labels == {("http://snomed.info/sct", "386661006", "Fever")}
    assert not common.days


def test_a_day_that_everybody_has_is_told_where_days_are_shifted(spark, home):
    common = _common(spark, home, "expert_determination")
    assert common.days == {("Condition", "Condition.recordedDate", date(2020, 1, 1))}


def test_subjects_are_counted_and_not_resources(spark, home):
    population(spark, home, current(spark, home), load_policy("safe_harbor"))
    counts = {row["third"]: row["subjects"] for row in delta.read(spark, home, POPULATION).collect()}
    assert counts == {"Fever": 30}
