"""First guess of the parameters of `home_model` for a real household, by regression; `home_search` goes on from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.stats import norm, rankdata

from powerlake.simulate.home_model import (
    HABIT_HARMONICS,
    KNOTS,
    MIDDLE,
    OFFSET,
    POINTS,
    SPREAD_HARMONICS,
    WEEKEND_HARMONICS,
    Doubles,
    harmonics,
)
from powerlake.simulate.home_process import DRIFT_MEMORY, LEVEL_MEMORY

LAGS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 47, 48, 49, 50, 52, 60, 96, 97, 100, 144, 192, 240, 336, 480, 672)
"""Half-hours at which the covariance is fitted."""
SECOND_HALF_HOUR = 0.8
"""What an appliance draws in the half-hour after the first, to the first."""
EVENING_MEMORY = 0.88
"""Between the two memories of the process."""
LEAST_ZERO_SHARE = 2e-4
"""Below this share of zeros a household has none."""
HABIT_FACTOR, WEEKEND_FACTOR, SPREAD_FACTOR = 1.40, 1.06, 1.51
PARTS_FACTORS = (0.90, 1.60, 0.80, 0.90, 0.48, 0.60)
LOW_RISES_FACTOR = 0.58
"""On the rises below the knot −0.8: covariances of ranks are not quite those of energy.

Found, like the other factors, by a random search for the least Kolmogorov–Smirnov distances of `likeness`.
"""
NONE_AWAY = (-2.0, 1.6, -1.2)
DINNER_AND_MORNING = (0.35, 0.78, 1.2, 1.2, 0.2, 0.2, 0.6, 0.6)


def first_guess(kwh: Doubles, season: Doubles, is_weekend: npt.NDArray[np.bool_]) -> Doubles:
    """(parameters,) of a household with readings `kwh` (days, POINTS), NaN where missing."""
    lived = np.where((kwh == 0).all(axis=1, keepdims=True), np.nan, kwh)  # on days without any use nobody is there
    known = ~np.isnan(lived)
    share = (lived[known] == 0).mean()
    zero = (norm.ppf(share), 0.3) if share > LEAST_ZERO_SHARE else (-5.0, 0.1)
    log = np.log(np.maximum(lived, lived[known & (lived > 0)].min()) / lived[known].mean() + OFFSET)
    at_knots = np.quantile(log[known], norm.cdf(KNOTS))
    rises = np.sqrt(np.diff(at_knots))
    rises[:3] *= LOW_RISES_FACTOR
    z = np.full(kwh.shape, np.nan)
    z[known] = norm.ppf((rankdata(log[known]) - 0.5) / known.sum())
    means, rest = _means(z / z[known].std(), season, is_weekend)
    habit, weekend, by_season = np.split(means, [2 * HABIT_HARMONICS, 2 * HABIT_HARMONICS + 1 + 2 * WEEKEND_HARMONICS])
    spread, rest = _spread(rest)
    parts = np.sqrt(_parts(rest)) * PARTS_FACTORS
    return np.concatenate(
        [
            [at_knots[MIDDLE]],
            rises,
            zero,
            HABIT_FACTOR * habit,
            WEEKEND_FACTOR * weekend,
            [*by_season, 0, 0, 0, 0],
            SPREAD_FACTOR * spread,
            [*parts, 0.25],
            [np.log(0.5), np.log(0.5), SECOND_HALF_HOUR],
            [0.3, 0.5],
            [0.15, 0.0],
            NONE_AWAY,
            DINNER_AND_MORNING,
        ]
    )


def _means(z: Doubles, season: Doubles, is_weekend: npt.NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
    """Coefficients of habit, weekend and season by least squares, and what they leave of z."""
    days = len(season)
    blocks = [
        np.broadcast_to(harmonics(HABIT_HARMONICS), (days, POINTS, 2 * HABIT_HARMONICS)),
        np.broadcast_to(is_weekend[:, None, None], (days, POINTS, 1)),
        is_weekend[:, None, None] * harmonics(WEEKEND_HARMONICS),
        np.broadcast_to(season[:, None, None], (days, POINTS, 1)),
        np.broadcast_to(2 * season[:, None, None] ** 2 - 1, (days, POINTS, 1)),
        np.ones((days, POINTS, 1)),
    ]
    columns = np.concatenate(blocks, axis=2)
    known = ~np.isnan(z)
    found = np.linalg.lstsq(columns[known], z[known], rcond=None)[0]
    return np.asarray(found[:-1]), np.asarray(z - columns @ found)


def _spread(rest: Doubles) -> tuple[Doubles, Doubles]:
    """Harmonics of the logarithm of the standard deviation along the day, and the rest divided by it."""
    log = np.log(np.maximum(np.nanstd(rest, axis=0), 0.05))
    found = np.linalg.lstsq(harmonics(SPREAD_HARMONICS), log - log.mean(), rcond=None)[0]
    return np.asarray(found), np.asarray(rest / np.exp(harmonics(SPREAD_HARMONICS) @ found))


def _parts(rest: Doubles) -> Doubles:
    """(components,) variances that give the covariance at LAGS, by non-negative least squares."""
    flat = rest.ravel() - np.nanmean(rest)
    covariance = [np.nanmean(flat[: len(flat) - lag] * flat[lag:]) for lag in LAGS]
    found: Doubles = nnls(_covariances(), np.array(covariance))[0]
    return found


def _covariances() -> Doubles:
    """(lags, components) autocovariance of each component of unit variance, mean over the half-hours of a day."""
    point = np.arange(POINTS)
    rows = []
    for lag in LAGS:
        day, at = (point + lag) // POINTS, (point + lag) % POINTS
        drift = DRIFT_MEMORY[0] ** day * DRIFT_MEMORY[1] ** np.abs(at - point)
        appliance = [1.0, SECOND_HALF_HOUR / (1 + SECOND_HALF_HOUR**2)][lag] if lag < 2 else 0.0
        rows.append(
            [lag == 0, appliance, EVENING_MEMORY**lag, (day == 0).mean(), (LEVEL_MEMORY**day).mean(), drift.mean()]
        )
    return np.array(rows, dtype=np.float64)
