"""Estimates for the points of a day without a reading; they look backwards only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.clock import Dates, Ints
from powerlake.loadcurve.days import UNKNOWN
from powerlake.loadcurve.history import NO_DAY, Curve, History

_SATURDAY = np.datetime64("1970-01-03")


def is_weekend(dates: Dates) -> npt.NDArray[np.bool_]:
    """(n,) Saturday or Sunday."""
    weekend: npt.NDArray[np.bool_] = (dates - _SATURDAY).astype(np.int64) % 7 < 2
    return weekend


def interpolated(curves: Curve, before: Curve, longest_gap: int) -> Curve:
    """(n, points) values on the straight line across each gap of at most `longest_gap` points; NaN elsewhere.

    `curves` (n, points) has NaN in the gaps; `before` (n,) is the last point of the day before, NaN if unknown. A
    gap at the end of the day stays: what closes it belongs to a day that may not be there yet.
    """
    line = np.concatenate([before[:, None], curves], axis=1)
    known, place = ~np.isnan(line), np.arange(line.shape[1])
    left = np.maximum.accumulate(np.where(known, place, -1), axis=1)
    right = np.minimum.accumulate(np.where(known, place, line.shape[1])[:, ::-1], axis=1)[:, ::-1]
    row, column = np.nonzero(~known & (left >= 0) & (right < line.shape[1]) & (right - left - 1 <= longest_gap))
    low, high = left[row, column], right[row, column]
    share = (column - low) / (high - low)
    found = np.full_like(line, UNKNOWN)
    found[row, column] = line[row, low] * (1 - share) + line[row, high] * share
    return found[:, 1:]


def similar_day(history: History, day: Ints, points: int, *, days_back: int, at_most: int) -> Curve:
    """(n, points) mean of the same point on the latest days of the same type; NaN where none has it measured.

    Of the `days_back` days before, the `at_most` latest count that fall on the same type (weekend or not) and have
    the same interval and number of points.
    """
    earlier = history.back(day, 1, days_back)
    alike = (
        (earlier != NO_DAY)
        & (is_weekend(history.date[earlier]) == is_weekend(history.date[day])[:, None])
        & (history.points[earlier] == points)
        & (history.interval_minutes[earlier] == history.interval_minutes[day][:, None])
    )
    latest_first = np.take_along_axis(earlier, np.argsort(~alike, axis=1, kind="stable"), axis=1)[:, :at_most]
    chosen = np.where(np.arange(latest_first.shape[1]) < alike.sum(axis=1)[:, None], latest_first, NO_DAY)
    total = np.zeros((len(day), points))
    measured = np.zeros((len(day), points), dtype=np.int64)
    for column in chosen.T:  # at most four, whatever the shard
        curves = history.curves(column, points)
        total += np.nan_to_num(curves)
        measured += ~np.isnan(curves)
    return np.where(measured > 0, total / np.maximum(measured, 1), np.nan).astype(np.float32)
