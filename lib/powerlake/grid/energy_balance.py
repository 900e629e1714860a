"""Which area of a feeder each meter's use shows up in, by the energy balance of its transformers.

What a transformer supplies is the use of its meters plus loss. A meter that is recorded in one area and fed from
another leaves the mirror of its own curve in both balances: as gain where it is recorded, as loss where it hangs. So
the residual of each area, supplied − recorded use, is regressed on the curves of all meters of the feeder together,
which keeps apart meters whose days look alike; a steady loss and one that grows with the square of the load are
taken out first. A share of theft adds to a meter's coefficient in its own area, and none elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOWHERE = -1
"""Place of the area of a meter that the records hang nowhere at that time."""
MISFIT_SD = 0.1
"""Standard deviation by which a coefficient is off for what the model leaves out: losses of the wires, meter errors."""
PRIOR_SD = 1.0
"""Standard deviation of a coefficient before the data are seen: it is 0, or ±1 for a meter in the wrong area."""


@dataclass(frozen=True)
class Balance:
    """Arrays (meters, areas): the share of a meter's use found in an area beyond what is recorded, and its variance."""

    beyond: Floats
    variance: Floats


@dataclass(frozen=True)
class Moves:
    """Arrays (meters,) of the likeliest move of each meter; NaN and NOWHERE where there is nothing to tell it by."""

    area: Ints
    """Place of the area it would be moved to."""
    lost_share: Floats
    """Share of its use that is not found in the recorded area; about 1 for a wrong record."""
    gained_share: Floats
    """Share of its use that is found in the other area; about 1 for a wrong record."""
    evidence: Floats
    """Logarithm of how much likelier both balances are if it is moved (above 0) than if it stays; an area that tells
    nothing of the meter adds nothing. Of theft and of faulty meters only the own area's balance tells."""


def balance(supplied_kw: Floats, use_kw: Floats, recorded: Ints) -> Balance:
    """The balances of the areas of one feeder.

    `supplied_kw` (hours, areas), NaN where not measured; `use_kw` (hours, meters), 0 where unknown; `recorded`
    (hours, meters) the place of the area that each meter is recorded in, or NOWHERE.
    """
    count = use_kw.shape[1]
    found = [
        _of_area(supplied_kw[:, area], use_kw, np.where(recorded == area, use_kw, 0.0).sum(axis=1))
        for area in range(supplied_kw.shape[1])
    ]
    empty = np.empty((0, count))
    beyond, variance = (
        (np.stack(part) if part else empty for part in zip(*found, strict=True)) if found else (empty,) * 2
    )
    return Balance(beyond.T, variance.T)


def likeliest_moves(found: Balance, recorded: Ints) -> Moves:
    """The best move of each meter out of the area (meters,) it is recorded in last."""
    meters, areas = found.beyond.shape
    if areas < 2:
        return _unknown(meters)
    row, own = np.arange(meters), np.maximum(recorded, 0)
    variance = found.variance + MISFIT_SD**2
    lost, gained = -found.beyond[row, own], found.beyond
    evidence = ((lost - 1 / 2) / variance[row, own])[:, None] + (gained - 1 / 2) / variance
    evidence[row, own] = -np.inf
    best = evidence.argmax(axis=1)
    told = (recorded != NOWHERE) & np.isfinite(variance[row, own])
    values = lost, gained[row, best], evidence[row, best]
    return Moves(np.where(told, best, NOWHERE), *(np.where(told, value, np.nan) for value in values))


def _of_area(supplied_kw: Floats, use_kw: Floats, recorded_kw: Floats) -> tuple[Floats, Floats]:
    """(meters,) coefficients of the residual of one area, and their variances."""
    known = ~np.isnan(supplied_kw)
    load = supplied_kw[known]
    if len(load) < 3:
        return np.zeros(use_kw.shape[1]), np.full(use_kw.shape[1], np.inf)
    losses = np.stack([np.ones_like(load), load**2 / max(float(np.mean(load**2)), 1e-12)], axis=1)
    both = np.column_stack([load - recorded_kw[known], use_kw[known]])
    both -= losses @ np.linalg.lstsq(losses, both, rcond=None)[0]
    residual, curves = both[:, 0], both[:, 1:]
    square = max(float(np.mean(residual**2)), 1e-12)
    gram = curves.T @ curves + np.eye(curves.shape[1]) * square / PRIOR_SD**2
    inverse = np.linalg.inv(gram)
    share = inverse @ (curves.T @ residual)
    left = residual - curves @ share
    freedom = max(len(load) - curves.shape[1], len(load) // 10, 1)
    noise = float(left @ left) / freedom * _inflation(left)
    return share, np.maximum(noise, 1e-12) * np.diag(inverse)


def _inflation(left: Floats) -> float:
    """How many times a variance grows because neighbouring hours are alike, as in a first-order process."""
    square = float(left @ left)
    likeness = float(left[1:] @ left[:-1]) / square if square > 0 else 0.0
    likeness = min(max(likeness, 0.0), 0.95)
    return (1 + likeness) / (1 - likeness)


def _unknown(meters: int) -> Moves:
    nothing = np.full(meters, np.nan)
    return Moves(np.full(meters, NOWHERE, np.int64), nothing, nothing, nothing)
