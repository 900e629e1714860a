"""The typical load shape of each customer, by day type and season, put together from its months."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.customers.month_shapes import DAY_TYPES, POINTS, month_shapes, sum_by_group
from powerlake.customers.shape_features import DAYPARTS, daypart_features, smooth
from powerlake.loadcurve.days import lists_of, matrices

SEASONS = ("winter", "spring", "summer", "autumn")
CELLS = len(DAY_TYPES) * len(SEASONS)
"""Cells of a shape: the seasons of weekdays, then those of weekends."""
MIN_DAYS = 7
"""With fewer complete days a customer has no typical shape."""
MIN_CELL_DAYS = 3
"""With fewer days of a day type in a season, that cell is left open."""
MIN_MONTH_DAYS = 7
"""Complete days that a month needs to be judged on its own."""
TYPICAL_SHAPES = pa.schema(
    [
        ("meter_id", pa.string()),
        ("days", pa.int32()),
        ("mean_daily_kwh", pa.float32()),
        ("cell_shapes", pa.list_(pa.float32())),
        ("outline", pa.list_(pa.float32())),
        ("dayparts", pa.list_(pa.float32())),
        ("months", pa.list_(pa.string())),
        ("month_dayparts", pa.list_(pa.float32())),
    ]
)
"""One row per customer. `cell_shapes`: CELLS × POINTS mean curves ÷ the customer's mean, null in an open cell;
`outline`: POINTS, seasons weighing the same and weekdays 5 : 2, smoothed, mean 1; `dayparts`: the features of the
capped outline; `month_dayparts`: the same of each of `months`. Null where there are too few days or no energy."""

_WEIGHT = np.array([5 / 7, 2 / 7])
"""Of weekdays and weekends in a week."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def typical_shapes(curves: pa.Table, *, southern_hemisphere: bool, as_of: date | None = None) -> pa.Table:
    """One row per customer of `curves` (silver.load_curves) in the schema TYPICAL_SHAPES; see `typical_of_months`."""
    return typical_of_months(month_shapes(curves, as_of), southern_hemisphere=southern_hemisphere)


def typical_of_months(months: pa.Table, *, southern_hemisphere: bool) -> pa.Table:
    """One row per meter of `months` (MONTH_SHAPES, any number of shards), as `typical_of_seasons` has it."""
    return typical_of_seasons(months, seasons_of(months["month"], southern_hemisphere))


def typical_of_seasons(months: pa.Table, season: Ints) -> pa.Table:
    """One row per meter of `months` (MONTH_SHAPES) in the schema TYPICAL_SHAPES, by meter; `season` is each row's.

    A day type that the customer has no days of is taken from the other one. A season it has no days of is left out
    of the outline, so a customer of one season is judged by that season.
    """
    months = months.append_column("season", pa.array(season)).sort_by(
        [("meter_id", "ascending"), ("month", "ascending"), ("day_type", "ascending")]
    )
    ids, meter = _codes(months["meter_id"])
    days = months["days"].to_numpy().astype(np.int64)
    cell = months["day_type"].to_numpy() * len(SEASONS) + months["season"].to_numpy()
    total = np.bincount(meter, weights=days, minlength=len(ids))
    kwh, capped = _matrix(months["kwh"]), _matrix(months["capped_kwh"])
    mean_kwh = sum_by_group(kwh.mean(axis=1, keepdims=True) * days[:, None], meter, len(ids))[:, 0] / total
    cells = _cell_means(kwh, days, meter * CELLS + cell, len(ids))
    outline = _outlines(cells)
    features = daypart_features(_outlines(_cell_means(capped, days, meter * CELLS + cell, len(ids))))
    no_shape = (total < MIN_DAYS) | np.isnan(features).any(axis=1)
    return pa.table(
        [
            ids,
            pa.array(total, pa.int32()),
            pa.array(mean_kwh * POINTS, pa.float32()),
            _lists((cells / _nonzero(mean_kwh)[:, None, None, None]).reshape(-1, CELLS * POINTS), no_shape),
            _lists(smooth(outline), no_shape),
            _lists(features, no_shape),
            *_month_columns(months, meter, capped, days, len(ids)),
        ],
        schema=TYPICAL_SHAPES,
    )


def seasons_of(month: pa.ChunkedArray, southern_hemisphere: bool | npt.NDArray[np.bool_]) -> Ints:
    """(rows,) index into SEASONS of months YYYY-MM: December is winter in the north, summer in the south."""
    number = pc.cast(pc.utf8_slice_codeunits(month, 5, 7), pa.int64()).to_numpy()
    return np.asarray((number // 3 + 2 * np.asarray(southern_hemisphere)) % len(SEASONS))


def cell_matrix(typical: pa.Table) -> npt.NDArray[np.float32]:
    """(customers, day types, seasons, POINTS) of the column `cell_shapes`; NaN where a cell is open."""
    shapes = np.full((len(typical), CELLS * POINTS), np.nan, dtype=np.float32)
    for rows, values in matrices(typical["cell_shapes"]):
        shapes[rows] = values
    return shapes.reshape(len(typical), len(DAY_TYPES), len(SEASONS), POINTS)


def week_mean(cells: Floats) -> Floats:
    """(n, POINTS) of cells (n, day types, seasons, POINTS): seasons weigh the same, weekdays 5 : 2; NaN if all open."""
    by_day_type = nan_mean(cells, axis=2)
    known = ~np.isnan(by_day_type[:, :, :1])
    weight = _WEIGHT[None, :, None] * known
    total = weight.sum(axis=1)
    week = np.where(known, by_day_type * weight, 0).sum(axis=1) / np.where(total > 0, total, np.nan)
    return np.asarray(week)


def nan_mean(values: Floats, axis: int) -> Floats:
    """The mean of what is known along an axis; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    return np.asarray(np.where(known, values, 0).sum(axis=axis) / np.where(count > 0, count, np.nan))


def _codes(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """The distinct values in order of appearance, and the index of each row's value."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy().astype(np.int64)


def _matrix(column: pa.ChunkedArray) -> Floats:
    found = matrices(column)
    return found[0][1].astype(np.float64) if found else np.empty((0, POINTS))


def _cell_means(kwh: Floats, days: Ints, cell: Ints, meters: int) -> Floats:
    """(meters, day types, seasons, POINTS) mean curve over the days of each cell; NaN where there are too few."""
    count = np.bincount(cell, weights=days, minlength=meters * CELLS)
    means = sum_by_group(kwh * days[:, None], cell, meters * CELLS) / np.maximum(count, 1)[:, None]
    means[count < MIN_CELL_DAYS] = np.nan
    return means.reshape(meters, len(DAY_TYPES), len(SEASONS), POINTS)


def _outlines(cells: Floats) -> Floats:
    """(meters, POINTS) mean week of the cells, mean 1; NaN where no cell is known or there is no energy."""
    week = week_mean(cells)
    mean = week.mean(axis=1, keepdims=True)
    return np.asarray(week / np.where(mean > 0, mean, np.nan))


def _nonzero(mean: Floats) -> Floats:
    return np.where(mean > 0, mean, np.nan)


def _lists(rows: Floats, absent: npt.NDArray[np.bool_]) -> pa.ListArray:
    """One list a row, open values null; the list itself null where `absent`."""
    counts = np.where(absent, -1, rows.shape[1])
    return lists_of(rows[~absent].reshape(-1).astype(np.float32), counts)


def _month_columns(months: pa.Table, meter: Ints, capped: Floats, days: Ints, meters: int) -> list[pa.Array]:
    """The columns `months` and `month_dayparts`: the months of each meter with enough days, in order.

    `months` is sorted by meter and month, so a month of a meter is a run of rows.
    """
    names, month = _codes(months["month"])
    begins = np.flatnonzero(np.diff(meter, prepend=-1).astype(bool) | np.diff(month, prepend=-1).astype(bool))
    run = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(meter)))
    cells = np.full((len(begins), len(DAY_TYPES), 1, POINTS), np.nan)
    cells[run, months["day_type"].to_numpy(), 0] = capped
    features = daypart_features(_outlines(cells))
    is_judged = (np.bincount(run, weights=days, minlength=len(begins)) >= MIN_MONTH_DAYS) & ~np.isnan(features[:, 0])
    count = np.bincount(meter[begins][is_judged], minlength=meters)
    name_of_run = names.take(pa.array(month[begins][is_judged]))
    offsets = pa.array(np.concatenate([[0], np.cumsum(count)]), pa.int32())
    return [
        pa.ListArray.from_arrays(offsets, name_of_run),
        lists_of(features[is_judged].reshape(-1).astype(np.float32), count * len(DAYPARTS)),
    ]
