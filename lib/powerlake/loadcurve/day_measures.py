"""What a day's curve measures, as numpy arrays: energy, peak, base, parts of the day, ramps, hours of most use.

The kernel under gold.daily_load_features. It walks blocks of days that fit the processor's second-level cache: one
sort of each day gives peak and base load, one transposed copy gives everything that runs along the clock. Blocks are
computed as if nothing were missing; days with gaps show as NaN energy and are computed again with care.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.days import Rows

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int16]

HOURS = 24
NIGHT_ENDS = 6
"""Local hour at which the night part of the day (00:00–06:00) ends."""
EVENING_STARTS = 17
"""Local hour at which the evening part of the day (17:00–24:00) starts."""
BASE_QUANTILE = 0.1
"""Quantile of the day's readings that stands for base load; linear between neighbours (Hyndman and Fan, type 7)."""
TOP_HOURS = 3
TIE_KWH = 1e-4
"""Hours are ranked by energy rounded to this: finer than a meter's three decimals, coarser than float32's error."""
BLOCK = 1024
"""Days in a block: 1,024 days of 96 points are 0.4 MB; 128 cost a third more, 4,096 no less."""


@dataclass(frozen=True)
class DayMeasures:
    """Arrays over days, energies in kWh of an interval or of a part of the day; meaningless where known is 0."""

    known: Ints
    """(days,) points with a value."""
    energy: Doubles
    night: Doubles
    daytime: Doubles
    evening: Doubles
    peak: Floats
    peak_point: Ints
    """(days,) place of the first point that reaches the peak."""
    base: Floats
    rise: Floats
    """(days,) largest rise between neighbouring known points, 0 where there is none."""
    fall: Floats
    zeros: Ints
    """(days,) known points that are zero."""
    top_hours: npt.NDArray[np.int8]
    """(days, 3) local hours with the most energy, most first; of equal hours the earlier first."""

    @classmethod
    def blank(cls, days: int) -> DayMeasures:
        """Room for the measures of `days` days."""

        def room(dtype: npt.DTypeLike, *more: int) -> npt.NDArray[Any]:
            return np.empty((days, *more), dtype=dtype)

        return cls(
            known=room(np.int16),
            energy=room(np.float64),
            night=room(np.float64),
            daytime=room(np.float64),
            evening=room(np.float64),
            peak=room(np.float32),
            peak_point=room(np.int16),
            base=room(np.float32),
            rise=room(np.float32),
            fall=room(np.float32),
            zeros=room(np.int16),
            top_hours=room(np.int8, TOP_HOURS),
        )

    def put(self, rows: Rows | slice, measures: DayMeasures) -> None:
        """Write `measures` into the rows given."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(measures, field.name)


class Scratch:
    """Working memory of one block, used again for the next: fresh arrays cost more in page faults than the sums."""

    def __init__(self, days: int, points: int) -> None:
        self._ordered = np.empty((days, points), dtype=np.float32)
        self._along_clock = np.empty((points, days), dtype=np.float32)
        self._steps = np.empty((points - 1, days), dtype=np.float32)

    def ordered(self, kwh: Floats) -> Floats:
        """(days, points) each day's readings in ascending order, NaN last."""
        ordered = self._ordered[: len(kwh)]
        np.copyto(ordered, kwh)
        ordered.sort(axis=1)
        return ordered

    def along_clock(self, kwh: Floats) -> Floats:
        """(points, days) the transpose, so that operations along the clock work on whole rows."""
        along_clock = self._along_clock[:, : len(kwh)]
        np.copyto(along_clock, kwh.T)
        return along_clock

    def steps(self, along_clock: Floats) -> Floats:
        """(points − 1, days) from each point to the next."""
        return np.subtract(along_clock[1:], along_clock[:-1], out=self._steps[:, : along_clock.shape[1]])


def day_measures(kwh: Floats, hour_of_point: npt.NDArray[np.int64]) -> DayMeasures:
    """The measures of each row of `kwh` (days, points), NaN where unknown, none negative.

    `hour_of_point` (points,) is the local hour each point starts in; it never falls. On the day the clock goes back
    one hour has twice the points, on the other an hour has none.
    """
    measures = DayMeasures.blank(len(kwh))
    scratch = Scratch(min(BLOCK, len(kwh)), kwh.shape[1])
    for start in range(0, len(kwh), BLOCK):
        rows = slice(start, start + BLOCK)
        measures.put(rows, _block(kwh[rows], hour_of_point, scratch))
    gaps = np.flatnonzero(np.isnan(measures.energy))
    if gaps.size:
        measures.put(gaps, _block_with_gaps(kwh[gaps], hour_of_point))
    return measures


def _block(kwh: Floats, hour_of_point: npt.NDArray[np.int64], scratch: Scratch) -> DayMeasures:
    """Measures of days without gaps; a day with one gets NaN energy and nonsense elsewhere."""
    along_clock = scratch.along_clock(kwh)
    return _assembled(
        known=np.full(len(kwh), kwh.shape[1], dtype=np.int16),
        ordered=scratch.ordered(kwh),
        peak_point=kwh.argmax(axis=1),
        steps=scratch.steps(along_clock),
        along_clock=along_clock,
        hourly=_hourly(along_clock, hour_of_point),
    )


def _block_with_gaps(kwh: Floats, hour_of_point: npt.NDArray[np.int64]) -> DayMeasures:
    """Measures of days over their known points; steps count only between neighbours that are both known."""
    unknown = np.isnan(kwh)
    along_clock = np.ascontiguousarray(kwh.T)
    steps = along_clock[1:] - along_clock[:-1]
    return _assembled(
        known=(kwh.shape[1] - unknown.sum(axis=1)).astype(np.int16),
        ordered=np.sort(kwh, axis=1),
        peak_point=np.where(unknown, -np.inf, kwh).argmax(axis=1),
        steps=np.where(np.isnan(steps), 0, steps),
        along_clock=along_clock,
        hourly=_hourly(np.where(unknown.T, 0, along_clock), hour_of_point),
    )


def _assembled(
    *,
    known: Ints,
    ordered: Floats,
    peak_point: npt.NDArray[np.int64],
    steps: Floats,
    along_clock: Floats,
    hourly: Doubles,
) -> DayMeasures:
    night = hourly[:NIGHT_ENDS].sum(axis=0)
    daytime = hourly[NIGHT_ENDS:EVENING_STARTS].sum(axis=0)
    evening = hourly[EVENING_STARTS:].sum(axis=0)
    return DayMeasures(
        known=known,
        energy=night + daytime + evening,
        night=night,
        daytime=daytime,
        evening=evening,
        peak=_at(ordered, known - 1),
        peak_point=peak_point.astype(np.int16),
        base=_base(ordered, known),
        rise=np.maximum(steps.max(axis=0), 0),
        fall=np.maximum(-steps.min(axis=0), 0),
        zeros=np.add.reduce((along_clock == 0).view(np.uint8), axis=0, dtype=np.uint8).astype(np.int16),
        top_hours=_top_hours(hourly),
    )


def _at(ordered: Floats, place: npt.NDArray[np.integer]) -> Floats:
    found: Floats = ordered[np.arange(len(ordered)), place]
    return found


def _base(ordered: Floats, known: Ints) -> Floats:
    """(days,) the base quantile of the first `known` values of each row; NaN where none is known."""
    place = BASE_QUANTILE * np.maximum(known - 1, 0)
    below = place.astype(np.int64)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    low = _at(ordered, below)
    step = _at(ordered, above) - low
    base: Floats = low + (place - below).astype(np.float32) * step
    return base


def _hourly(along_clock: Floats, hour_of_point: npt.NDArray[np.int64]) -> Doubles:
    """(24, days) energy of each local hour; 0 in an hour that the clock skips."""
    points, days = along_clock.shape
    if points % HOURS == 0 and np.array_equal(hour_of_point, np.arange(points) * HOURS // points):
        # Adding along a middle axis is 15 times as fast as reduceat.
        hourly: Doubles = along_clock.reshape(HOURS, points // HOURS, days).sum(axis=1).astype(np.float64)
        return hourly
    hourly = np.zeros((HOURS, days))
    present, first_points = np.unique(hour_of_point, return_index=True)
    hourly[present] = np.add.reduceat(along_clock, first_points, axis=0)
    return hourly


def _top_hours(hourly: Doubles) -> npt.NDArray[np.int8]:
    """(days, 3) hours of most energy. Energy and hour go into one number, so that three maxima give the order."""
    slots = 32
    earlier_wins = (slots - 1 - np.arange(HOURS, dtype=np.float64))[:, None]
    keys = np.rint(hourly / TIE_KWH) * slots + earlier_wins
    best = np.empty((TOP_HOURS, hourly.shape[1]))
    for rank in range(TOP_HOURS):
        keys.max(axis=0, out=best[rank])
        keys[keys == best[rank]] = -1
    with np.errstate(invalid="ignore"):  # NaN of a day with gaps, computed again later
        return (slots - 1 - best % slots).T.astype(np.int8)
