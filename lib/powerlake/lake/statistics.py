"""Delta's statistics of a file: by its bounds a reader knows which files it need not open.

Every column that can have bounds gets them. Readers built on delta-rs take a column without bounds, in a file that
has some for others, as one that matches no filter (deltalake 1.6), so partial statistics would lose rows.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

LONGEST_TEXT = 32
"""Characters of a text bound; Spark's own limit."""

WIDEST = {"min": -sys.float_info.max, "max": sys.float_info.max}
"""Bounds of a column with NaN or infinity in it: they rule nothing out."""

_MILLISECOND = timedelta(milliseconds=1)


def statistics(rows: pa.Table) -> str:
    """The JSON of an `add` action's `stats`: rows, and for each column its bounds and its nulls."""
    low: dict[str, Any] = {}
    high: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    for name in rows.column_names:
        column = rows[name]
        nulls[name] = column.null_count
        if not _has_bounds(column.type) or column.null_count == len(column):
            continue
        bounds = pc.min_max(column).as_py() if _is_finite(column) else WIDEST
        low[name], high[name] = _lower(bounds["min"]), _upper(bounds["max"])
    return json.dumps({"numRecords": len(rows), "minValues": low, "maxValues": high, "nullCount": nulls})


def _has_bounds(dtype: pa.DataType) -> bool:
    return not (pa.types.is_nested(dtype) or pa.types.is_binary(dtype))


def _is_finite(column: pa.ChunkedArray) -> bool:
    """NaN and infinity have no JSON."""
    return not pa.types.is_floating(column.type) or bool(pc.all(pc.is_finite(column)).as_py())


def _lower(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, datetime):
        return _text(value - timedelta(microseconds=value.microsecond % 1000))
    return value.isoformat() if isinstance(value, date) else value


def _upper(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "\U0010ffff"
    if isinstance(value, datetime):
        over = value.microsecond % 1000
        return _text(value - timedelta(microseconds=over) + (_MILLISECOND if over else timedelta()))
    return value.isoformat() if isinstance(value, date) else value


def _text(instant: datetime) -> str:
    """ISO 8601 to the millisecond, as Delta writes it."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
