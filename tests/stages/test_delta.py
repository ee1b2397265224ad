import stat
from datetime import datetime

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from pyspark.errors import SparkRuntimeException
from pyspark.sql import functions as F  # noqa: N812 (the name everyone knows it by)

from plummer.pipelines import delta
from plummer.pipelines.delta_log import actions
from plummer.pipelines.home import Home
from plummer.schemas.tables import CODES, DEID_NOTES, DEID_RESOURCES, EVENTS, LOADS

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


@pytest.mark.parametrize("spec", [LOADS, EVENTS, DEID_RESOURCES], ids=["plain", "times", "nested"])
def test_a_table_is_made_as_delta_makes_it(spark, tmp_path, spec):
    """Settings, protocol and schema of the log; and Delta reads it."""
    ours, theirs = Home.at(tmp_path / "ours %20"), Home.at(tmp_path / "theirs")
    delta.create(ours.table(spec), spec)
    delta.write_fresh(theirs.table(spec), spec, spark.createDataFrame([], spec.ddl))
    made = [_made(actions(home.table(spec), 0)) for home in (ours, theirs)]
    assert made[0] == made[1]
    assert spark.read.format("delta").load(str(tmp_path / "ours %20" / spec.path)).count() == 0


def test_delta_reads_what_workers_wrote_and_writes_on(spark, tmp_path):
    """Every type of the contracts; what was replaced is gone for every reader."""
    home = Home.at(tmp_path / "home")
    row = ("Patient", "1", 7, "{}", "p", "e", {"keep": 2}, [{"NAME": 1}, {}])
    other = ("Basic", "2", None, "{}", "p", "e", {}, [])
    delta.overwrite(home, DEID_RESOURCES, spark.createDataFrame([row], DEID_RESOURCES.ddl))
    delta.overwrite(home, DEID_RESOURCES, spark.createDataFrame([other, row], DEID_RESOURCES.ddl).coalesce(1))
    folder = str(tmp_path / "home" / DEID_RESOURCES.path)
    read = spark.read.format("delta").load(folder)
    assert [tuple(one) for one in read.collect()] == [other, row]
    assert read.dtypes == delta.read(spark, home, DEID_RESOURCES).dtypes
    before = spark.read.format("delta").option("versionAsOf", 0).load(folder)
    assert [tuple(one) for one in before.collect()] == [row]
    assert DeltaTable(folder).to_pyarrow_table().num_rows == 2
    read.where("subject_id = 7").write.format("delta").mode("append").save(folder)
    assert delta.row_count(home, DEID_RESOURCES) == 3


def test_times_stay_as_they_are(spark, tmp_path):
    home = Home.at(tmp_path)
    when = datetime(1969, 12, 31, 23, 59, 59, 123456)  # noqa: DTZ001 (a time without a zone)
    row = ("n", 3, None, None, when, "text", {"DATE": 1})
    delta.overwrite(home, DEID_NOTES, spark.createDataFrame([row], DEID_NOTES.ddl))
    assert tuple(spark.read.format("delta").load(str(tmp_path / DEID_NOTES.path)).first()) == row
    assert DeltaTable(str(tmp_path / DEID_NOTES.path)).to_pyarrow_table()["time"].to_pylist() == [when]


def test_an_append_to_a_table_that_was_made_empty(spark, tmp_path):
    home = Home.at(tmp_path)
    delta.create(home.table(LOADS), LOADS)
    row = ("d", "main", "fhir", None, "f", "s", 1, 1, 1, 0, 0, 0)
    appended = delta.append(home, LOADS, spark.createDataFrame([row], LOADS.ddl), delta.Transaction("u"))
    assert (appended.version, appended.rows) == (1, 1)
    assert tuple(delta.read(spark, home, LOADS).first()) == row


def test_footers_tell_no_value_and_pages_have_checksums(spark, tmp_path):
    home = Home.at(tmp_path)
    delta.overwrite(home, CODES, spark.createDataFrame([("a", None, [], 1, 1, None)], CODES.ddl))
    (file,) = (tmp_path / CODES.path).glob("*.parquet")
    group = pq.read_metadata(file).row_group(0)
    assert not any(group.column(at).is_stats_set for at in range(group.num_columns))
    assert pq.read_table(file, page_checksum_verification=True).num_rows == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_failing_task_leaves_no_commit_and_no_file(spark, tmp_path):
    home = Home.at(tmp_path)
    rows = spark.createDataFrame([("a", None, [], 1, 1, None)], CODES.ddl)
    broken = rows.withColumn("code", F.when(F.raise_error(F.lit("stop")).isNull(), "x"))
    with pytest.raises(SparkRuntimeException):
        delta.overwrite(home, CODES, broken)
    assert not delta.exists(home, CODES)
    assert [*tmp_path.rglob("*.parquet")] == []


def _made(log):
    metadata = next(action["metaData"] for action in log if "metaData" in action)
    protocol = next(action["protocol"] for action in log if "protocol" in action)
    return protocol, {key: value for key, value in metadata.items() if key not in ("id", "createdTime")}
