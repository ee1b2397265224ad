"""Stage index: what every raw resource names, refers to, states and when, in one pass."""

from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession

from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.index.batches import INPUT_COLUMNS, index_batches
from plummer.schemas.tables import INDEX

_NULLABLE_DDL: Final = ", ".join(f"`{column.name}` {column.type}" for column in INDEX.columns)


def index(spark: SparkSession, home: Home, resources: DataFrame, *, key: bytes, zone: str) -> TableRef:
    """Rebuild ``identified/index`` from the current resource versions.

    Args:
        spark: the session.
        home: the home.
        resources: one row per resource with the columns of ``identified/resources``.
        key: subkey of purpose ``lookup``.
        zone: IANA zone of the sites' wall clock (the policy's ``site_timezone``).
    """
    rows = resources.select(*INPUT_COLUMNS).mapInArrow(
        partial(index_batches, key=key, zone=zone), _NULLABLE_DDL
    )
    return delta.overwrite(home, INDEX, rows)
