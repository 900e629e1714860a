"""What follows from a declaration: Arrow and Spark schemas, DDL, merge condition, empty frames."""

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


def create_statement(table: Table, path: str) -> str:
    """CREATE TABLE with comments, NOT NULL, partitioning and the row checks as CHECK constraints.

    Only what every Delta reader understands: no deletion vectors, no column mapping.
    """
    columns = ",\n  ".join(
        f"`{c.name}` {sql_type(c.type)}{_not_null(c)} COMMENT {_quoted(full_comment(c))}" for c in table.columns
    )
    partition = f"\nPARTITIONED BY ({', '.join(table.partitioned_by)})" if table.partitioned_by else ""
    properties = {
        "delta.enableDeletionVectors": "false",
        "powerlake.owner": table.owner,
        "powerlake.grain": table.grain,
        **{f"delta.constraints.{name}": condition for name, condition in table.checks.items()},
    }
    pairs = ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS delta.`{path}` (\n  {columns}\n) USING DELTA{partition}"
        f"\nCOMMENT {_quoted(table.comment)}\nTBLPROPERTIES ({pairs})"
    )


def merge_condition(table: Table, target: str = "target", source: str = "source") -> str:
    """Rows of target and source that are the same row by the declared key; nulls count as equal."""
    return " AND ".join(f"{target}.`{name}` <=> {source}.`{name}`" for name in table.key)


def empty(table: Table) -> pa.Table:
    """No rows, right columns."""
    return arrow_schema(table).empty_table()


def _not_null(column: Column) -> str:
    return "" if column.nullable else " NOT NULL"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
