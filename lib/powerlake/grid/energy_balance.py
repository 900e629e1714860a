"""Which area of a feeder each meter's use shows up in, by the energy balance of its transformers.

What a transformer supplies is the use of its meters plus loss. A meter that is recorded in one area and fed from
another leaves the mirror of its own curve in both balances: as gain where it is recorded, as loss where it hangs. So
the residual of each area, supplied − recorded use, is regressed on the curves of all meters of the feeder together,
which keeps apart meters whose days look alike. A share of theft adds to a meter's coefficient in its own area, and
none elsewhere.

All of it is of changes from hour to hour, less the mean change at that hour of the day. What the balance leaves out
(roofs that feed in, steady theft, a faulty meter) goes on from hour to hour, and the errors of levels with it; of the
changes little is left but the switching of the meters themselves (differencing against serial correlation, as in
Wooldridge, "Introductory Econometrics", on time series). The loss with the square of the load is taken out.
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
HOURS = 24
LEAST_NOISE = 1e-12
"""kW²"""
NOISE_ROUNDS = 2
"""The prior's weight is the noise of the balance: first all of the residual, then what the meters leave of it."""
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

    `supplied_kw` (hours of whole days, areas), NaN where not measured; `use_kw` (hours, meters), 0 where unknown;
    `recorded` (hours, meters) the place of the area that each meter is recorded in, or NOWHERE.
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
    evidence = (_like_all(lost) / variance[row, own])[:, None] + _like_all(gained) / variance
    evidence[row, own] = -np.inf
    best = evidence.argmax(axis=1)
    told = (recorded != NOWHERE) & np.isfinite(variance[row, own])
    values = lost, gained[row, best], evidence[row, best]
    return Moves(np.where(told, best, NOWHERE), *(np.where(told, value, np.nan) for value in values))


def _like_all(share: Floats) -> Floats:
    """How much nearer a share is to all of a meter's use than to none; one beyond 1 is as far from it as one short."""
    return np.asarray(1 / 2 - np.abs(share - 1))


def _of_area(supplied_kw: Floats, use_kw: Floats, recorded_kw: Floats) -> tuple[Floats, Floats]:
    """(meters,) coefficients of the residual of one area, and their variances."""
    changes = np.diff(np.column_stack([supplied_kw - recorded_kw, supplied_kw**2, use_kw]), axis=0)
    known = np.flatnonzero(~np.isnan(changes[:, 0]))
    if len(known) < 3:
        return np.zeros(use_kw.shape[1]), np.full(use_kw.shape[1], np.inf)
    unusual = _unusual(changes[known], known % HOURS)
    loss = unusual[:, 1]
    unusual = unusual - np.outer(loss, loss @ unusual / max(float(loss @ loss), 1e-12))
    residual, curves = unusual[:, 0], unusual[:, 2:]
    gram, common = curves.T @ curves, curves.T @ residual
    freedom = max(len(residual) - curves.shape[1], len(residual) // 10, 1)
    share, inverse = np.zeros(len(gram)), gram
    noise = float(residual @ residual) / len(residual)
    for _ in range(NOISE_ROUNDS):
        inverse = np.asarray(np.linalg.inv(gram + np.eye(len(gram)) * max(noise, LEAST_NOISE) / PRIOR_SD**2))
        share = inverse @ common
        left = residual - curves @ share
        noise = float(left @ left) / freedom
    return share, max(noise, LEAST_NOISE) * np.diag(inverse)


def _unusual(changes: Floats, hour: Ints) -> Floats:
    """(n, columns) less the mean of the same `hour` (n,) of the day."""
    of_hour = (hour[:, None] == np.arange(HOURS)).astype(np.float64)
    means = of_hour.T @ changes / np.maximum(of_hour.sum(axis=0), 1)[:, None]
    return np.asarray(changes - means[hour])


def _unknown(meters: int) -> Moves:
    nothing = np.full(meters, np.nan)
    return Moves(np.full(meters, NOWHERE, np.int64), nothing, nothing, nothing)
