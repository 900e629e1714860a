"""The next year of a monthly series: a regression on trend and month, where it beats the same month of the year before.

The model is log use = month's level + trend, by least squares. It is tried from every origin with MIN_MONTHS of
history on up to HORIZON months ahead, and taken only where its mean absolute error there is less than that of
seasonal-naive: the value of the same month a year before. Otherwise, or where there is no such origin, the forecast is
seasonal-naive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

HORIZON = 12
MIN_MONTHS = 24
"""The twelve levels and the trend leave eleven degrees of freedom."""
PRIOR_CHANGES = 4
"""Changes of a year that the other series' spread counts for beside a series' own."""
LEVELS = (0.80, 0.95)
MODEL, NAIVE, NONE = "trend_and_month", "seasonal_naive", "none"

Doubles = npt.NDArray[np.float64]
_NO_MONTHS: Doubles = np.full(HORIZON, np.nan)


@dataclass(frozen=True)
class Forecast:
    """The HORIZON months after a series' last, and how the method was judged."""

    use: Doubles
    """(HORIZON,) as the series counts it; NaN without a year of history."""
    low: Doubles
    """(levels, HORIZON) lower ends of the intervals of LEVELS."""
    high: Doubles
    method: str = NONE
    skill: float = np.nan
    """1 − mean absolute error of the model ÷ that of seasonal-naive, from past origins; NaN where none could be tried.

    Not above zero where the method is seasonal-naive.
    """
    tested: int = 0
    """Forecasts of months that the skill rests on."""


def spread_of_changes(series: Doubles) -> float:
    """Typical size of a change over a year in logs, over all of `series` (n, months), robust to outliers.

    NaN where no month is known in two years.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = np.log(series[:, 12:] / series[:, :-12])
    known = changes[np.isfinite(changes)]
    return float(np.median(np.abs(known)) / stats.norm.ppf(0.75)) if len(known) else float("nan")


def forecast(use: Doubles, spread: float) -> Forecast:
    """The forecast of one series `use` (months,) above zero; `spread` is that of all series.

    Only what follows the last unknown month counts.
    """
    known = _unbroken_end(use)
    if len(known) < HORIZON:
        nothing = np.tile(_NO_MONTHS, (len(LEVELS), 1))
        return Forecast(_NO_MONTHS, nothing, nothing)
    logs = np.log(known)
    skill, tested = _back_test(known)
    if skill > 0:
        centre, deviation, freedom = _by_regression(logs)
        return _with_intervals(centre, deviation, freedom, MODEL, skill, tested)
    return _with_intervals(*_by_last_year(logs, spread), NAIVE, skill, tested)


def _unbroken_end(use: Doubles) -> Doubles:
    unknown = np.flatnonzero(~(use > 0))
    return use[unknown[-1] + 1 :] if len(unknown) else use


def _back_test(use: Doubles) -> tuple[float, int]:
    """Skill of the regression and the number of forecasts it rests on; NaN and 0 without an origin."""
    logs, ours, naive = np.log(use), [], []
    for origin in range(MIN_MONTHS, len(use)):
        after = use[origin : origin + HORIZON]
        centre, _, _ = _by_regression(logs[:origin])
        ours.append(np.abs(np.exp(centre[: len(after)]) - after))
        naive.append(np.abs(use[origin - 12 : origin][: len(after)] - after))
    if not ours:
        return float("nan"), 0
    errors = np.concatenate(ours)
    worst = np.concatenate(naive).mean()
    return (float(1 - errors.mean() / worst) if worst > 0 else 0.0), len(errors)


def _design(first: int, months: int) -> Doubles:
    """(months, 13) a column for each place in the year, and the trend in years."""
    month = np.arange(first, first + months)
    return np.column_stack([month[:, None] % 12 == np.arange(12), month / 12]).astype(np.float64)


def _by_regression(logs: Doubles) -> tuple[Doubles, Doubles, float]:
    """(HORIZON,) logs of the forecast and their standard deviations, and the degrees of freedom."""
    past, ahead = _design(0, len(logs)), _design(len(logs), HORIZON)
    freedom = len(logs) - past.shape[1]
    inverse = np.linalg.inv(past.T @ past)
    coefficients = inverse @ past.T @ logs
    variance = ((logs - past @ coefficients) ** 2).sum() / freedom
    leverage = np.einsum("hi,ij,hj->h", ahead, inverse, ahead)
    return ahead @ coefficients, np.sqrt(variance * (1 + leverage)), float(freedom)


def _by_last_year(logs: Doubles, spread: float) -> tuple[Doubles, Doubles, float]:
    """As `_by_regression`; the deviation is that of changes over a year, the series' own and `spread` together."""
    changes = logs[12:] - logs[:-12]
    prior = 0 if np.isnan(spread) else PRIOR_CHANGES
    freedom = len(changes) + prior
    squares = (changes**2).sum() + (prior * spread**2 if prior else 0.0)
    deviation = np.sqrt(squares / freedom) if freedom else np.nan
    return logs[-12:], np.full(HORIZON, deviation), float(freedom)


def _with_intervals(
    centre: Doubles, deviation: Doubles, freedom: float, method: str, skill: float, tested: int
) -> Forecast:
    tails = np.array([(1 + level) / 2 for level in LEVELS])
    reach = stats.t.ppf(tails, max(freedom, 1))[:, None] * deviation
    return Forecast(np.exp(centre), np.exp(centre - reach), np.exp(centre + reach), method, skill, tested)
