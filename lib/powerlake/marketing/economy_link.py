"""How use follows the output of a sector: correlations of their changes, use some months behind output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

LAGS = (0, 1, 2, 3)
"""Months that use is behind output."""
MIN_PAIRS = 12
"""Fewer changes say nothing of a correlation."""
CONFIDENCE = 0.95
"""Of the intervals of all lags tried together, for it is the highest correlation that is looked at."""
EXACT = 1 - 1e-12
"""Stands for a correlation of 1, whose transformation is infinite."""
YEARLY, MONTHLY, NONE = "year_on_year", "month_on_month", "none"

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EconomyLink:
    """Correlations (lags,) of log changes, their intervals and the pairs each rests on; NaN where these are too few."""

    correlations: Doubles
    low: Doubles
    high: Doubles
    pairs: npt.NDArray[np.int64]
    changes: str
    """Over what the changes are: a year where there are enough of them, for they have no seasons; else a month."""

    @property
    def best_lag(self) -> int | None:
        """The lag of the highest correlation; None where none is known."""
        return None if np.isnan(self.correlations).all() else LAGS[int(np.nanargmax(self.correlations))]


def economy_link(use: Doubles, output: Doubles) -> EconomyLink:
    """The link of `use` (months,) with `output` (months,), both above zero, NaN where unknown."""
    for months, name in ((12, YEARLY), (1, MONTHLY)):
        pairs = [_pairs(_changes(use, months), _changes(output, months), lag) for lag in LAGS]
        counts = np.array([len(later) for later, _ in pairs])
        if counts[0] >= MIN_PAIRS:
            found = np.array([_correlation(*pair) for pair in pairs])
            low, high = _interval(*found.T)
            return EconomyLink(found[:, 0], low, high, counts, name)
    unknown = np.full(len(LAGS), np.nan)
    return EconomyLink(unknown, unknown, unknown, counts, NONE)


def _changes(values: Doubles, months: int) -> Doubles:
    """(months,) log changes over so many months; NaN where either end is unknown or not above zero."""
    changes: Doubles = np.full(len(values), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(values[months:] / values[:-months])
    changes[months:] = np.where(np.isfinite(found), found, np.nan)
    return changes


def _pairs(use: Doubles, output: Doubles, lag: int) -> tuple[Doubles, Doubles]:
    """Changes of use and those of output `lag` months before, where both are known."""
    later, earlier = use[lag:], output[: len(output) - lag]
    is_known = ~np.isnan(later) & ~np.isnan(earlier)
    return later[is_known], earlier[is_known]


def _correlation(use: Doubles, output: Doubles) -> tuple[float, float]:
    """Correlation of pairs, and how many independent pairs they are worth; NaN where they are too few to say."""
    if len(use) < MIN_PAIRS or use.std() == 0 or output.std() == 0:
        return float("nan"), float("nan")
    return float(np.corrcoef(use, output)[0, 1]), _independent_pairs(use, output)


def _independent_pairs(use: Doubles, output: Doubles) -> float:
    """What n pairs in a row are worth, for changes over a year repeat eleven months of those before.

    1/n* = 1/n + 2/n · Σ (n − k)/n · r_use(k) · r_output(k), k to n/5, after Bartlett, J. R. Stat. Soc. 98 (1935)
    536. Unknown months between are passed over. At most n.
    """
    n = len(use)
    steps = np.arange(1, n // 5 + 1)
    repeated = ((n - steps) / n * _autocorrelation(use, steps) * _autocorrelation(output, steps)).sum()
    return float(n / max(1 + 2 * repeated, 1))


def _autocorrelation(values: Doubles, steps: npt.NDArray[np.int64]) -> Doubles:
    around = values - values.mean()
    found: Doubles = np.array([around[:-step] @ around[step:] for step in steps]) / (around @ around)
    return found


def _interval(correlations: Doubles, independent: Doubles) -> tuple[Doubles, Doubles]:
    """Ends (lags,) by Fisher's transformation, wide enough to hold for all lags at once (Šidák); −1 to 1 of 3 pairs."""
    tried = max(int((~np.isnan(correlations)).sum()), 1)
    width = stats.norm.ppf((1 + CONFIDENCE ** (1 / tried)) / 2)
    middle = np.arctanh(np.clip(correlations, -EXACT, EXACT))
    with np.errstate(divide="ignore"):
        spread = width / np.sqrt(np.maximum(independent - 3, 0))
    return np.tanh(middle - spread), np.tanh(middle + spread)
