"""How use follows the output of a sector: correlations of their changes, use some months behind output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LAGS = (0, 1, 2, 3)
"""Months that use is behind output."""
MIN_PAIRS = 12
"""Fewer changes say nothing of a correlation."""
YEARLY, MONTHLY, NONE = "year_on_year", "month_on_month", "none"

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EconomyLink:
    """Correlations (lags,) of log changes and the pairs (lags,) each rests on; NaN where these are too few."""

    correlations: Doubles
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
        found = [_correlation(_changes(use, months), _changes(output, months), lag) for lag in LAGS]
        pairs = np.array([count for _, count in found])
        if pairs[0] >= MIN_PAIRS:
            return EconomyLink(np.array([value for value, _ in found]), pairs, name)
    return EconomyLink(np.full(len(LAGS), np.nan), pairs, NONE)


def _changes(values: Doubles, months: int) -> Doubles:
    """(months,) log changes over so many months; NaN where either end is unknown or not above zero."""
    changes: Doubles = np.full(len(values), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(values[months:] / values[:-months])
    changes[months:] = np.where(np.isfinite(found), found, np.nan)
    return changes


def _correlation(use: Doubles, output: Doubles, lag: int) -> tuple[float, int]:
    later, earlier = use[lag:], output[: len(output) - lag]
    is_known = ~np.isnan(later) & ~np.isnan(earlier)
    count = int(is_known.sum())
    if count < MIN_PAIRS or later[is_known].std() == 0 or earlier[is_known].std() == 0:
        return float("nan"), count
    return float(np.corrcoef(later[is_known], earlier[is_known])[0, 1]), count
