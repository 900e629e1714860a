"""k-means for any number of customers in bounded memory: micro-clusters of each shard, clustered together by weight.

A shard with more customers than MICRO_CLUSTERS is summed up in that many weighted means (a coreset); the driver holds
only those. Few customers stay as they are, so that for small data this is ordinary k-means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

MICRO_CLUSTERS = 2_000
"""Points a shard is summed up in."""
BLOCK_VALUES = 4_000_000
"""Distances held at a time: 16 MB."""
STARTS = 4
"""Random starts of the weighted k-means, of which the best is kept."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class MicroClusters:
    """Weighted points that stand for a shard's customers."""

    centres: Floats
    """(points, features) means."""
    weights: npt.NDArray[np.float64]
    """(points,) customers each stands for."""
    scatter: float
    """Sum of squared distances of the customers from the mean that stands for them."""


@dataclass(frozen=True)
class Clusters:
    """The centres found, and the sum of squared distances of all customers from the centre nearest their mean."""

    centres: Floats
    """(k, features)"""
    inertia: float


def micro_clusters(points: Floats, seed: int, at_most: int = MICRO_CLUSTERS) -> MicroClusters:
    """`points` (customers, features) as at most `at_most` weighted means: a sample, moved to the mean of its nearest.

    Exact, with scatter 0, where the points are no more than that. Raises ValueError on a value that is not finite.
    """
    if not np.isfinite(points).all():
        raise ValueError("k-means needs finite features")
    if len(points) <= at_most:
        return MicroClusters(points.astype(np.float32), np.ones(len(points)), 0.0)
    sample = np.random.default_rng(seed).choice(len(points), at_most, replace=False)
    nearest, _ = assign(points, points[np.sort(sample)])
    weights = np.bincount(nearest, minlength=at_most).astype(np.float64)
    sums = np.stack([np.bincount(nearest, weights=column, minlength=at_most) for column in points.T], axis=1)
    means = (sums / np.maximum(weights, 1)[:, None]).astype(np.float32)
    away = points - means[nearest]
    held = weights > 0
    return MicroClusters(means[held], weights[held], float(np.einsum("ij,ij->", away, away, dtype=np.float64)))


def cluster(shards: Sequence[MicroClusters], k: int, seed: int) -> Clusters:
    """The k centres of all shards together. Raises ValueError where there are fewer points than k."""
    centres = np.concatenate([shard.centres for shard in shards])
    weights = np.concatenate([shard.weights for shard in shards])
    if len(centres) < k:
        raise ValueError(f"{k} clusters of {len(centres)} points")
    model = KMeans(k, n_init=STARTS, random_state=seed).fit(centres, sample_weight=weights)
    return Clusters(
        model.cluster_centers_.astype(np.float32), float(model.inertia_) + sum(shard.scatter for shard in shards)
    )


def assign(points: Floats, centres: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """(customers,) the nearest centre of each point, the first of equal ones, and its squared distance."""
    nearest = np.empty(len(points), dtype=np.int64)
    distance = np.empty(len(points), dtype=np.float32)
    lengths = np.einsum("ij,ij->i", centres, centres)
    rows = max(1, BLOCK_VALUES // max(1, len(centres)))
    for start in range(0, len(points), rows):
        block = points[start : start + rows]
        apart = lengths - 2 * (block @ centres.T)  # + |point|², which changes no order
        best = apart.argmin(axis=1)
        nearest[start : start + rows] = best
        away = block - centres[best]
        distance[start : start + rows] = np.einsum("ij,ij->i", away, away)
    return nearest, distance
