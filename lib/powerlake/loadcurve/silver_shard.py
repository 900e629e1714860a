"""A shard of silver.load_curves from its shard of bronze.load_curves_raw: the whole kernel, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from powerlake.errors import ReadingsLost
from powerlake.loadcurve.assemble import Assembly, assemble
from powerlake.loadcurve.bronze_rows import BronzeRows
from powerlake.loadcurve.clock import LayoutClock
from powerlake.loadcurve.days import contiguous, lists_of
from powerlake.loadcurve.history import MeasuredDays
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import ESTIMATED, NOTHING_RECEIVED, WITHOUT_VALUE
from powerlake.loadcurve.refused import refused_table
from powerlake.loadcurve.rules import VEE_VERSION, VeeRules
from powerlake.loadcurve.vee import FLAGS, Validated, days_with, validated
from powerlake.tables.derive import arrow_schema
from powerlake.tables.silver.load_curves import LOAD_CURVES

BRONZE_COLUMNS = (
    "meter_id",
    "date",
    "layout",
    "second_of_day",
    "utc_offset_minutes",
    "kwh",
    "row_number",
    "file",
    "file_sha256",
    "batch",
    "bucket",
)
"""What the kernel needs of bronze.load_curves_raw; the rest need not be decoded."""
SCHEMA = arrow_schema(LOAD_CURVES)

_FLAG_NAMES = pa.array([str(flag) for flag in FLAGS])


@dataclass(frozen=True)
class SilverShard:
    """What a shard of bronze became."""

    curves: pa.Table
    """silver.load_curves, sorted by meter and date."""
    refused: pa.Table
    """quarantine.load_curves."""
    counts: dict[str, int]
    """Readings: received = published + quarantined + duplicates + superseded."""


def silver_shard(
    bronze: pa.Table,
    context: pa.Table | None,
    *,
    rules: VeeRules,
    clocks: Mapping[str, LayoutClock],
    run_id: str,
    at: datetime,
    month: str | None = None,
) -> SilverShard:
    """The silver rows of a shard; the same for the same rows in any order.

    `bronze` has at least BRONZE_COLUMNS; `context` has `history.CONTEXT_COLUMNS` of silver.load_curves for the same
    bucket and the `rules.history_days` days before the month (days within the shard are ignored), or is None.
    `clocks` says for each layout how its labels tell the time. `at` is when refused readings are quarantined. With
    `month` the result holds that month only, and `bronze` may hold the days around it: see `assemble`. Raises
    ConfigurationError for a layout without a clock, ReadingsLost if the counts do not add up.
    """
    assembly = assemble(bronze.select(BRONZE_COLUMNS), clocks, month=month)
    days, rows = assembly.days, assembly.rows
    first = days.date.min() if len(days) else np.datetime64("1970-01-01")
    first = np.datetime64(month, "D") if month else first
    result = validated(days, MeasuredDays.before(context, _meter_ids(rows), first), rules)
    curves = _curves(days, rows, result, run_id)
    _check(assembly, curves)
    return SilverShard(curves, refused_table(assembly.refused, run_id, at), assembly.counts)


def _meter_ids(rows: BronzeRows) -> pa.Array:
    """The shard's meter numbers, by the rank that `Days.meter` holds."""
    return contiguous(rows.table["meter_id"]).unique().sort()


def _curves(days: Days, rows: BronzeRows, result: Validated, run_id: str) -> pa.Table:
    row = pa.array(days.row)
    columns = {
        **{name: contiguous(rows.table[name]).take(row) for name in ("meter_id", "layout", "bucket")},
        "date": pa.array(days.date),
        "kwh": lists_of(result.kwh, days.points),
        "quality": lists_of(result.quality, days.points),
        "received_kwh": _received(days, result),
        "interval_minutes": pa.array(days.interval_minutes),
        "points": pa.array(days.points),
        "received_points": pa.array(days.points - days_with(result.quality, days.points, *NOTHING_RECEIVED)),
        "estimated_points": pa.array(days_with(result.quality, days.points, *ESTIMATED)),
        "missing_points": pa.array(days_with(result.quality, days.points, *WITHOUT_VALUE)),
        "flags": _flags(result),
        "vee_version": pa.repeat(pa.scalar(VEE_VERSION), len(days)),
        "batch": pa.array(days.batch),
        "run_id": pa.repeat(pa.scalar(run_id), len(days)),
        "month": pa.array(np.datetime_as_string(days.date, unit="M")) if len(days) else pa.nulls(0, pa.string()),
    }
    return pa.table({name: columns[name] for name in SCHEMA.names}).cast(SCHEMA)


def _received(days: Days, result: Validated) -> pa.Array:
    """The curves as received, only of the days on which something was edited."""
    kept = days.kwh[np.repeat(result.is_edited, days.points)]
    return lists_of(kept, np.where(result.is_edited, days.points, -1))


def _flags(result: Validated) -> pa.Array:
    """The names of the rules each day broke; null where it broke none."""
    counts = result.flags.sum(axis=1)
    names = _FLAG_NAMES.take(pa.array(np.nonzero(result.flags)[1]))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), names, mask=pa.array(counts == 0))


def _check(assembly: Assembly, curves: pa.Table) -> None:
    """Counts again what is about to be published. Raises ReadingsLost."""
    counts = assembly.counts
    published = int(np.sum(curves["received_points"].to_numpy(), dtype=np.int64))
    accounted = published + counts["quarantined"] + counts["duplicates"] + counts["superseded"]
    if accounted != counts["received"]:
        raise ReadingsLost(LOAD_CURVES.name, counts["received"], accounted)
