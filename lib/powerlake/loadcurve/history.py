"""The measured days of a shard's meters, its own and those before it, found by meter and date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.loadcurve.clock import Dates, Ints
from powerlake.loadcurve.days import UNKNOWN, Matrix, contiguous, items, lengths
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import MEASURED, is_one_of

CONTEXT_COLUMNS = ("meter_id", "date", "kwh", "quality", "interval_minutes")
"""What an earlier shard's rows of silver.load_curves must have to serve as context."""
NO_DAY = -1

Curve = npt.NDArray[np.float32]
Kilowatts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MeasuredDays:
    """Days of meters with only their measured values; NaN elsewhere. Curves lie flat, one behind the other."""

    meter: Ints
    date: Dates
    interval_minutes: Ints
    points: Ints
    kwh: Curve

    @classmethod
    def of(cls, days: Days) -> MeasuredDays:
        """The shard's own days, with a copy of their curves to edit."""
        return cls(days.meter, days.date, days.interval_minutes, days.points, days.kwh.copy())

    @classmethod
    def before(cls, context: pa.Table | None, meter_ids: pa.Array, first: np.datetime64) -> MeasuredDays:
        """The days before `first` of the meters `meter_ids` (distinct) in rows of silver.load_curves."""
        if context is None or not len(context):
            nothing = np.zeros(0, dtype=np.int64)
            return cls(nothing, nothing.astype("datetime64[D]"), nothing, nothing, np.zeros(0, dtype=np.float32))
        meter = pc.index_in(contiguous(context["meter_id"]), meter_ids)
        known = pc.and_(meter.is_valid(), pc.less(context["date"], pa.scalar(first.astype(object), pa.date32())))
        rows = context.select(CONTEXT_COLUMNS)
        if not pc.all(known).as_py():
            rows, meter = rows.filter(known), meter.filter(contiguous(known))
        measured = is_one_of(items(rows["quality"], np.int8), *MEASURED)
        return cls(
            meter=contiguous(meter).to_numpy().astype(np.int64),
            date=rows["date"].to_numpy().astype("datetime64[D]"),
            interval_minutes=rows["interval_minutes"].to_numpy().astype(np.int64),
            points=lengths(rows["kwh"]),
            kwh=np.where(measured, items(rows["kwh"]), UNKNOWN),
        )

    def __len__(self) -> int:
        return len(self.meter)

    @cached_property
    def first(self) -> Ints:
        """(days,) place of each day's first point in `kwh`."""
        first: Ints = np.cumsum(self.points) - self.points
        return first

    def known_points(self) -> Ints:
        """(days,) points with a measured value."""
        return self._totals()[1]

    def mean_kw(self) -> Kilowatts:
        """(days,) mean power over the measured points; NaN where there is none."""
        total, known = self._totals()
        mean: Kilowatts = np.where(known > 0, total / np.maximum(known, 1) * 60 / self.interval_minutes, np.nan)
        return mean

    def _totals(self) -> tuple[Kilowatts, Ints]:
        """(days,) energy of the measured points, and how many there are."""
        total = np.add.reduceat(self.kwh, self.first).astype(np.float64) if len(self) else np.zeros(0)
        known = self.points.copy()
        has_gap = np.isnan(total)  # only these few days need a closer look
        if has_gap.any():
            kwh = self.kwh[np.repeat(has_gap, self.points)]
            first = np.cumsum(self.points[has_gap]) - self.points[has_gap]
            total[has_gap] = sums(np.nan_to_num(kwh), first)
            known[has_gap] = sums(~np.isnan(kwh), first)
        return total, known

    def highest_kw(self) -> Kilowatts:
        """(days,) highest power of the measured points; NaN where there is none."""
        highest = np.fmax.reduceat(self.kwh, self.first) if len(self) else np.zeros(0)
        return np.asarray(highest * 60 / self.interval_minutes)


class History:
    """Days before the shard and its own days in one numbering: context first, then own days in their order."""

    def __init__(self, before: MeasuredDays, own: MeasuredDays) -> None:
        self._parts = (before, own)
        self.own = np.arange(len(before), len(before) + len(own))
        """(own days,) number of each of the shard's own days."""
        self.meter = np.concatenate([part.meter for part in self._parts])
        self.date = np.concatenate([part.date for part in self._parts])
        self.interval_minutes = np.concatenate([part.interval_minutes for part in self._parts])
        self.points = np.concatenate([part.points for part in self._parts])
        self._number = self._index()

    def _index(self) -> Ints:
        """(meters, dates) number of the day, NO_DAY where there is none."""
        self._low = self.date.min() if len(self.date) else np.datetime64(0, "D")
        shape = (self.meter.max(initial=-1) + 1, int(np.ptp(self.date.astype(np.int64))) + 1 if len(self.date) else 1)
        number = np.full(shape, NO_DAY, dtype=np.int64)
        number[self.meter, (self.date - self._low).astype(np.int64)] = np.arange(len(self.meter))
        return number

    def back(self, day: Ints, first: int, last: int) -> Ints:
        """(n, last − first + 1) numbers of the same meters' days `first` to `last` days earlier, latest first.

        NO_DAY where the meter has none.
        """
        column = (self.date[day] - self._low).astype(np.int64)[:, None] - np.arange(first, last + 1)
        found = self._number[self.meter[day][:, None], np.maximum(column, 0)]
        return np.where(column >= 0, found, NO_DAY)

    def last_kwh_before(self, day: Ints) -> Curve:
        """(n,) measured value of the last point before each day; NaN where it is unknown or of another interval."""
        yesterday = self.back(day, 1, 1)[:, 0]
        fits = (yesterday != NO_DAY) & (self.interval_minutes[yesterday] == self.interval_minutes[day])
        last = np.full(len(day), UNKNOWN, dtype=np.float32)
        for points in np.unique(self.points[yesterday[fits]]):
            here = np.flatnonzero(fits & (self.points[yesterday] == points))
            last[here] = self.curves(yesterday[here], int(points))[:, -1]
        return last

    def measured(self, day: Ints, measure: Callable[[Matrix], Matrix], *shape: int) -> Matrix:
        """(days, *shape) `measure` of the power curves (n, points) of the days `day`; NaN on the other days."""
        found = np.full((len(self.meter), *shape), np.nan)
        for place, minutes in alike(self.points[day], self.interval_minutes[day]):
            those = day[place]
            curves = self.curves(those, int(self.points[those[0]]))
            found[those] = measure(curves * np.float32(60 / minutes))
        return found

    def curves(self, day: Ints, points: int) -> Curve:
        """(n, points) measured curves; a row of NaN for NO_DAY and for a day with another number of points."""
        curves = np.full((len(day), points), UNKNOWN, dtype=np.float32)
        fits = (day != NO_DAY) & (self.points[day] == points) if len(self.points) else np.zeros(len(day), dtype=bool)
        is_own = day >= len(self._parts[0])
        for part, low, of_part in zip(self._parts, (0, len(self._parts[0])), (~is_own, is_own), strict=True):
            here = np.flatnonzero(fits & of_part)
            curves[here] = part.kwh[part.first[day[here] - low][:, None] + np.arange(points)]
        return curves


def sums(flat: Matrix, first: Ints) -> Matrix:
    """(days,) sums of the stretches of `flat` that begin at `first`; true counts as one."""
    dtype = np.int64 if flat.dtype == bool else np.float64
    return np.add.reduceat(flat, first, dtype=dtype) if len(first) else np.zeros(0, dtype=dtype)


def alike(points: Ints, interval_minutes: Ints) -> list[tuple[Ints, int]]:
    """Places of the days with the same number of points and interval: pairs of (places, interval in minutes)."""
    kind = points * (24 * 60 + 1) + interval_minutes
    kinds, first = np.unique(kind, return_index=True)
    return [
        (np.flatnonzero(kind == one), int(interval_minutes[place])) for one, place in zip(kinds, first, strict=True)
    ]
