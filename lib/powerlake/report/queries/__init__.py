"""The page's questions to the lake, one module a section. Each reader raises TableMissing for a table without rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from powerlake.errors import TableMissing

Query = Callable[[str], pa.Table]
"""Runs SQL in DuckDB's dialect over tables named `layer.table`. Raises TableMissing."""


def records(query: Query, sql: str, table: str) -> list[dict[str, Any]]:
    """The answer's rows as dicts, NaN as None. Raises TableMissing for `table` when there is none."""
    found = rows(query, sql)
    if not found:
        raise TableMissing(table)
    return found


def rows(query: Query, sql: str) -> list[dict[str, Any]]:
    """The answer's rows as dicts, NaN as None; there may be none."""
    return [{name: _known(value) for name, value in row.items()} for row in query(sql).to_pylist()]


def _known(value: Any) -> Any:
    """NaN has no place in JSON, and on the page it means the same as null."""
    if isinstance(value, list):
        return [_known(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def until(as_of: date | None) -> str:
    """The SQL condition that keeps local dates up to `as_of`."""
    return f"date <= date '{as_of.isoformat()}'" if as_of else "true"


def text_list(values: Iterable[str]) -> str:
    """The values as a SQL list of string literals, for `in (…)`."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
