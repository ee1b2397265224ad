"""Spark's settings, as plain data that can be read without paying for pyspark."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict


class SparkSettings(BaseSettings):
    """Deployment of Spark, from ``PLUMMER_SPARK_*`` in the environment.

    Attributes:
        master: Spark master URL; the same code runs on a standalone, YARN or Kubernetes master.
        shuffle_partitions: partitions of a shuffle; few locally, since each costs a task.
        driver_memory: heap of the driver, which in local mode is all of it.
        extra: further Spark settings, as JSON in the environment.
        small: tuned for data that is read in seconds: compiling a plan or a hot loop costs more than it
            gains there (facts measured in bench/results.md).
        brief: tuned for a run of minutes, which ends before Java's second compiler has earned what it costs;
            `small` means that too.
    """

    model_config = SettingsConfigDict(env_prefix="PLUMMER_SPARK_")

    master: str = "local[2]"
    shuffle_partitions: int = 4
    driver_memory: str = "3g"
    extra: dict[str, str] = {}
    small: bool = False
    brief: bool = False


_ALWAYS: Final[Mapping[str, str]] = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # the UI and event logs would show plans with values; both are identified-zone surfaces
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    # shuffle, cache and spill files hold records (trust.md surface 7)
    "spark.io.encryption.enabled": "true",
    "spark.io.encryption.keySizeBits": "256",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "2000",
    "spark.databricks.delta.snapshotPartitions": "2",
    # readers without Spark fail on deletion vectors and v2 checkpoints
    "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
    "spark.databricks.delta.properties.defaults.checkpointPolicy": "classic",
    # pages are checked when read: a flipped bit must not become data
    "spark.hadoop.parquet.page.write-checksum.enabled": "true",
    "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
    # footers would hold minima and maxima of texts and ids in clear; files are skipped by the log's
    "spark.hadoop.parquet.column.statistics.enabled": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.log.level": "ERROR",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.python.worker.reuse": "true",
    "spark.python.daemon.module": "plummer.pipelines.worker_daemon",
    # RDDs and DataFrames would each get a daemon and workers of their own: this is part of their environment
    "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled": "false",
    "spark.sql.debug.maxToStringFields": "0",
    "spark.sql.ui.retainedExecutions": "1",
}


_SMALL: Final[Mapping[str, str]] = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # adaptive execution plans every stage again and makes a job of each
    "spark.sql.adaptive.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
}


def spark_conf(
    settings: SparkSettings, jars: list[Path], scratch: Path, python: str, class_data: str = ""
) -> dict[str, str]:
    """All settings of a session.

    Args:
        settings: what the deployment chose.
        jars: the two Delta jars.
        scratch: folder for Spark's local files.
        python: interpreter of the workers; the driver's own, or PATH's would be taken.
        class_data: JVM options of a class-data-sharing archive, where there is one.
    """
    # with one compiler Java reserves little room for code and then spends seconds sweeping it
    jit = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m" if settings.small or settings.brief else ""
    local = settings.master.startswith("local[")
    conf = {
        **_ALWAYS,
        **(_SMALL if settings.small else {}),
        "spark.master": settings.master,
        # one process has them on its class path, where the archive of classes covers them too
        ("spark.driver.extraClassPath" if local else "spark.jars"): (os.pathsep if local else ",").join(
            str(path) for path in jars
        ),
        "spark.local.dir": str(scratch / "spark"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.pyspark.python": python,
        "spark.pyspark.driver.python": python,
        "spark.driver.memory": settings.driver_memory,
        "spark.driver.extraJavaOptions": (
            f"-Djava.io.tmpdir={scratch} -Dderby.system.home={scratch} -XX:-CreateCoredumpOnCrash "
            f"-XX:ErrorFile={scratch}/hs_err.log -XX:+UseParallelGC "
            f"-XX:MetaspaceSize=192m {jit} {class_data} "
            f"-Dlog4j2.configurationFile={scratch}/log4j2.properties"
        ),
        "spark.sql.shuffle.partitions": "2" if settings.small else str(settings.shuffle_partitions),
        **settings.extra,
    }
    if not local:
        # a cluster's executors reach the driver by the address the deployment gives
        for key in ("spark.driver.bindAddress", "spark.driver.host"):
            if settings.master.startswith(("local-cluster", "spark://127.0.0.1")):
                continue
            conf.pop(key)
    return conf
