import pytest

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.schemas.tables import CODES

pytestmark = pytest.mark.spark


def test_append_is_idempotent_per_transaction(spark, tmp_path):
    home = Home.at(tmp_path)
    rows = spark.createDataFrame([("a", None, [], 1, 1, None)], CODES.ddl)
    first = delta.append(home, CODES, rows, delta.Transaction("t"))
    second = delta.append(home, CODES, rows, delta.Transaction("t"))
    assert first.rows == second.rows == 1


def test_a_home_may_have_any_name_that_a_folder_may_have(spark, tmp_path):
    home = Home.at(tmp_path / "a [b] {c,d} *? %20 ü")
    rows = spark.createDataFrame([("a", None, [], 1, 1, None), ("b", None, ["a"], 2, 2, None)], CODES.ddl)
    delta.overwrite(home, CODES, rows.limit(1))
    delta.overwrite(home, CODES, rows)
    assert sorted(delta.read(spark, home, CODES).collect()) == sorted(rows.collect())
    assert delta.read(spark, home, CODES, 0).count() == 1
    assert delta.read(spark, home, CODES).dtypes == rows.dtypes


def test_a_table_made_without_spark_is_as_spark_makes_it(spark, tmp_path):
    """Settings and schema of the log; what Spark writes after it is read with it."""
    from plummer.pipelines.delta_log import actions
    from plummer.schemas.tables import LOADS

    ours, theirs = Home.at(tmp_path / "ours %20"), Home.at(tmp_path / "theirs")
    delta.create(spark, ours.table(LOADS), LOADS)
    delta.overwrite(theirs, LOADS, spark.createDataFrame([], LOADS.ddl))
    made = [_made(actions(home.table(LOADS), 0)) for home in (ours, theirs)]
    assert made[0] == made[1]
    row = ("d", "main", "fhir", None, "f", "s", 1, 1, 1, 0, 0, 0)
    appended = delta.append(ours, LOADS, spark.createDataFrame([row], LOADS.ddl), delta.Transaction("u"))
    assert (appended.version, appended.rows) == (1, 1)
    assert tuple(delta.read(spark, ours, LOADS).first()) == row
    assert spark.read.format("delta").load(str(tmp_path / "ours %20" / LOADS.path)).count() == 1


def _made(log):
    metadata = next(action["metaData"] for action in log if "metaData" in action)
    protocol = next(action["protocol"] for action in log if "protocol" in action)
    return protocol, {key: value for key, value in metadata.items() if key not in ("id", "createdTime")}
