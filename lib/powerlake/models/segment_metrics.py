"""Measures of a partition of customers, each with a 95 % bootstrap interval over the customers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.metrics import davies_bouldin_score, silhouette_samples

from powerlake.customers.stability import adjusted_rand

RESAMPLES = 1_000
INTERVAL = (2.5, 97.5)
"""Percentiles of the bootstrap interval."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Metric = dict[str, float]


def resamples(customers: int, seed: int) -> Floats:
    """(RESAMPLES, customers) how often each customer is drawn in each resample."""
    random = np.random.default_rng(seed)
    return random.multinomial(customers, np.full(customers, 1 / customers), size=RESAMPLES).astype(np.float64)


def metric(value: float, repeats: Floats) -> Metric:
    """A value with the interval of its repeats."""
    known = repeats[~np.isnan(repeats)]
    low, high = np.percentile(known, INTERVAL) if len(known) else (value, value)
    return {"value": float(value), "low": float(low), "high": float(high)}


def fixed(value: float) -> Metric:
    """A count or share of the fit itself, which no resampling of scores moves."""
    return metric(value, np.empty(0))


def mean_of(values: Floats, weights: Floats) -> tuple[float, Floats]:
    """Mean over the customers whose value is known, and the same in each resample."""
    known = ~np.isnan(values)
    total = weights[:, known].sum(axis=1)
    return float(values[known].mean()) if known.any() else 0.0, weights[:, known] @ values[known] / np.maximum(total, 1)


def rand_of(first: Ints, second: Ints, weights: Floats) -> tuple[float, Floats]:
    """Adjusted Rand index over all customers, and in each resample."""
    return float(adjusted_rand(first, second)[0]), adjusted_rand(first, second, weights)


def silhouettes(points: Floats, labels: Ints, counted: npt.NDArray[np.bool_]) -> Floats:
    """(customers,) silhouette among the counted customers; NaN for others, 0 where there is but one class."""
    found = np.full(len(points), np.nan)
    classes = len(np.unique(labels[counted]))
    rows = np.flatnonzero(counted)
    found[rows] = silhouette_samples(points[rows], labels[rows]) if 1 < classes < len(rows) else 0.0
    return found


def silhouettes_against(points: Floats, labels: Ints, others: Floats, their_labels: Ints) -> Floats:
    """(customers,) silhouette of each customer among other customers' classes; labels below 0 are left out (NaN).

    Mean distance to the members of its own class against that to the nearest other class. Needs two classes.
    """
    classes = np.unique(their_labels[their_labels >= 0])
    if len(classes) < 2:
        return np.zeros(len(points))
    distances = np.sqrt(((points[:, None, :] - others[None, :, :]) ** 2).sum(axis=2))
    to_class = np.stack([distances[:, their_labels == label].mean(axis=1) for label in classes], axis=1)
    is_own = labels[:, None] == classes
    own = np.where(is_own, to_class, 0).sum(axis=1)
    other = np.where(is_own, np.inf, to_class).min(axis=1)
    return np.where(is_own.any(axis=1), (other - own) / np.maximum(own, other), np.nan)


def davies_bouldin(points: Floats, labels: Ints, weights: Floats, at_most: int = 200) -> tuple[float, Floats]:
    """Davies–Bouldin index (lower is better) of the customers with a label, and in the first `at_most` resamples."""
    named = labels >= 0
    score = _davies_bouldin(points[named], labels[named])
    repeats = [np.repeat(np.flatnonzero(named), draw[named].astype(int)) for draw in weights[:at_most]]
    return score, np.array([_davies_bouldin(points[rows], labels[rows]) for rows in repeats])


def gain(ours: tuple[float, Floats], theirs: tuple[float, Floats]) -> Metric:
    """How much more ours is than theirs, with the interval of the paired resamples."""
    return metric(ours[0] - theirs[0], ours[1] - theirs[1])


def _davies_bouldin(points: Floats, labels: Ints) -> float:
    if not 1 < len(np.unique(labels)) < len(labels):
        return float("nan")
    scorer: Callable[[Floats, Ints], float] = davies_bouldin_score
    return float(scorer(points, labels))
