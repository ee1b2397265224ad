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


def test_a_home_may_have_any_name_that_a_folder_may_have(spark, tmp_path):
    home = Home.at(tmp_path / "a [b] {c,d} *? %20 ü")
    rows = spark.createDataFrame([("a", None, [], 1, 1), ("b", None, ["a"], 2, 2)], CODES.ddl)
    delta.overwrite(home, CODES, rows.limit(1))
    delta.overwrite(home, CODES, rows)
    assert sorted(delta.read(spark, home, CODES).collect()) == sorted(rows.collect())
    assert delta.read(spark, home, CODES, 0).count() == 1
    assert delta.read(spark, home, CODES).dtypes == rows.dtypes
