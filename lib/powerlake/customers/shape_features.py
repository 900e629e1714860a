"""What segments are told apart by: the level of four parts of the day, and the outline of the whole day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.customers.month_shapes import POINTS
from powerlake.loadcurve.days import matrices

DAYPARTS = ("night", "morning", "daytime", "evening")
DAYPART_HOURS = (0, 6, 10, 17, 24)
"""Local hours at which the parts begin and the last one ends."""
SMOOTHING_H = 1.0
"""Standard deviation of the filter over an outline: what a household does is not timed to the half hour."""

_POINTS_PER_HOUR = POINTS // 24
_STARTS = np.array(DAYPART_HOURS[:-1]) * _POINTS_PER_HOUR
_LENGTHS_H = np.diff(DAYPART_HOURS)
SHARE_OF_DAY = _LENGTHS_H / 24

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shapes:
    """The shapes of customers, in the order of the table they come from; rows of NaN where there is none."""

    dayparts: Floats
    """(customers, 4) see `daypart_features`."""
    outlines: Floats
    """(customers, POINTS) smoothed typical day, mean 1."""

    def __len__(self) -> int:
        return len(self.dayparts)

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Self:
        """The same of these customers."""
        return type(self)(self.dayparts[rows], self.outlines[rows])

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """(customers,) True where there is a shape."""
        return ~np.isnan(self.dayparts[:, 0])


def shapes_of(typical: pa.Table) -> Shapes:
    """The shapes in a table of `powerlake.customers.shapes.typical_shapes`."""
    return Shapes(_rows(typical["dayparts"], len(DAYPARTS)), _rows(typical["outline"], POINTS))


def daypart_levels(outlines: Floats) -> Floats:
    """(n, 4) mean of each part of the day of outlines (n, POINTS): 1 is the customer's own mean power."""
    return np.add.reduceat(outlines, _STARTS, axis=1) / (_LENGTHS_H * _POINTS_PER_HOUR)


def daypart_features(outlines: Floats) -> Floats:
    """(n, 4) level of each part of the day, scaled so that the distance of two customers is one of curves.

    Each level is multiplied by the root of the part's share of the day: the Euclidean distance is then the root mean
    square difference, over the day, of the two outlines made constant within each part.
    """
    return daypart_levels(outlines) * np.sqrt(SHARE_OF_DAY)


def levels_of(features: Floats) -> Floats:
    """(n, 4) the levels that these daypart features stand for."""
    return features / np.sqrt(SHARE_OF_DAY)


def smooth(outlines: Floats) -> Floats:
    """Outlines after a circular Gaussian filter of SMOOTHING_H; their means stay."""
    frequency = np.fft.rfftfreq(POINTS, d=1 / _POINTS_PER_HOUR)
    response = np.exp(-2 * (np.pi * SMOOTHING_H * frequency) ** 2)
    return np.fft.irfft(np.fft.rfft(outlines, axis=1) * response, n=POINTS, axis=1)


def _rows(column: pa.ChunkedArray, width: int) -> Floats:
    found = np.full((len(column), width), np.nan)
    for rows, values in matrices(column):
        found[rows] = values
    return found
