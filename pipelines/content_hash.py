"""The content hash of a table: equal where the rows are equal, whatever files hold them.

Rows in canonical JSON form are hashed one by one; the row digests are sorted within 4,096 buckets by
their first three hex digits and hashed bucket by bucket, then the buckets in order. No row leaves an
executor (design.md, Same content).
"""

import hashlib
from collections.abc import Collection

from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.types import DataType, MapType


def content_sha256(rows: DataFrame, leave_out: Collection[str] = ()) -> str:
    """sha256 over the rows in canonical form, sorted.

    Args:
        rows: the table.
        leave_out: columns that differ between equal contents (load ids, run ids, engine times).
    """
    kept = sorted(column for column in rows.columns if column not in leave_out)
    canonical = f.to_json(
        f.struct(*(_canonical(rows, column) for column in kept)), {"ignoreNullFields": "false"}
    )
    digests = rows.select(f.sha2(canonical, 256).alias("digest"))
    buckets = (
        digests.groupBy(f.substring("digest", 1, 3).alias("bucket"))
        .agg(f.sha2(f.concat_ws("", f.sort_array(f.collect_list("digest"))), 256).alias("digest"))
        .orderBy("bucket")
    )
    total = hashlib.sha256()
    for row in buckets.collect():
        total.update(f"{row['bucket']}:{row['digest']}\n".encode())
    return total.hexdigest()


def _canonical(rows: DataFrame, column: str) -> f.Column:
    kind: DataType = rows.schema[column].dataType
    if isinstance(kind, MapType):
        return f.sort_array(f.map_entries(column)).alias(column)
    if kind.simpleString() == "array<map<string,int>>":
        return f.transform(column, lambda m: f.sort_array(f.map_entries(m))).alias(column)
    if kind.simpleString() == "binary":
        return f.hex(column).alias(column)
    return f.col(column)
