"""A feeder's hours as matrices: what its areas were supplied, what its meters used, and where they are recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.grid.energy_balance import NOWHERE, Floats, Ints
from powerlake.loadcurve.days import matrices

HOURS = 24


@dataclass(frozen=True)
class FeederCurves:
    """Of h hours, a areas and m meters."""

    areas: tuple[str, ...]
    meters: tuple[str, ...]
    supplied_kw: Floats
    """(h, a), NaN where not measured."""
    use_kw: Floats
    """(h, m); hours without a value, and days between others, at the meter's mean of the hour."""
    recorded: Ints
    """(h, m) place of the area, NOWHERE where a meter is recorded in none."""
    days: Ints
    """(m,) days with a curve."""
    mean_kw: Floats
    """(m,) mean of the hours with a value; 0 without one."""

    @property
    def recorded_last(self) -> Ints:
        """(m,) place of the area that each meter was recorded in last."""
        last = np.where(self.recorded != NOWHERE, np.arange(len(self.recorded))[:, None], 0).max(axis=0, initial=0)
        return np.asarray(self.recorded[last, np.arange(len(self.meters))])


def feeder_curves(curves: pa.Table, supply: pa.Table, first: np.datetime64, days: int) -> FeederCurves:
    """The matrices of one feeder over `days` from `first` on.

    `curves` has a row per meter and day: meter_id, transformer_id of that day, date, kwh, multiplier. `supply` has a
    row per transformer and hour: transformer_id, date, hour, power_kw. Days with 23 or 25 hours count as without.
    """
    areas = supply["transformer_id"].combine_chunks().unique().sort()
    meters = curves["meter_id"].combine_chunks().unique().sort()
    supplied = np.full((days * HOURS, len(areas)), np.nan)
    hour = _days(supply["date"], first) * HOURS + supply["hour"].to_numpy()
    supplied[hour, _places(supply["transformer_id"], areas)] = supply["power_kw"].to_numpy()
    day, meter = _days(curves["date"], first), _places(curves["meter_id"], meters)
    use = np.full((days, HOURS, len(meters)), np.nan)
    use[day, :, meter] = _hourly(curves["kwh"]) * curves["multiplier"].to_numpy()[:, None]
    recorded = np.full((days, len(meters)), NOWHERE)
    recorded[day, meter] = _places(curves["transformer_id"], areas)
    recorded = _carried(recorded)
    known = ~np.isnan(use)
    count = known.sum(axis=0)
    total = np.nansum(use, axis=0)
    usual = total / np.maximum(count, 1)
    filled = np.where(known, use, np.where((recorded != NOWHERE)[:, None], usual, 0.0))
    return FeederCurves(
        tuple(areas.to_pylist()),
        tuple(meters.to_pylist()),
        supplied,
        filled.reshape(days * HOURS, len(meters)),
        np.repeat(recorded, HOURS, axis=0),
        known.any(axis=1).sum(axis=0),
        total.sum(axis=0) / np.maximum(count.sum(axis=0), 1),
    )


def _carried(recorded: Ints) -> Ints:
    """(days, meters) with days without a curve, between two that have one, where the meter was before."""
    day = np.arange(len(recorded))[:, None]
    is_known = recorded != NOWHERE
    before = np.maximum.accumulate(np.where(is_known, day, -1), axis=0)
    is_gap = ~is_known & (before >= 0) & (day < np.where(is_known, day, -1).max(axis=0, initial=-1))
    return np.where(is_gap, np.take_along_axis(recorded, np.maximum(before, 0), axis=0), recorded)


def _hourly(kwh: pa.ChunkedArray) -> Floats:
    """(rows, 24) energy of each hour; NaN where a point has no value, or the day has not 24 hours."""
    hours = np.full((len(kwh), HOURS), np.nan)
    for rows, values in matrices(kwh):
        if values.shape[1] in {24, 48, 96}:
            hours[rows] = values.reshape(len(rows), HOURS, -1).sum(axis=2)
    return hours


def _days(column: pa.ChunkedArray, first: np.datetime64) -> npt.NDArray[np.int64]:
    return np.asarray((column.to_numpy().astype("datetime64[D]") - first).astype(np.int64))


def _places(column: pa.ChunkedArray, names: pa.Array) -> npt.NDArray[np.int64]:
    """The place of each value among the names; NOWHERE for one that is not there."""
    found = pc.fill_null(pc.index_in(column, names), NOWHERE)
    return np.asarray(found.to_numpy()).astype(np.int64)
