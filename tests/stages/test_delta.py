import pytest

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.schemas.tables import CODES

pytestmark = pytest.mark.spark


def test_append_is_idempotent_per_transaction(spark, tmp_path):
    home = Home.at(tmp_path)
    rows = spark.createDataFrame([("a", None, [], 1, 1)], CODES.ddl)
    first = delta.append(home, CODES, rows, delta.Transaction("t"))
    second = delta.append(home, CODES, rows, delta.Transaction("t"))
    assert first.rows == second.rows == 1
