"""Days that arrived whole in one wide row: their curve is the row itself, so no reading of theirs is looked up alone.

Most days of a feed of wide rows are such. Beside the general way, which places each reading by its label, theirs costs
a tenth of the time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.bronze_rows import Bools, BronzeRows
from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.days import LARGEST, items, lengths
from powerlake.loadcurve.meter_days import Days


def is_whole(rows: BronzeRows) -> Bools:
    """(rows,) true for a wide row that is all its meter sent for the day, of as many points as the day has.

    All its values are such as a register shows, though some may be empty. A meter that also sent labelled readings
    has no such row, for a label may belong to the day beside its own.
    """
    if not (rows.wide_interval > 0).any():
        return np.zeros(len(rows.date), dtype=bool)
    has_labels = np.zeros(int(rows.meter.max()) + 1, dtype=bool)
    has_labels[rows.meter[rows.is_labelled]] = True
    is_alone = ~has_labels[rows.meter] & _stands_once(rows)
    fits = (rows.wide_interval > 0) & (lengths(rows.table["kwh"]) == rows.points_of_wide)
    found: Bools = is_alone & fits & _has_sound_values(rows)
    return found


def whole_days(rows: BronzeRows, which: Bools) -> Days:
    """The days of the rows `which`, all of them whole, sorted by meter and date."""
    row = np.flatnonzero(which)
    row = row[np.lexsort((rows.date[row], rows.meter[row]))]
    points = lengths(rows.table["kwh"])[row]
    return Days(
        meter=rows.meter[row],
        date=rows.date[row],
        interval_minutes=rows.wide_interval[row],
        points=points,
        batch=rows.table["batch"].to_numpy()[row],
        row=row,
        kwh=_gathered(rows, row, points).astype(np.float32),
    )


def _gathered(rows: BronzeRows, row: Ints, points: Ints) -> npt.NDArray[np.float64]:
    """The values of the rows, one row behind the other."""
    flat: npt.NDArray[np.float64] = items(rows.table["kwh"], np.float64)
    if len(row) == len(rows.date) and (np.diff(row) == 1).all():
        return flat
    if len(row) and (points == points[0]).all():
        return np.asarray(flat[rows.first_item[row][:, None] + np.arange(points[0])].reshape(-1))
    within = np.arange(points.sum()) - np.repeat(np.cumsum(points) - points, points)
    return np.asarray(flat[np.repeat(rows.first_item[row], points) + within])


def _stands_once(rows: BronzeRows) -> Bools:
    """(rows,) true where no other row is of the same meter and date."""
    day = rows.date.astype(np.int64)
    key = rows.meter * (int(day.max()) - int(day.min()) + 1) + day - day.min()
    if (np.diff(key) > 0).all():
        return np.ones(len(key), dtype=bool)
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    once: Bools = count[place] == 1
    return once


def _has_sound_values(rows: BronzeRows) -> Bools:
    """(rows,) true where each value is finite and not below zero, or empty, and not all are empty."""
    flat = items(rows.table["kwh"], np.float64)
    if len(flat) and flat.min() >= 0 and flat.max() <= LARGEST:  # false for NaN, an empty value, too
        return lengths(rows.table["kwh"]) > 0
    values = rows.table["kwh"].combine_chunks().flatten()
    is_empty = values.is_null().to_numpy(zero_copy_only=False)
    has_items = lengths(rows.table["kwh"]) > 0
    sound = np.zeros(len(has_items), dtype=bool)
    first = rows.first_item[has_items]
    if len(first):
        is_sound = np.logical_and.reduceat(is_empty | ((flat >= 0) & (flat <= LARGEST)), first)
        sound[has_items] = is_sound & ~np.logical_and.reduceat(is_empty, first)
    return sound
