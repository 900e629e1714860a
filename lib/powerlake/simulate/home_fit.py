"""Finds the population of `home_model` in readings of real households."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.stats import norm, rankdata

from powerlake.simulate.home_model import (
    DRIFT_MEMORY,
    EVENING_MEMORY,
    HABIT_HARMONICS,
    KNOTS,
    LEVEL_MEMORY,
    MIDDLE,
    OFFSET,
    POINTS,
    PROBABILITIES,
    SECOND_HALF_HOUR,
    SPREAD_HARMONICS,
    WEEKEND_HARMONICS,
    Doubles,
    Population,
    groups,
    harmonics,
)

FACTORS = 10
"""Directions in which customers vary together."""
LAGS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 47, 48, 49, 50, 52, 60, 96, 97, 100, 144, 192, 240, 336, 480, 672)
"""Half-hours at which the covariance is fitted."""
DECIMALS = 3
CALIBRATION: Mapping[str, tuple[slice, tuple[float, ...]]] = {
    "quantiles": (slice(1, 4), (0.58,) * 3),
    "habit": (slice(None), (1.40,)),
    "weekend": (slice(None), (1.06,)),
    "spread": (slice(None), (1.51,)),
    "parts": (slice(None), (0.90, 1.60, 0.80, 0.90, 0.48, 0.60)),
}
"""Factors on parameters of a group (which of them, factors): covariances of ranks are not quite those of energy.

Found, with the bursts, REGULARITY and the memories of `home_model`, on the shared train households: by a random search
for the least sum of squared Kolmogorov–Smirnov distances between simulated and real features of `likeness`, then by
hand for the least AUC of its classifier.
"""


def fit_population(kwh: Doubles, season: Doubles, is_weekend: npt.NDArray[np.bool_]) -> Population:
    """The population of households with readings `kwh` (customers, days, POINTS), NaN where missing.

    Days without any use are left out: they say that nobody is there, not how people live.
    """
    lived = np.where((kwh == 0).all(axis=2, keepdims=True), np.nan, kwh)
    found = np.array([fit_home(one, season, is_weekend) for one in lived])
    ranks = rankdata(found, axis=0)
    correlation = 2 * np.sin(np.pi / 6 * np.nan_to_num(np.corrcoef(ranks, rowvar=False)))
    values, vectors = np.linalg.eigh(correlation)
    factors = vectors[:, -FACTORS:] * np.sqrt(values[-FACTORS:])
    factors /= np.maximum(np.sqrt(np.square(factors).sum(axis=1, keepdims=True)), 1)
    quantiles = np.quantile(found, PROBABILITIES, axis=0).T
    return Population(np.round(quantiles, DECIMALS), np.round(factors, DECIMALS))


def calibrated(population: Population) -> Population:
    """The population with its parameters multiplied as CALIBRATION says."""
    quantiles = population.quantiles.copy()
    by_group = groups(quantiles.T)
    for name, (which, factors) in CALIBRATION.items():
        by_group[name][:, which] *= factors
    return Population(np.round(quantiles, DECIMALS), population.factors)


def fit_home(kwh: Doubles, season: Doubles, is_weekend: npt.NDArray[np.bool_]) -> Doubles:
    """(parameters,) of one household."""
    known = ~np.isnan(kwh)
    zero = norm.ppf(np.clip((kwh[known] == 0).mean(), 1e-5, 1))
    smallest = kwh[known & (kwh > 0)].min()
    log = np.log(np.maximum(kwh, smallest) / kwh[known].mean() + OFFSET)
    at_knots = np.quantile(log[known], norm.cdf(KNOTS))
    z = np.full(kwh.shape, np.nan)
    z[known] = norm.ppf((rankdata(log[known]) - 0.5) / known.sum())
    z[known] /= z[known].std()
    means, rest = _means(z, season, is_weekend)
    spread, rest = _spread(rest)
    return np.concatenate(
        [[at_knots[MIDDLE]], np.sqrt(np.diff(at_knots)), [zero], means, spread, np.sqrt(_parts(rest))]
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
