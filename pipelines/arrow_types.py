"""A table's contract as Arrow has it."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from plummer.schemas.tables import TableSpec

_COUNTS: Final = pa.map_(pa.string(), pa.int32())
_TYPES: Final = {
    "bigint": pa.int64(), "int": pa.int32(), "string": pa.string(), "float": pa.float32(),
    "boolean": pa.bool_(), "binary": pa.binary(), "timestamp_ntz": pa.timestamp("us"),
    "array<string>": pa.list_(pa.string()), "map<string,int>": _COUNTS,
    "array<map<string,int>>": pa.list_(_COUNTS),
}  # fmt: skip


def arrow_schema(spec: TableSpec) -> pa.Schema:
    """The columns of a table, in its order.

    Example:
        >>> from plummer.schemas.tables import TALLIES
        >>> arrow_schema(TALLIES).field("n").type
        DataType(int64)
    """
    return pa.schema([pa.field(column.name, _TYPES[column.type]) for column in spec.columns])


def batch_of(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as a batch; each has the schema's columns, in its order.

    Example:
        >>> batch_of([(1, "a")], pa.schema([("n", pa.int64()), ("name", pa.string())])).num_rows
        1
    """
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
