"""Builders of small bronze shards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.derive import arrow_schema

SCHEMA = arrow_schema(LOAD_CURVES_RAW)


def row(
    kwh: Sequence[float | None],
    seconds: Sequence[int] | None = None,
    *,
    meter: str = "m1",
    day: str = "2024-03-05",
    batch: int = 1,
    file: str = "metering/load_curves/a.csv",
    layout: str | None = None,
    offsets: Sequence[int | None] | None = None,
    row_number: Sequence[int] | None = None,
) -> dict[str, object]:
    """A row of bronze.load_curves_raw: labelled with `seconds`, wide without."""
    numbers = [1] if seconds is None else list(range(1, len(kwh) + 1))
    return {
        "meter_id": meter,
        "date": date.fromisoformat(day),
        "layout": layout or ("wide" if seconds is None else "long"),
        "second_of_day": seconds,
        "utc_offset_minutes": offsets,
        "kwh": list(kwh),
        "row_number": row_number or numbers,
        "others": None,
        "readings": sum(value is not None for value in kwh),
        "file": file,
        "file_sha256": f"sha of {file}",
        "batch": batch,
        "ingested_at": datetime(2024, 4, 1, tzinfo=UTC),
        "run_id": "run-0",
        "month": day[:7],
        "bucket": 3,
    }


def table(*rows: dict[str, object]) -> pa.Table:
    """The rows as a shard of bronze.load_curves_raw."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


@pytest.fixture(scope="session")
def bronze_row() -> Callable[..., dict[str, object]]:
    """See `row`."""
    return row


@pytest.fixture(scope="session")
def bronze() -> Callable[..., pa.Table]:
    """See `table`."""
    return table
