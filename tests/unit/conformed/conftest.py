"""Rows of bronze written by hand, as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from powerlake.conformed.typed import Typed, bronze_columns, typed
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds import FEEDS

SHANGHAI = "Asia/Shanghai"


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., Typed]:
    """`rows_of(path, *rows)`: rows of a feed, typed."""
    return _rows_of


def _rows_of(path: str, *rows: dict[str, Any]) -> Typed:
    """The rows typed; where they came from is filled in, one row after the other of one file and batch."""
    feed = FEEDS[path]
    schema = pa.schema([arrow_schema(bronze_of(feed)).field(name) for name in bronze_columns(feed)])
    origin = {"is_deletion": False, "file": "a.csv", "file_sha256": "ab", "batch": 1}
    full = [{**origin, "row_number": number, **row} for number, row in enumerate(rows, 1)]
    aliases = {"payments.method": {"mobile_app": "app"}}
    return typed(feed, pa.Table.from_pylist(full, schema), SHANGHAI, aliases)
