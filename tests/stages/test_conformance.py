"""The second opinion on landed tables: counted once each, the same sample whatever the order."""

import hashlib
import json

import pytest
from pyspark.sql.types import StructType

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.stages.conformance import conformance
from plummer.schemas.tables import RESOURCES

pytestmark = pytest.mark.spark


def _row(schema, number, resource):
    body = json.dumps(resource)
    texts = {field.name: field.dataType.simpleString() == "string" for field in schema.fields}
    row = {name: "x" if text else 0 for name, text in texts.items()}
    digest = hashlib.sha256(body.encode()).hexdigest()
    told = {"resource_type": resource["resourceType"], "resource_id": str(number), "body": body}
    return {**row, **told, "content_sha256": digest}


@pytest.fixture
def home(spark, tmp_path):
    schema = StructType.fromDDL(RESOURCES.ddl)
    made = Home.at(tmp_path / "home")
    made.create()
    good = [_row(schema, n, {"resourceType": "Patient", "id": str(n)}) for n in range(20)]
    bad = [_row(schema, 20 + n, {"resourceType": "Patient", "id": str(n), "shoe": 42}) for n in range(3)]
    other = [_row(schema, 30, {"resourceType": "EffectEvidenceSynthesis", "id": "1"})]
    delta.append(
        made, RESOURCES, spark.createDataFrame([*good, *bad, *other], RESOURCES.ddl), delta.Transaction("t")
    )
    return made


def test_every_record_of_a_small_home_is_counted(spark, home):
    found = conformance(spark, home)
    assert (found.sampled, found.valid) == (24, 20)
    assert found.not_covered == {"EffectEvidenceSynthesis": 1}
    assert found.findings == (("Patient", "(unknown)", "extra_forbidden", 3),)


def test_a_sample_is_drawn_by_content(spark, home):
    first, again = conformance(spark, home, 8), conformance(spark, home, 8)
    assert first == again
    assert 0 < first.sampled < 24
