"""The interval length of each meter's day, told from the time labels alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.clock import DAY_S, MINUTE_S, Ints

ALLOWED_MINUTES = (15, 30, 60)
"""Interval lengths that silver.load_curves takes."""
ON_GRID_SHARE = 0.95
"""Share of a day's labels that must lie on a grid for the day to have it: a few strays do not change the grid."""
DENSE_SHARE = 0.5
"""Share of a grid's points from which a day speaks for itself; below, the meter's other days decide."""


def interval_of_days(
    day: Ints, elapsed: npt.NDArray[np.int32], meter: Ints, allowed: tuple[int, ...] = ALLOWED_MINUTES
) -> Ints:
    """(days,) minutes of an interval. `day` and `elapsed` (seconds) are one item a label; `meter` one item a day.

    The rule: a day has the coarsest allowed grid that holds at least ON_GRID_SHARE of its labels, counting only
    labels that lie on the finest one. A day with labels for less than half of that grid's points takes the grid that
    most of the meter's fuller days in the shard have (the finer one of two equal), or, where it has no fuller day,
    the grid of all its labels together.
    """
    coarse_first = np.array(sorted(allowed, reverse=True))
    on_grid = _labels_on_grid(day, elapsed, len(meter), coarse_first)
    own = _coarsest(on_grid)
    points = DAY_S // (coarse_first * MINUTE_S)
    is_dense = on_grid[np.arange(len(meter)), own] >= DENSE_SHARE * points[own]
    if is_dense.all():
        return coarse_first[own]
    return coarse_first[np.where(is_dense, own, _usual(on_grid, own, is_dense, meter)[meter])]


def _labels_on_grid(day: Ints, elapsed: npt.NDArray[np.int32], days: int, coarse_first: Ints) -> Ints:
    """(days, grids) labels on each grid, coarsest grid first. A label on a coarse grid is on the finer ones too."""
    second = np.arange(int(elapsed.max(initial=0)) + 1)
    # The place of the first (coarsest) grid a label lies on, looked up: a table is four times as fast as divisions.
    place = np.full(len(second), len(coarse_first), dtype=np.int8)
    for grid in range(len(coarse_first))[::-1]:
        place[second % (coarse_first[grid] * MINUTE_S) == 0] = grid
    width = len(coarse_first) + 1
    counts = np.bincount(day * width + place[elapsed], minlength=days * width).reshape(days, width)
    return np.cumsum(counts[:, :-1], axis=1)


def _coarsest(on_grid: Ints) -> Ints:
    """(n,) place of the coarsest grid that holds nearly all labels of the finest."""
    found: Ints = np.argmax(on_grid >= ON_GRID_SHARE * on_grid[:, -1:], axis=1)
    return found


def _usual(on_grid: Ints, own: Ints, is_dense: npt.NDArray[np.bool_], meter: Ints) -> Ints:
    """(meters,) place of the grid each meter usually has in the shard."""
    meters, grids = int(meter.max()) + 1, on_grid.shape[1]
    votes = np.bincount((meter * grids + own)[is_dense], minlength=meters * grids).reshape(meters, grids)
    together = np.stack([np.bincount(meter, on_grid[:, grid], meters) for grid in range(grids)], axis=1)
    most = grids - 1 - np.argmax(votes[:, ::-1], axis=1)
    return np.where(votes.any(axis=1), most, _coarsest(together.astype(np.int64)))
