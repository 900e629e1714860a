"""A meter's typical day without the weather: periodic autoregression, one regression for each hour of the day.

Task 3 of Liu, Golab, Golab, Ilyas, "Benchmarking Smart Meter Data Analytics", EDBT 2015, after Ardakanian et al.
(2014). Definition used here, for each meter and local hour h:

    use(d, h) = a + b₁·use(d−1, h) + b₂·use(d−2, h) + b₃·use(d−3, h) + c·(temperature(d, h) − REFERENCE_C)

by ordinary least squares over the days d whose five values are all known. The profile of the hour is the mean of
use(d, h) − c·(temperature(d, h) − REFERENCE_C) over the same days: the part that temperature does not explain, as it
would be on a day at the reference temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LAGS = 3
"""Days back, p in the paper."""
REFERENCE_C = 18.0
"""Where the profile is taken: a common base of degree days in Europe. It changes a and the profile, not b or c."""
MIN_DAYS = 30
"""Days a regression of five terms should rest on; fewer give NaN."""
TERMS = LAGS + 2
BLOCK = 16
"""Meters worked on at a time: 16 years of hours in double precision are 1.1 MB."""
SINGULAR = 1e-10
"""Least share of a term's variation that the other terms may leave unexplained; below, its regression is NaN."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DailyProfiles:
    """Regressions of each meter and hour; NaN where days are too few or the terms depend on one another."""

    coefficients: Doubles
    """(meters, 24, 5): constant kWh, the three lags, kWh per °C."""
    profile: Doubles
    """(meters, 24) kWh in the hour at the reference temperature."""
    days: npt.NDArray[np.int64]
    """(meters, 24) days the regression rests on."""


def daily_profiles(kwh: npt.NDArray[np.float32], temperature_c: Doubles) -> DailyProfiles:
    """The regressions of each row of `kwh` (meters, days, 24); `temperature_c` (days, 24) is shared by all meters."""
    meters, _, hours = kwh.shape
    profiles = DailyProfiles(
        coefficients=np.full((meters, hours, TERMS), np.nan),
        profile=np.full((meters, hours), np.nan),
        days=np.zeros((meters, hours), dtype=np.int64),
    )
    if kwh.shape[1] <= LAGS:
        return profiles
    warmth = temperature_c - REFERENCE_C
    for start in range(0, meters, BLOCK):
        some = slice(start, start + BLOCK)
        _solve(profiles, some, *_moments(kwh[some], warmth))
    return profiles


def _moments(kwh: npt.NDArray[np.float32], warmth: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Days n (series,), means (series, 5) and centred products (series, 5, 5); a series is a meter's hour.

    The order of variables is use of d−1, d−2, d−3, temperature, use of d. Time runs along the first axis, so that all
    series of a block are summed at once. Means come first: products of centred values lose no digits.
    """
    meters, days, hours = kwh.shape
    use = kwh.transpose(1, 0, 2).reshape(days, meters * hours).astype(np.float64)
    variables = [
        *(use[LAGS - lag : days - lag] for lag in range(1, LAGS + 1)),
        np.tile(warmth[LAGS:], meters),
        use[LAGS:],
    ]
    is_known = ~np.isnan(sum(variables))
    n = is_known.sum(axis=0)
    if not is_known.all():
        variables = [np.where(is_known, variable, 0.0) for variable in variables]
    means = np.stack([variable.sum(axis=0) for variable in variables]) / np.maximum(n, 1)
    centred = [(variable - mean) * is_known for variable, mean in zip(variables, means, strict=True)]
    products = np.empty((len(n), TERMS, TERMS))
    for i, left in enumerate(centred):
        for j, right in enumerate(centred[: i + 1]):
            products[:, i, j] = products[:, j, i] = (left * right).sum(axis=0)
    return n.astype(np.float64), means.T, products


def _solve(profiles: DailyProfiles, some: slice, n: Doubles, means: Doubles, products: Doubles) -> None:
    """Normal equations of all series at once, scaled to correlations so that one limit tells which are singular."""
    shape = profiles.days[some].shape
    scale = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = products / (scale[:, :, None] * scale[:, None, :])
    is_sound = (n >= MIN_DAYS) & np.isfinite(correlations[:, :-1, :-1]).all(axis=(1, 2))
    correlations[~is_sound] = np.eye(TERMS)
    is_sound &= np.linalg.eigvalsh(correlations[:, :-1, :-1])[:, 0] > SINGULAR
    correlations[~is_sound] = np.eye(TERMS)
    solved = np.linalg.solve(correlations[:, :-1, :-1], correlations[:, :-1, -1:])[..., 0]
    slopes = np.where(is_sound[:, None], solved * scale[:, -1:] / np.where(scale[:, :-1] > 0, scale[:, :-1], 1), np.nan)
    constant = means[:, -1] - (slopes * means[:, :-1]).sum(axis=1)
    profiles.coefficients[some] = np.column_stack([constant, slopes]).reshape(*shape, TERMS)
    profiles.profile[some] = (means[:, -1] - slopes[:, -1] * means[:, -2]).reshape(shape)
    profiles.days[some] = n.reshape(shape)
