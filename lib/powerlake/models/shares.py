"""A share of counted things with the interval that the count, or a bootstrap, leaves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from powerlake.models.segment_metrics import Floats, Metric, metric

COVERAGE = 0.95


def share_of(part: int, whole: int) -> Metric:
    """Part by whole with its Clopper–Pearson interval, which says something of 0 and of all too; 0 to 1 of nothing."""
    if not whole:
        return {"value": 0.0, "low": 0.0, "high": 1.0}
    tail = (1 - COVERAGE) / 2
    low = float(stats.beta.ppf(tail, part, whole - part + 1)) if part else 0.0
    high = float(stats.beta.ppf(1 - tail, part + 1, whole - part)) if part < whole else 1.0
    return {"value": part / whole, "low": low, "high": high}


def share_among(those: npt.NDArray[np.bool_], weights: Floats) -> Metric:
    """The share of `those` (n,) among rows weighed (1 + resamples, n), the first as they are; 0 to 1 of nothing."""
    with np.errstate(invalid="ignore"):
        return share_with(weights @ those.astype(float) / weights.sum(axis=1))


def share_with(shares: Floats) -> Metric:
    """The first of the shares with the interval of the others, its resamples; 0 to 1 where it is of nothing (NaN)."""
    return share_of(0, 0) if np.isnan(shares[0]) else metric(float(shares[0]), shares[1:])
