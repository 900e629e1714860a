"""Candidate partitions of the customers, and which number of segments the data bear out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import davies_bouldin_score, silhouette_score

from powerlake.customers.stability import adjusted_rand

MAX_SEGMENTS = 8
"""More than a marketing team can tell apart and treat differently."""
MIN_NAMED_SEGMENTS = 3
"""Two segments are taken only where no finer partition is eligible."""
MIN_SHARE = 0.03
"""Of the customers in a named segment."""
CUSTOMERS_PER_SEGMENT = 6
"""A partition of fewer customers a segment cannot be told from chance; also the least that halves can be cut from."""
AS_GOOD = 0.05
"""Partitions whose replication differs by less are equally borne out; the fewest segments are taken."""
HALVINGS = 10
"""Random splits of the customers in two, each used both ways."""
SCORE_SAMPLE = 2_000
"""Customers that silhouette and Davies–Bouldin are computed on: both need all pairs."""

_MAX_STEPS = 100

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CandidateScore:
    """What speaks for one number of segments."""

    segments: int
    replication: float
    """Mean adjusted Rand index between a fit on half of the customers and a fit on the other half, on the latter."""
    silhouette: float
    davies_bouldin: float
    smallest_share: float


def nearest(points: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """Index of the nearest centre (n,), and the distances to all centres (n, k)."""
    distances = np.sqrt(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))
    return distances.argmin(axis=1), distances


def partitions(points: Floats, at_most: int) -> dict[int, Floats]:
    """Number of segments → their centres (k, features), for every k from 1 to `at_most`.

    The walk starts from one segment for each feature (a part of the day), seeded by the customers whose largest
    excess over the median customer is in that feature. Fewer segments come from merging the two whose union costs
    least (Ward's criterion), more from splitting the widest in two along its main axis; each step is refined by
    k-means. Nothing is random: the same customers, a little changed, give nearly the same segments, where
    k-means from random starts lands in another of many near-equal optima.
    """
    start = _refined(points, _dominant_seeds(points))
    found = {len(start): start}
    centres = start
    while len(centres) > 1:
        centres = _refined(points, _merged(points, centres))
        found[len(centres)] = centres
    centres = start
    while len(centres) < at_most:
        centres = _refined(points, _split(points, centres))
        found[len(centres)] = centres
    return {k: found[k] for k in sorted(found) if k <= at_most}


def choose(points: Floats, customers: int, seed: int) -> tuple[int, tuple[CandidateScore, ...]]:
    """The number of segments, and the scores of all candidates that were tried.

    Eligible are the partitions whose smallest segment holds at least MIN_SHARE of `customers`; of those, the ones with
    MIN_NAMED_SEGMENTS or more if there are any. Taken is the one that replicates best between halves of the
    customers, or the coarsest within AS_GOOD of it: a chance-corrected prediction strength (Tibshirani & Walther
    2005). Silhouette and Davies–Bouldin are recorded and decide nothing. Too few customers for two segments make one.
    """
    at_most = min(MAX_SEGMENTS, len(points) // CUSTOMERS_PER_SEGMENT)
    if at_most < 2:
        return 1, ()
    replication = _replication(points, at_most, seed)
    scores = tuple(
        _scored(points, centres, replication[k], customers, seed)
        for k, centres in partitions(points, at_most).items()
        if k > 1
    )
    eligible = [score for score in scores if score.smallest_share >= MIN_SHARE]
    preferred = [score for score in eligible if score.segments >= MIN_NAMED_SEGMENTS] or eligible
    best = max((score.replication for score in preferred), default=0.0)
    return min((score.segments for score in preferred if score.replication > best - AS_GOOD), default=1), scores


def _replication(points: Floats, at_most: int, seed: int) -> Mapping[int, float]:
    """Number of segments → mean agreement of fits on two halves of the customers."""
    random = np.random.default_rng(seed)
    agreement: dict[int, list[float]] = {k: [] for k in range(1, at_most + 1)}
    for _ in range(HALVINGS):
        first, second = np.array_split(points[random.permutation(len(points))], 2)
        fits = partitions(first, at_most), partitions(second, at_most)
        for judged in (first, second):
            for k in range(1, at_most + 1):
                here, there = (nearest(judged, fit[k])[0] for fit in fits)
                agreement[k].append(float(adjusted_rand(here, there)[0]))
    return {k: float(np.mean(values)) for k, values in agreement.items()}


def _scored(points: Floats, centres: Floats, replication: float, customers: int, seed: int) -> CandidateScore:
    labels = nearest(points, centres)[0]
    smallest = np.bincount(labels, minlength=len(centres)).min() / customers
    rows = np.random.default_rng(seed).permutation(len(points))[:SCORE_SAMPLE]
    is_scorable = 1 < len(np.unique(labels[rows])) < len(rows)
    return CandidateScore(
        segments=len(centres),
        replication=replication,
        silhouette=float(silhouette_score(points[rows], labels[rows])) if is_scorable else 0.0,
        davies_bouldin=float(davies_bouldin_score(points[rows], labels[rows])) if is_scorable else float("inf"),
        smallest_share=float(smallest),
    )


def _dominant_seeds(points: Floats) -> Floats:
    """Mean of the customers that each feature stands out for; a feature nobody stands out in gives no seed."""
    dominant = (points - np.median(points, axis=0)).argmax(axis=1)
    return np.stack([points[dominant == feature].mean(axis=0) for feature in np.unique(dominant)])


def _refined(points: Floats, centres: Floats) -> Floats:
    """Lloyd's k-means from these centres; a centre that loses all its customers stays where it is."""
    for _ in range(_MAX_STEPS):
        moved = _means(points, nearest(points, centres)[0], centres)
        if np.allclose(moved, centres, rtol=0, atol=1e-9):
            break
        centres = moved
    return centres


def _means(points: Floats, labels: Ints, centres: Floats) -> Floats:
    members = np.eye(len(centres))[labels]
    count = members.sum(axis=0)[:, None]
    return np.where(count > 0, members.T @ points / np.maximum(count, 1), centres)


def _merged(points: Floats, centres: Floats) -> Floats:
    """One centre fewer: the two whose union adds least to the sum of squares become their weighted mean."""
    count = np.bincount(nearest(points, centres)[0], minlength=len(centres)).astype(np.float64)
    weight = count[:, None] * count / np.maximum(count[:, None] + count, 1)
    cost = weight * nearest(centres, centres)[1] ** 2
    cost[np.tril_indices(len(centres))] = np.inf
    pair = list(np.unravel_index(cost.argmin(), cost.shape))
    total = count[pair].sum()
    union = count[pair] @ centres[pair] / total if total > 0 else centres[pair].mean(axis=0)
    return np.vstack([np.delete(centres, pair, axis=0), union])


def _split(points: Floats, centres: Floats) -> Floats:
    """One centre more: the segment of the largest sum of squares, one deviation either way along its main axis."""
    labels, distances = nearest(points, centres)
    spread = np.bincount(labels, weights=distances.min(axis=1) ** 2, minlength=len(centres))
    widest = int(spread.argmax())
    apart = points[labels == widest] - centres[widest]
    axis = np.linalg.svd(apart, full_matrices=False)[2][0]
    step = axis * np.sqrt(np.mean((apart @ axis) ** 2))
    return np.vstack([np.delete(centres, widest, axis=0), centres[widest] + step, centres[widest] - step])
