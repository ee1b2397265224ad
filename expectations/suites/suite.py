"""A suite: the checks of one table, and how the table is prepared for them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import StructType

from plummer.expectations.results import Kahn
from plummer.expectations.suites.check import Check, SuiteContext, emptied
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import TableSpec

GX_TYPES = {
    "string": "StringType",
    "bigint": "LongType",
    "int": "IntegerType",
    "float": "FloatType",
    "binary": "BinaryType",
    "timestamp_ntz": "TimestampNTZType",
}


@dataclass(frozen=True, slots=True)
class Suite:
    """What must hold of one table.

    Attributes:
        table: suite name.
        spec: the table's contract.
        prepare: adds helper columns (window ranks, joins to other tables) and drops wide ones; what
            it returns is kept in memory while it is checked.
        checks: expectations on what ``prepare`` returns.
        needs: suite names of the tables that ``prepare`` joins.
    """

    table: str
    spec: TableSpec
    prepare: Callable[[DataFrame, SuiteContext], DataFrame]
    checks: tuple[Check, ...]
    needs: tuple[str, ...] = ()

    def applicable(self, context: SuiteContext) -> tuple[Check, ...]:
        """Checks that apply under the context's time mode."""
        return tuple(c for c in self.checks if not c.modes or context.time_mode in c.modes)


def related(context: SuiteContext, table: str) -> DataFrame:
    """Another table of the context.

    Raises:
        PlummerError: ``related_table_missing``; a reference that can't be looked up must not pass.
    """
    if table not in context.tables:
        raise PlummerError("related_table_missing", "a suite needs another table", ExitCode.INTERNAL, table)
    return context.tables[table]


def known(df: DataFrame, column: str, others: DataFrame, other: str, flag: str) -> DataFrame:
    """Add a boolean column: whether a value of ``column`` stands in ``others``; null where it is null."""
    keys = others.select(F.col(other).alias(f"_{flag}")).distinct()
    joined = df.join(keys, F.col(column) == F.col(f"_{flag}"), "left")
    found = F.when(F.col(column).isNotNull(), F.col(f"_{flag}").isNotNull())
    return joined.withColumn(flag, found).drop(f"_{flag}")


def counted(df: DataFrame, keys: tuple[str, ...], others: DataFrame, flag: str) -> DataFrame:
    """Add the number of rows of ``others`` with the same keys, 0 where there is none."""
    counts = others.groupBy(*(F.col(k).alias(f"_{k}") for k in keys)).agg(F.count("*").alias(flag))
    same = [F.col(k) == F.col(f"_{k}") for k in keys]
    joined = df.join(counts, same, "left").drop(*(f"_{k}" for k in keys))
    return joined.withColumn(flag, F.coalesce(F.col(flag), F.lit(0)))


def copies(df: DataFrame, keys: tuple[str, ...], flag: str = "copies") -> DataFrame:
    """Add how many rows share this row's key."""
    return df.withColumn(flag, F.count("*").over(Window.partitionBy(*keys)))


def required_columns(spec: TableSpec) -> tuple[str, ...]:
    """Names of the columns that may not be null."""
    return tuple(column.name for column in spec.columns if not column.nullable)


def structure_checks(spec: TableSpec) -> tuple[Check, ...]:
    """Columns in the contract's order, and each one's type; read from the schema, not from rows."""
    return (_columns(spec), *(_type(column.name, column.type) for column in spec.columns))


def not_empty(table: str) -> Check:
    """The table has a row."""
    return Check(
        "rows.at_least_one",
        f"the table {table} isn't empty",
        Kahn.COMPLETENESS,
        "ExpectTableRowCountToBeBetween",
        {"min_value": 1},
        emptied(),
        measure=lambda _, rows: (int(rows == 0), 1),
    )


def _columns(spec: TableSpec) -> Check:
    def measure(schema: StructType, _: int) -> tuple[int, int]:
        pairs = zip_longest(schema.names, spec.names)
        return sum(here != there for here, there in pairs), len(spec.names)

    return Check(
        "columns",
        "the columns are those of the contract, in its order",
        Kahn.CONFORMANCE,
        "ExpectTableColumnsToMatchOrderedList",
        {"column_list": list(spec.names)},
        lambda df: df.withColumn("unnamed", F.lit(1)),
        measure=measure,
    )


def _type(column: str, kind: str) -> Check:
    def measure(schema: StructType, _: int) -> tuple[int, int]:
        found = schema[column].dataType.simpleString() if column in schema.names else ""
        return int(found != kind.replace(" ", "")), 1

    gx_type = GX_TYPES.get(kind) or {"array": "ArrayType", "map": "MapType"}[kind.split("<", 1)[0]]
    return Check(
        f"{column}.type",
        f"{column} is of type {kind}",
        Kahn.CONFORMANCE,
        "ExpectColumnValuesToBeOfType",
        {"column": column, "type_": gx_type},
        lambda df: df.withColumn(column, F.lit(True)),
        measure=measure,
    )
