"""Parquet files of shards as Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.lake.snapshots import DataFile
from powerlake.tables.derive import arrow_schema
from powerlake.tables.model import Table


def read_files(
    table: Table, files: Sequence[DataFile], columns: Sequence[str] | None = None, keep: pc.Expression | None = None
) -> pa.Table:
    """Rows of a bulk table's files, partition columns included; `keep` filters while reading."""
    names = list(columns or table.column_names)
    schema = pa.schema([arrow_schema(table).field(name) for name in names])
    parts = [_read(table, file, names, keep).cast(schema) for file in files]
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _read(table: Table, file: DataFile, names: list[str], keep: pc.Expression | None) -> pa.Table:
    declared = arrow_schema(table)
    own = pa.schema([field for field in declared if field.name not in table.partitioned_by])
    stored = [name for name in names if name in own.names]
    if keep is None:
        rows = pq.ParquetFile(file.path, page_checksum_verification=True).read(stored)
    else:
        rows = pq.read_table(
            file.path, columns=stored, filters=keep, schema=own, partitioning=None, page_checksum_verification=True
        )
    for name in names:
        if name not in rows.column_names:  # a partition column, or one declared after the file was written
            constant = pa.scalar(file.partition.get(name)).cast(declared.field(name).type)
            rows = rows.append_column(name, pa.repeat(constant, len(rows)))
    return rows.select(names)
