"""Rows made to fit their declaration, and those that do not fit split off with the reason. Arrow in, Arrow out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.tables.derive import arrow_schema
from powerlake.tables.model import Table

RECORD_LIMIT = 4_000
"""Characters of a refused row that quarantine keeps."""

KEYED_LAYERS = {"silver", "gold"}
"""Layers in which a key stands once; bronze, quarantine and ops keep what they were given."""


@dataclass(frozen=True)
class Conformed:
    """Rows that fit, and the others as (rows, reason of each)."""

    fitting: pa.Table
    refused: pa.Table
    reasons: list[str]

    def refused_rows(self, quarantine: Table, batch: int, at: datetime, run_id: str) -> pa.Table:
        """The refused rows in the shape of `quarantine`."""
        records = [
            {
                "level": "row",
                "reason": reason,
                "file": row.get("file"),
                "record": json.dumps(row, default=str)[:RECORD_LIMIT],
                "readings": row.get("readings") or row.get("received_points") or 0,
                "batch": batch,
                "quarantined_at": at,
                "run_id": run_id,
            }
            for row, reason in zip(self.refused.to_pylist(), self.reasons, strict=True)
        ]
        return pa.Table.from_pylist(records, arrow_schema(quarantine))


def conform(table: Table, rows: pa.Table) -> Conformed:
    """Cast `rows` to the declaration and split off those that break NOT NULL or a check.

    One pass: all conditions are evaluated together; the first broken one is the reason. In silver and gold a row
    whose key an earlier fitting row has is refused too, so a table whose partitions are written whole, one task
    each, has no key twice. Both results keep the order of `rows`. Raises `pyarrow.ArrowInvalid` where a column
    cannot be cast at all: that is a defect of the job, not of a row.
    """
    schema = arrow_schema(table)
    rows = rows.select(schema.names).cast(pa.schema([field.with_nullable(True) for field in schema]))
    reason = _first_broken_rule(table, rows)
    if table.layer in KEYED_LAYERS:
        reason = _with_repeated_keys(table, rows, reason)
    if reason.null_count == len(reason):
        return Conformed(rows.cast(schema), rows.slice(0, 0), [])
    is_fitting = pc.is_null(reason)
    broken = pc.invert(is_fitting)
    return Conformed(rows.filter(is_fitting).cast(schema), rows.filter(broken), reason.filter(broken).to_pylist())


def _first_broken_rule(table: Table, rows: pa.Table) -> pa.ChunkedArray:
    required = {f"{c.name}_missing": f'"{c.name}" is not null' for c in table.columns if not c.nullable}
    rules = required | dict(table.checks)
    if not rules or rows.num_rows == 0:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    cases = " ".join(f"when not coalesce(({condition}), false) then '{name}'" for name, condition in rules.items())
    with _engine().cursor() as cursor:
        cursor.register("rows", rows)
        return cursor.execute(f"select case {cases} end as reason from rows").to_arrow_table()["reason"]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """The process's DuckDB: making one takes as long as judging the rows of a shard."""
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute("create macro size(list) as len(list)")
    return connection


def _with_repeated_keys(table: Table, rows: pa.Table, reason: pa.ChunkedArray) -> pa.ChunkedArray:
    """`reason`, with `key_repeated` where an earlier fitting row has the same key; nulls count as equal."""
    fits = pc.is_null(reason)
    keys = list(table.key)
    numbered = rows.select(keys).append_column("", pa.array(np.arange(rows.num_rows))).filter(fits)
    first = numbered.group_by(keys, use_threads=False).aggregate([("", "min")])["_min"]
    is_first = np.zeros(rows.num_rows, bool)
    is_first[first.to_numpy()] = True
    return pc.if_else(pc.and_(fits, pc.invert(pa.array(is_first))), "key_repeated", reason)
