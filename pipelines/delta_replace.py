"""Replacing some rows of a table: only the files that hold them are written anew, in one commit.

Delta's own MERGE looks through the whole table and its DELETE takes no join; ``replaceWhere`` would write the
values it replaces into the log. So the files are found by a join on the key column alone, read, and replaced
in one commit: the log says which files went and which came, and no value.
"""

from collections.abc import Sequence
from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.delta import TableRef
from plummer.pipelines.delta_commit import Part, commit
from plummer.pipelines.delta_log import file_rows, files, latest_version, standing
from plummer.pipelines.delta_write import write_parts
from plummer.pipelines.home import Home
from plummer.pipelines.storage import exists
from plummer.schemas.tables import TableSpec

KEY: Final = "_key"
_ROWS_A_FILE: Final = 2_000
_MOST_FILES: Final = 64
_SCATTERED: Final = 4
"""A table of so many times its files is written anew as a whole: each delivery adds some."""


def spread(rows: int, each: int = _ROWS_A_FILE) -> int:
    """Into how many files a table goes, so that what belongs to few subjects is in few of them.

    Args:
        rows: of the table.
        each: rows a file; fewer make more files, each of which costs a task whenever all are read.

    Example:
        >>> spread(500), spread(20_000), spread(20_000, 8_000), spread(10**7)
        (1, 10, 2, 64)
    """
    return max(1, min(_MOST_FILES, rows // each))


def stands(home: Home, spec: TableSpec, version: int) -> bool:
    """Whether the files of a version are all there; -1 is a table that wasn't there yet."""
    uri = home.table(spec)
    if version < 0:
        return True
    return latest_version(uri) >= version and all(exists(name) for name in files(uri, version))


def difference(
    spark: SparkSession, home: Home, spec: TableSpec, old: int, new: int | None = None
) -> tuple[DataFrame, DataFrame]:
    """Rows of the files that went between two versions, and of those that came; rows may stand in both."""
    uri = home.table(spec)
    before = [] if old < 0 else files(uri, old)
    after = [] if latest_version(uri) < 0 else files(uri, new)
    went, came = set(before) - set(after), set(after) - set(before)
    return delta.read_files(spark, spec, sorted(went)), delta.read_files(spark, spec, sorted(came))


def parts_since(
    spark: SparkSession, home: Home, spec: TableSpec, old: int, most: float
) -> tuple[DataFrame, DataFrame, DataFrame] | None:
    """Rows of files that came since a version, that went, and that stand; None where too many changed.

    Args:
        spark: the session.
        home: the home.
        spec: the table.
        old: the version.
        most: the largest share of all rows that may have come, or have gone.
    """
    uri = home.table(spec)
    before, now = file_rows(uri, old), file_rows(uri)
    came, went, standing = now.keys() - before.keys(), before.keys() - now.keys(), now.keys() & before.keys()
    allowed = most * sum(now.values())
    if sum(now[name] for name in came) > allowed or sum(before[name] for name in went) > allowed:
        return None
    came_rows, went_rows, rest = (
        delta.read_files(spark, spec, sorted(names)) for names in (came, went, standing)
    )
    return came_rows, went_rows, rest


def only_added(home: Home, spec: TableSpec, old: int) -> bool:
    """Whether every file of a version still stands."""
    uri = home.table(spec)
    if old < 0 or latest_version(uri) < 0:
        return old < 0
    return set(files(uri, old)) <= set(files(uri))


def changed(went: DataFrame, came: DataFrame, *columns: str) -> DataFrame:
    """What stands in one of two tables only, or not as often: these columns, distinct."""
    told = [frame.select(*columns, f.lit(sign).alias("_sign")) for frame, sign in ((went, -1), (came, 1))]
    sums = told[0].unionByName(told[1]).groupBy(*columns).agg(f.sum("_sign").alias("_sign"))
    return sums.where("_sign <> 0").select(*columns)


def replace(  # noqa: PLR0913 (what is replaced by what, and where)
    spark: SparkSession,
    home: Home,
    spec: TableSpec,
    *,
    base: int,
    key: Column,
    gone: DataFrame,
    rows: DataFrame | Sequence[Part],
    by: Column | None = None,
    order: Sequence[str] = (),
) -> TableRef:
    """Write a table that is what it was at a version, with other rows for some keys.

    Whatever was written since `base` (by a run that was killed before the ledger knew) is taken back first,
    so a second try ends as the first one would have.

    Args:
        spark: the session.
        home: the home.
        spec: the table.
        base: the version whose other rows are kept.
        key: of the table's rows, never null.
        gone: the keys whose rows go, in a column `KEY`, distinct.
        rows: the rows that come, of the table's contract; or files of them that are in its folder already,
            each with what it holds of few keys.
        by: what is to stand in one file, where that isn't the key.
        order: columns to sort by within a file.
    """
    uri = home.table(spec)
    _take_back(uri, spec, base)
    now = standing(uri, max(latest_version(uri), 0))
    names = _holding(delta.read(spark, home, spec), key, gone) if now else set()
    touched = [path for path in now if path.rsplit("/", 1)[-1] in names]
    if len(now) > _SCATTERED * _MOST_FILES:
        touched = list(now)
    held = delta.read_files(spark, spec, [f"{uri}/{path}" for path in touched])
    new = held.withColumn(KEY, key).join(gone, KEY, "left_anti").drop(KEY)
    parts = [] if isinstance(rows, DataFrame) else list(rows)
    if isinstance(rows, DataFrame):
        new = new.unionByName(delta.conform(spec, rows))
    if isinstance(rows, DataFrame) or touched:
        ordered = new.repartition(max(1, min(len(touched), _MOST_FILES)), key if by is None else by)
        if order:
            ordered = ordered.sortWithinPartitions(*order)
        parts += write_parts(delta.conform(spec, ordered), uri)
    commit(uri, spec, parts, gone=[now[path] for path in touched])
    return delta.ref(uri, spec)


def _holding(rows: DataFrame, key: Column, gone: DataFrame) -> set[str]:
    """Names of the files that hold one of the keys; only the key's columns are read."""
    held = rows.select(key.alias(KEY), f.col("_metadata.file_name").alias("_file")).join(gone, KEY)
    return {row["_file"] for row in held.select("_file").distinct().collect()}


def _take_back(uri: str, spec: TableSpec, base: int) -> None:
    latest = latest_version(uri)
    if latest == base:
        return
    before, now = standing(uri, base), standing(uri, latest)
    gone = [entry for path, entry in now.items() if path not in before]
    back = [entry for path, entry in before.items() if path not in now]
    commit(uri, spec, [], gone=gone, back=back)
