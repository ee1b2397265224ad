"""Spark's Python workers: what each task pays before it works."""

import gc
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from plummer.pipelines.worker_daemon import without_archives

pytestmark = pytest.mark.spark


def test_a_worker_reads_no_archive_and_leaves_what_was_imported_alone(spark):
    def looked(batches):
        """Importers of archives, objects that no collection looks at, modules from archives."""
        for _ in batches:
            archives = sum("zipimporter" in type(one).__name__ for one in sys.path_importer_cache.values())
            zipped = sum(
                ".zip/" in str(getattr(module, "__file__", "")) for module in [*sys.modules.values()]
            )
            told = {"archives": [archives], "frozen": [gc.get_freeze_count()], "zipped": [zipped]}
            yield pa.record_batch(told)

    rows = spark.range(1).mapInArrow(looked, "archives bigint, frozen bigint, zipped bigint").collect()
    assert (rows[0]["archives"], rows[0]["zipped"]) == (0, 0)
    assert rows[0]["frozen"] > 100_000


@pytest.mark.parametrize(
    "name", ["python/lib/pyspark.zip", "python/lib/py4j-0.10.9.9-src.zip", "jars/spark-core.jar"]
)
def test_archives_of_another_spark_stay(name):
    import pyspark

    installed = f"{Path(pyspark.__file__).parent}/{name}"
    other = [f"/opt/spark/{name}", f"/elsewhere/pyspark/{name}", "/opt/spark/python"]
    assert without_archives([installed, *other]) == other
