"""The next year of the monthly series of a market: each month's usual share of the year on the level of today.

The model is log use = month + level + chance, in which the level wanders: each month it moves on by chance, and what it
is now is the best guess of what it will be. It is the local level with a fixed season of Harvey, "Forecasting,
Structural Time Series Models and the Kalman Filter" (1989), here as the best linear unbiased prediction. Customers who
come and go and the economy leave such a level behind; the same month of the year before takes that of a year ago. With
twelve months known the two are the same. How far the level moves in a month, to what a month is off by chance, is one
figure for the whole market: by restricted maximum likelihood over all series, for one alone has too few years for it.

The intervals are as wide as past errors were: forecasts of all series from every origin with FIRST_ORIGIN months of
history, each error to the standard deviation that was given for it then, as in split conformal prediction (Lei et al.,
"Distribution-Free Predictive Inference for Regression", JASA 113, 2018; months are not exchangeable, so that its
guarantee is only about right here).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

HORIZON = 12
FIRST_ORIGIN = 18
"""Months of history from which a forecast is tried on the past: half a year of months that were seen twice."""
RATIOS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Variance of the level's step of a month ÷ variance of a month's chance; neighbours forecast alike."""
PRIOR_FREEDOM = 8
"""Degrees of freedom that the other series' variance counts for beside a series' own."""
LEAST_ERRORS = 100
"""Errors of the past from which intervals go by them; with fewer, by Student's t."""
LEAST_VARIANCE = 1e-12
LEVELS = (0.80, 0.95)
MODEL, NAIVE, NONE = "level_and_month", "seasonal_naive", "none"

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Forecasts:
    """The HORIZON months after the last of n series, and how the method did on their past."""

    use: Doubles
    """(n, HORIZON) as the series count it; NaN without a year of history."""
    low: Doubles
    """(n, levels, HORIZON) lower ends of the intervals of LEVELS; NaN where nothing tells how wide."""
    high: Doubles
    method: list[str]
    skill: Doubles
    """(n,) 1 − mean absolute error ÷ that of seasonal-naive, from past origins; NaN where none could be tried."""
    tested: Ints
    """(n,) forecasts of months that the skill rests on."""


@dataclass(frozen=True)
class _Fit:
    """The model fitted to n series of the same months."""

    centre: Doubles
    """(n, HORIZON) logs of the forecast."""
    reach: Doubles
    """(HORIZON,) standard deviation of its error, to that of a month's chance."""
    squares: Doubles
    """(n,) sum of squares of what is left, weighed; ÷ `freedom`, the variance of a month's chance."""
    freedom: int
    volume: float
    """Logarithm of the determinants in the restricted likelihood."""

    def deviation(self, usual: float) -> Doubles:
        """(n, HORIZON) standard deviation of the forecast; `usual` is the variance of chance in other series."""
        variance = (PRIOR_FREEDOM * usual + self.squares) / (PRIOR_FREEDOM + self.freedom)
        return np.asarray(np.sqrt(variance)[:, None] * self.reach)


@dataclass(frozen=True)
class _Past:
    """Forecasts of n series from past origins against what followed, arrays (n, errors)."""

    ours: Doubles
    """Absolute errors as the series count use."""
    naive: Doubles
    """Those of the same month a year before."""
    scaled: Doubles
    """Absolute errors of the logs ÷ the standard deviation given for them."""


def forecasts(use: Doubles) -> Forecasts:
    """The forecasts of the series `use` (n, months) of one market; only what follows the last unknown month counts.

    A month is known where its use is above zero.
    """
    groups = _by_length(use)
    ratio = _likeliest_ratio([known for _, known in groups])
    fits = [_fit(np.log(known), ratio) for _, known in groups]
    usual = _usual_variance(fits)
    pasts = [_past(known, ratio, usual) for _, known in groups]
    errors = np.concatenate([np.empty(0), *(past.scaled.ravel() for past in pasts)])
    count = len(use)
    made = Forecasts(
        use=np.full((count, HORIZON), np.nan),
        low=np.full((count, len(LEVELS), HORIZON), np.nan),
        high=np.full((count, len(LEVELS), HORIZON), np.nan),
        method=[NONE] * count,
        skill=np.full(count, np.nan),
        tested=np.zeros(count, np.int64),
    )
    for (rows, known), fit, past in zip(groups, fits, pasts, strict=True):
        half = _widths(errors, fit.freedom)[:, None] * fit.deviation(usual)[:, None]
        made.use[rows] = np.exp(fit.centre)
        made.low[rows], made.high[rows] = (np.exp(fit.centre[:, None] + half * sign) for sign in (-1, 1))
        made.skill[rows], made.tested[rows] = _skill(past), past.ours.shape[1]
        for row in rows:
            made.method[row] = MODEL if known.shape[1] > HORIZON else NAIVE
    return made


def _by_length(use: Doubles) -> list[tuple[Ints, Doubles]]:
    """Places of series with a year or more known to their end, and its months (series, months); a pair a length."""
    months = use.shape[1]
    unknown = np.where(use > 0, 0, np.arange(1, months + 1))
    length = months - unknown.max(axis=1, initial=0)
    lengths = [int(one) for one in np.unique(length) if one >= HORIZON]
    return [(np.flatnonzero(length == one), use[length == one, months - one :]) for one in lengths]


def _fit(logs: Doubles, ratio: float) -> _Fit:
    """The best linear unbiased prediction of `logs` (n, months), of HORIZON months and more."""
    months = logs.shape[1]
    month = np.arange(months + HORIZON)
    covariance = ratio * np.minimum.outer(month, month) + np.eye(len(month))
    place = (month[:, None] % HORIZON == np.arange(HORIZON)).astype(np.float64)
    past, ahead = place[:months], place[months:]
    inverse = np.linalg.inv(covariance[:months, :months])
    of_season = np.linalg.inv(past.T @ inverse @ past)
    season = of_season @ past.T @ inverse @ logs.T
    left = logs.T - past @ season
    carried = covariance[months:, :months] @ inverse
    unseen = ahead - carried @ past
    reach = covariance[months:, months:] - carried @ covariance[:months, months:] + unseen @ of_season @ unseen.T
    volume = np.linalg.slogdet(covariance[:months, :months])[1] - np.linalg.slogdet(of_season)[1]
    return _Fit(
        centre=(ahead @ season + carried @ left).T,
        reach=np.sqrt(np.diag(reach)),
        squares=np.einsum("ms,mk,ks->s", left, inverse, left),
        freedom=months - HORIZON,
        volume=float(volume),
    )


def _likeliest_ratio(groups: list[Doubles]) -> float:
    """The one of RATIOS under which all series together are likeliest."""

    def likelihood(ratio: float) -> float:
        fits = [_fit(np.log(known), ratio) for known in groups if known.shape[1] > HORIZON]
        return -sum(
            fit.freedom * float(np.log(np.maximum(fit.squares / fit.freedom, LEAST_VARIANCE)).sum())
            + len(fit.squares) * fit.volume
            for fit in fits
        )

    return max(RATIOS, key=likelihood)


def _usual_variance(fits: list[_Fit]) -> float:
    """Median over the series of the variance of a month's chance; NaN where none has a month seen twice."""
    known = [fit.squares / fit.freedom for fit in fits if fit.freedom]
    return float(np.median(np.concatenate(known))) if known else float("nan")


def _past(use: Doubles, ratio: float, usual: float) -> _Past:
    """The forecasts of `use` (n, months) from every origin from FIRST_ORIGIN on."""
    logs = np.log(use)
    none = np.empty((len(use), 0))
    ours, naive, scaled = [none], [none], [none]
    for origin in range(FIRST_ORIGIN, use.shape[1]):
        actual = use[:, origin : origin + HORIZON]
        ahead = actual.shape[1]
        fit = _fit(logs[:, :origin], ratio)
        centre, deviation = fit.centre[:, :ahead], np.maximum(fit.deviation(usual)[:, :ahead], LEAST_VARIANCE)
        ours.append(np.abs(np.exp(centre) - actual))
        naive.append(np.abs(use[:, origin - HORIZON : origin][:, :ahead] - actual))
        scaled.append(np.abs(centre - np.log(actual)) / deviation)
    return _Past(*(np.concatenate(parts, axis=1) for parts in (ours, naive, scaled)))


def _skill(past: _Past) -> Doubles:
    """(n,) NaN where nothing could be tried, 0 where the year before was right."""
    naive = past.naive.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        skill = np.where(naive > 0, 1 - past.ours.sum(axis=1) / naive, 0.0)
    return skill if past.naive.shape[1] else np.full(len(naive), np.nan)


def _widths(errors: Doubles, freedom: int) -> Doubles:
    """(levels,) standard deviations to either side that the intervals of LEVELS reach."""
    if len(errors) >= LEAST_ERRORS:
        return np.quantile(errors, LEVELS)
    return np.asarray(stats.t.ppf((1 + np.array(LEVELS)) / 2, freedom + PRIOR_FREEDOM))
