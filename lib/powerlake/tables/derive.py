"""What follows from a declaration: Arrow and Spark schemas, Delta properties, merge condition, empty frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from powerlake.tables.model import Column, Table

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

_SQL_TYPES = {
    pa.string(): "STRING",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
}


def sql_type(dtype: pa.DataType) -> str:
    """The Spark SQL name of a column type. Raises ValueError for a type no table uses."""
    if pa.types.is_list(dtype):
        return f"ARRAY<{sql_type(dtype.value_type)}>"
    if pa.types.is_map(dtype):
        return f"MAP<{sql_type(dtype.key_type)}, {sql_type(dtype.item_type)}>"
    try:
        return _SQL_TYPES[dtype]
    except KeyError:
        raise ValueError(f"no Spark SQL type is declared for Arrow's {dtype}") from None


def arrow_schema(table: Table) -> pa.Schema:
    """All columns in order, partition columns included."""
    return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in table.columns])


def file_schema(table: Table) -> pa.Schema:
    """The columns that stand in the table's Parquet files: all but the partition columns."""
    return pa.schema([f for f in arrow_schema(table) if f.name not in table.partitioned_by])


def spark_schema(table: Table) -> StructType:
    """The same as Spark sees it."""
    from pyspark.sql.types import StructType  # noqa: PLC0415 - the declarations stay importable without Spark

    schema = StructType.fromDDL(", ".join(f"`{c.name}` {sql_type(c.type)}{_not_null(c)}" for c in table.columns))
    assert isinstance(schema, StructType)
    return schema


def full_comment(column: Column) -> str:
    """The column's comment with its unit and PII class, as BI tools show it."""
    parts = [column.comment]
    if column.unit:
        parts.append(f"[{column.unit}]")
    if column.pii.value != "none":
        parts.append(f"(PII: {column.pii.value})")
    return " ".join(parts)


def described_schema(table: Table) -> pa.Schema:
    """All columns in order, each with its full comment where Delta looks for it."""
    return pa.schema(
        [
            field.with_metadata({"comment": full_comment(column)})
            for field, column in zip(arrow_schema(table), table.columns, strict=True)
        ]
    )


def properties(table: Table) -> dict[str, str]:
    """The table's Delta properties: owner, grain, and the row checks as CHECK constraints.

    Only what every Delta reader understands: no deletion vectors, no column mapping. A writer must know CHECK, which
    writer version 3 says, where there is one. A ledger grows by a commit a job: the log is summed up often, so that it
    opens fast.
    """
    ledger = {"delta.checkpointInterval": "10"} if table.layer == "ops" else {}
    return {
        "delta.minReaderVersion": "1",
        "delta.minWriterVersion": "3" if table.checks else "2",
        "delta.enableDeletionVectors": "false",
        "powerlake.owner": table.owner,
        "powerlake.grain": table.grain,
        **ledger,
        **{f"delta.constraints.{name}": condition for name, condition in table.checks.items()},
    }


def merge_condition(table: Table, target: str = "target", source: str = "source") -> str:
    """Rows of target and source that are the same row by the declared key; nulls count as equal."""
    return " AND ".join(f"{target}.`{name}` <=> {source}.`{name}`" for name in table.key)


def empty(table: Table) -> pa.Table:
    """No rows, right columns."""
    return arrow_schema(table).empty_table()


def _not_null(column: Column) -> str:
    return "" if column.nullable else " NOT NULL"
