"""A table's contract as Arrow has it."""

from typing import Final

import pyarrow as pa

from plummer.schemas.tables import TableSpec

_COUNTS: Final = pa.map_(pa.string(), pa.int32())
_TYPES: Final = {
    "bigint": pa.int64(), "int": pa.int32(), "string": pa.string(), "float": pa.float32(),
    "boolean": pa.bool_(), "array<string>": pa.list_(pa.string()), "timestamp_ntz": pa.timestamp("us"),
    "map<string,int>": _COUNTS, "array<map<string,int>>": pa.list_(_COUNTS),
}  # fmt: skip


def arrow_schema(spec: TableSpec) -> pa.Schema:
    """The columns of a table, in its order.

    Example:
        >>> from plummer.schemas.tables import TALLIES
        >>> arrow_schema(TALLIES).field("n").type
        DataType(int64)
    """
    return pa.schema([pa.field(column.name, _TYPES[column.type]) for column in spec.columns])
