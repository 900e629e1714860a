"""All days of each meter side by side: silver rows of one bucket as cubes of meters × days × readings or hours.

What the per-meter kernels (histogram, three_line, par, similarity) work on. Rows may come month after month and in
any order; a day that a meter lacks is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.loadcurve.clock import LocalClock
from powerlake.loadcurve.days import Matrix, Rows, contiguous, lengths, matrices

HOURS = 24
INPUT_COLUMNS = ("meter_id", "date", "kwh", "interval_minutes")
"""What is needed of silver.load_curves."""
BLOCK = 4096
"""Days reduced to hours at a time: 1.5 MB at 96 points."""

_MINUTES_PER_HOUR = 60
_MINUTES_PER_DAY = 1440


@dataclass(frozen=True)
class MeterYears:
    """Curves of some meters over the same dates."""

    meter_ids: pa.Array
    """(meters,) in ascending order."""
    dates: npt.NDArray[np.datetime64]
    """(days,) every local date from the first seen to the last."""
    kwh: npt.NDArray[np.float32]
    """(meters, days, readings or hours of a day); NaN where unknown."""


def meter_readings(curves: pa.Table) -> MeterYears:
    """Every reading of each meter. A day with fewer points than the longest ends in NaN."""
    meters, dates, meter, day = _places(curves)
    longest = int(lengths(curves["kwh"]).max(initial=0))
    cube = np.full((len(meters), len(dates), longest), np.nan, dtype=np.float32)
    for rows, kwh in matrices(curves["kwh"]):
        cube[meter[rows], day[rows], : kwh.shape[1]] = kwh
    return MeterYears(meters, dates, cube)


def meter_hours(curves: pa.Table, clock: LocalClock) -> MeterYears:
    """Energy of each local hour (meters, days, 24), NaN where a point of the hour is unknown.

    An hour the clock shows twice has the mean of the two, so that it compares with other days; one it skips is NaN.
    """
    meters, dates, meter, day = _places(curves)
    cube = np.full((len(meters), len(dates), HOURS), np.nan, dtype=np.float32)
    interval_of = curves["interval_minutes"].to_numpy()
    for rows, kwh in matrices(curves["kwh"]):
        interval = int(interval_of[rows[0]])
        if kwh.shape[1] * interval == _MINUTES_PER_DAY:
            for start in range(0, len(rows), BLOCK):
                some = slice(start, start + BLOCK)
                cube[meter[rows[some]], day[rows[some]]] = _hourly(kwh[some])
            continue
        for number in np.unique(day[rows]):
            on_date = day[rows] == number
            minutes = clock.minutes_of_day(dates[number], interval)
            cube[meter[rows[on_date]], number] = _hourly_of_change(kwh[on_date], minutes, interval)
    return MeterYears(meters, dates, cube)


def _places(curves: pa.Table) -> tuple[pa.Array, npt.NDArray[np.datetime64], Rows, Rows]:
    """Meters in order, all dates, and for each row the place of its meter and of its date in them."""
    encoded = contiguous(curves["meter_id"].combine_chunks().dictionary_encode())
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    date = curves["date"].to_numpy().astype("datetime64[D]")
    if not len(date):
        return encoded.dictionary, date, np.empty(0, np.int64), np.empty(0, np.int64)
    dates = np.arange(date.min(), date.max() + 1)
    return (
        encoded.dictionary.take(pa.array(order)),
        dates,
        rank[encoded.indices.to_numpy()],
        (date - dates[0]).astype(np.int64),
    )


def _hourly(kwh: Matrix) -> Matrix:
    """(days, 24) from (days, 24·n) readings. Adding n strided columns beats a sum along so short an axis tenfold."""
    by_hour = kwh.reshape(len(kwh), HOURS, -1)
    hourly = by_hour[..., 0].copy()
    for part in range(1, by_hour.shape[2]):
        hourly += by_hour[..., part]
    return hourly


def _hourly_of_change(kwh: Matrix, minutes: npt.NDArray[np.int64], interval: int) -> Matrix:
    """(days, 24) of the days the clock changes on; an hour shown twice counts half of its sum."""
    hours, first, points = np.unique(minutes // _MINUTES_PER_HOUR, return_index=True, return_counts=True)
    hourly = np.full((len(kwh), HOURS), np.nan, dtype=np.float32)
    scale = (_MINUTES_PER_HOUR / (points * interval)).astype(np.float32)
    hourly[:, hours] = np.add.reduceat(kwh, first, axis=1) * scale
    return hourly
