"""Stage index: what every raw resource names, refers to, states and when, in one pass."""

from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_replace import replace, spread
from plummer.pipelines.home import Home
from plummer.pipelines.index.batches import INPUT_COLUMNS, index_batches
from plummer.pipelines.index.sites import Sites
from plummer.pipelines.stages.changed import among
from plummer.pipelines.stages.current import owner_of_record
from plummer.schemas.mappings import site_files
from plummer.schemas.tables import INDEX, RESOURCES


def index(  # noqa: PLR0913 (what an index is made of)
    spark: SparkSession,
    home: Home,
    resources: DataFrame,
    *,
    key: bytes,
    zone: str | Sites,
    former: DataFrame | None = None,
    base: Base | None = None,
    owners: DataFrame | None = None,
) -> TableRef:
    """Rebuild ``identified/index`` from the current resource versions, or the rows of some owners only.

    Args:
        spark: the session.
        home: the home.
        resources: one row per resource with the columns of ``identified/resources``.
        key: subkey of purpose ``lookup``.
        zone: IANA zone of the sites' wall clock (the policy's ``site_timezone``), or all that the policy says
            of its sites.
        former: superseded versions of persons; only the names, numbers and addresses in them are kept, so
            that text is searched for those too.
        base: the version to keep other owners' rows of.
        owners: whose rows are made anew (`plummer.pipelines.stages.changed`); all without.
    """
    sites = Sites(zone) if isinstance(zone, str) else zone
    run = partial(index_batches, key=key, sites=sites, files=site_files())

    def told(records: DataFrame) -> DataFrame:
        mine = records if owners is None else among(records, owner_of_record(), owners)
        return mine.select(*INPUT_COLUMNS).mapInArrow(run, INDEX.row_ddl)

    rows = told(resources)
    if former is not None:
        rows = rows.unionByName(told(former).where("kind = 'fact' AND label <> 'dates'"))
    if base is not None and owners is not None:
        return replace(spark, home, INDEX, base=base.of(INDEX), key=f.col("owner"), gone=owners, rows=rows)
    # by owner, so that what one delivery concerns lies in few files
    files = spread(delta.row_count(home, RESOURCES))
    return delta.overwrite(home, INDEX, rows.repartition(files, "owner") if files > 1 else rows)
