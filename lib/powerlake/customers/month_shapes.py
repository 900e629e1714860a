"""The mean day of each meter, month and day type: the sums that typical shapes are made of.

One shard (month × bucket) is turned into a few rows a meter, so that a new month costs one shard and a whole history
is put together from small tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.loadcurve.days import matrices, to_lists

POINTS = 48
"""Points of every shape: half hours of the local day."""
DAY_TYPES = ("weekday", "weekend")
MAX_ESTIMATED_SHARE = 0.25
"""A day with a larger share of estimated points says more of the estimator than of the customer."""
CAP = 6.0
"""A half hour counts at most this many times the meter's mean of the month, so that a few kettles and welders do not
move a typical day. Shapes repeat better with a cap than without, for any cap from 3 to 8: docs/methods/segments.md."""
INPUT_COLUMNS = ("meter_id", "date", "kwh", "interval_minutes", "estimated_points")
"""What is needed of silver.load_curves."""
MONTH_SHAPES = pa.schema(
    [
        ("meter_id", pa.string()),
        ("month", pa.string()),
        ("day_type", pa.int8()),
        ("days", pa.int32()),
        ("kwh", pa.list_(pa.float32())),
        ("capped_kwh", pa.list_(pa.float32())),
    ]
)
"""One row per meter, month and day type (index into DAY_TYPES): mean energy of each half hour in kWh."""

_MINUTES_PER_DAY = 1440
_SATURDAY = np.datetime64("1970-01-03")

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class CompleteDays:
    """The days of a shard that have a shape: every point known, no change of the clock, few estimates."""

    meter_ids: pa.Array
    """The distinct meters."""
    meter: Ints
    """(days,) index into `meter_ids`."""
    dates: Dates
    """(days,) local dates."""
    kwh: npt.NDArray[np.float32]
    """(days, POINTS) energy of each half hour, kWh."""


def month_shapes(curves: pa.Table, as_of: date | None = None) -> pa.Table:
    """One row per meter, month and day type in the schema MONTH_SHAPES, ordered by them.

    `curves` has at least INPUT_COLUMNS of silver.load_curves; days after `as_of` are left out, and so is every day
    that is not complete (see CompleteDays). A meter without a complete day has no row.
    """
    days = complete_days(curves, as_of)
    month = days.dates.astype("datetime64[M]").astype(np.int64)
    is_weekend = ((days.dates - _SATURDAY).astype(np.int64) % 7 < 2).astype(np.int64)
    meter_months, member = np.unique(np.stack([days.meter, month]), axis=1, return_inverse=True)
    cap = CAP * _group_means(days.kwh.mean(axis=1, keepdims=True), member, meter_months.shape[1])
    cells, cell = np.unique(2 * member + is_weekend, return_inverse=True)
    meter, months = meter_months[:, cells // 2]
    return pa.table(
        [
            days.meter_ids.take(pa.array(meter)),
            pa.array(months.astype("datetime64[M]").astype(str), pa.string()),
            pa.array(cells % 2, pa.int8()),
            pa.array(np.bincount(cell, minlength=len(cells)), pa.int32()),
            to_lists(_group_means(days.kwh, cell, len(cells))),
            to_lists(_group_means(np.minimum(days.kwh, cap[member]), cell, len(cells))),
        ],
        schema=MONTH_SHAPES,
    )


def complete_days(curves: pa.Table, as_of: date | None = None) -> CompleteDays:
    """The days of `curves` that have a shape, any interval brought to half hours, by meter and date."""
    encoded = curves["meter_id"].combine_chunks().dictionary_encode()
    ids = encoded.dictionary.take(order := pa.compute.array_sort_indices(encoded.dictionary))
    meter = np.argsort(order.to_numpy())[encoded.indices.to_numpy()] if len(ids) else np.empty(0, np.int64)
    dates = curves["date"].to_numpy().astype("datetime64[D]")
    may_count = dates <= np.datetime64(as_of) if as_of else np.ones(len(dates), bool)
    rows, kwh = _half_hours(curves, may_count)
    order = np.lexsort((dates[rows], meter[rows]))
    return CompleteDays(ids, meter[rows][order].astype(np.int64), dates[rows][order], kwh[order])


def sum_by_group(values: Floats, group: Ints, groups: int) -> npt.NDArray[np.float64]:
    """(groups, columns) sums of the rows of `values` (rows, columns); zeros where a group has no row."""
    sums = np.zeros((groups, values.shape[1]))
    order = np.argsort(group, kind="stable")
    present, starts = np.unique(group[order], return_index=True)
    if len(present):
        sums[present] = np.add.reduceat(values[order], starts, axis=0)
    return sums


def _group_means(values: Floats, group: Ints, groups: int) -> npt.NDArray[np.float32]:
    counts = np.bincount(group, minlength=groups)
    return (sum_by_group(values, group, groups) / np.maximum(counts, 1)[:, None]).astype(np.float32)


def _half_hours(curves: pa.Table, may_count: npt.NDArray[np.bool_]) -> tuple[Ints, npt.NDArray[np.float32]]:
    """Row numbers of the complete days, and their energy by half hour."""
    interval = curves["interval_minutes"].to_numpy()
    estimated = curves["estimated_points"].to_numpy()
    found_rows, found = [np.empty(0, np.int64)], [np.empty((0, POINTS), np.float32)]
    for rows, kwh in matrices(curves["kwh"]):
        points = kwh.shape[1]
        whole = may_count[rows] & (interval[rows].astype(np.int64) * points == _MINUTES_PER_DAY)
        whole &= estimated[rows] <= MAX_ESTIMATED_SHARE * points
        whole &= ~np.isnan(kwh).any(axis=1)
        if whole.any() and (points % POINTS == 0 or POINTS % points == 0):
            found_rows.append(rows[whole])
            found.append(_at_half_hours(kwh[whole]))
    return np.concatenate(found_rows), np.concatenate(found)


def _at_half_hours(kwh: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(days, POINTS): finer intervals summed, coarser ones spread evenly."""
    points = kwh.shape[1]
    if points >= POINTS:
        return np.asarray(kwh.reshape(len(kwh), POINTS, points // POINTS).sum(axis=2))
    repeats = POINTS // points
    return np.asarray(np.repeat(kwh, repeats, axis=1) / np.float32(repeats))
