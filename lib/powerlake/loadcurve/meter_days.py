"""The days of a shard's meters: one curve a meter and local date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.clock import Dates, Ints


@dataclass(frozen=True)
class Days:
    """Meter days with at least one reading, sorted by meter and date; curves lie flat, one behind the other."""

    meter: Ints
    """Rank of the meter among `BronzeRows.meter`."""
    date: Dates
    interval_minutes: Ints
    points: Ints
    batch: Ints
    """Latest batch with a reading of the day."""
    row: Ints
    """A bronze row of the meter, for what is constant of it."""
    kwh: npt.NDArray[np.float32]
    """(points.sum(),) NaN where nothing was received."""

    def __len__(self) -> int:
        return len(self.meter)

    @classmethod
    def merged(cls, one: Days, other: Days) -> Days:
        """All days of both, which share no meter-day, sorted by meter and date."""
        if not len(one) or not len(other):
            return one if len(one) else other
        both = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in cls.__dataclass_fields__}
        order = np.lexsort((both["date"], both["meter"]))
        points, kwh = both["points"], both.pop("kwh")
        starts = (np.cumsum(points) - points)[order]
        columns = {name: column[order] for name, column in both.items()}
        within = np.arange(points.sum()) - np.repeat(np.cumsum(points[order]) - points[order], points[order])
        return cls(**columns, kwh=kwh[np.repeat(starts, points[order]) + within])
