"""Stage index: what every raw resource names, refers to, states and when, in one pass."""

from functools import partial
from typing import Final

from pyspark.sql import DataFrame, SparkSession

from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.home import Home
from plummer.pipelines.index.batches import INPUT_COLUMNS, index_batches
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import INDEX

_NULLABLE_DDL: Final = ", ".join(f"`{column.name}` {column.type}" for column in INDEX.columns)


def index(  # noqa: PLR0913 (what an index is made of)
    spark: SparkSession,
    home: Home,
    resources: DataFrame,
    *,
    key: bytes,
    zone: str,
    former: DataFrame | None = None,
) -> TableRef:
    """Rebuild ``identified/index`` from the current resource versions.

    Args:
        spark: the session.
        home: the home.
        resources: one row per resource with the columns of ``identified/resources``.
        key: subkey of purpose ``lookup``.
        zone: IANA zone of the sites' wall clock (the policy's ``site_timezone``).
        former: superseded versions of persons; only the names, numbers and addresses in them are kept, so
            that text is searched for those too.
    """
    run = partial(index_batches, key=key, zone=zone, site=site_files())
    rows = resources.select(*INPUT_COLUMNS).mapInArrow(run, _NULLABLE_DDL)
    if former is not None:
        told = former.select(*INPUT_COLUMNS).mapInArrow(run, _NULLABLE_DDL)
        rows = rows.unionByName(told.where("kind = 'fact' AND label <> 'dates'"))
    return delta.overwrite(home, INDEX, rows)
