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
CUSTOMERS_PER_SEGMENT = 5
"""A partition of fewer customers a segment cannot be told from chance; also the least that halves can be cut from."""
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
    standard_error: float
    """Of `replication`, over the halvings."""
    silhouette: float
    davies_bouldin: float
    smallest_share: float


def nearest(points: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """Index of the nearest centre (n,), and the distances to all centres (n, k)."""
    distances = np.sqrt(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))
    return distances.argmin(axis=1), distances


def partitions(points: Floats, at_most: int, least: float) -> dict[int, Floats]:
    """Number of segments → their centres (k, features), for k from 1 to at most `at_most`, each with `least` members.

    The walk starts from one segment for each feature (a part of the day), seeded by the customers whose largest
    excess over the median customer is in that feature. Fewer segments come from merging the two whose union costs
    least (Ward's criterion), more from splitting the widest in two along its main axis, or the next widest where a
    half would be too small; each step is refined by k-means. The walk ends where no segment can be split. Nothing is
    random: the same customers, a little changed, give nearly the same segments, where k-means from random starts
    lands in another of many near-equal optima.
    """
    start = _refined(points, _dominant_seeds(points), least)
    found = {len(start): start}
    centres = start
    while len(centres) > 1:
        centres = _refined(points, _merged(points, centres), least)
        found[len(centres)] = centres
    split: Floats | None = start
    while split is not None and len(split) < at_most:
        found[len(split)] = split
        split = _split(points, split, least)
    if split is not None:
        found[len(split)] = split
    return {k: found[k] for k in sorted(found) if k <= at_most}


def choose(points: Floats, customers: int, seed: int) -> tuple[int, tuple[CandidateScore, ...]]:
    """The number of segments, and the scores of all candidates that were tried.

    All partitions tried have MIN_SHARE of `customers` in every segment. Of those with MIN_NAMED_SEGMENTS or more, if
    there are any, the one is taken that replicates best between halves of the customers, or the coarsest within
    one standard error of it: a chance-corrected prediction strength (Tibshirani & Walther 2005). Silhouette and
    Davies–Bouldin are recorded and decide nothing. Too few customers for two segments make one.
    """
    at_most = min(MAX_SEGMENTS, customers // CUSTOMERS_PER_SEGMENT)
    if at_most < 2:
        return 1, ()
    replication = _replication(points, at_most, MIN_SHARE * customers, seed)
    scores = tuple(
        _scored(points, centres, replication[k], customers, seed)
        for k, centres in partitions(points, at_most, MIN_SHARE * customers).items()
        if k > 1
    )
    preferred = [score for score in scores if score.segments >= MIN_NAMED_SEGMENTS] or scores
    if not preferred:
        return 1, scores
    best = max(preferred, key=lambda score: score.replication)
    enough = best.replication - best.standard_error
    return min(score.segments for score in preferred if score.replication >= enough), scores


def _replication(points: Floats, at_most: int, least: float, seed: int) -> Mapping[int, Floats]:
    """Number of segments → (HALVINGS,) mean agreement of fits on two halves of the customers.

    A half that cannot be cut so finely is cut as finely as it can be, which costs agreement.
    """
    random = np.random.default_rng(seed)
    agreement: dict[int, list[float]] = {k: [] for k in range(1, at_most + 1)}
    for _ in range(HALVINGS):
        halves = np.array_split(points[random.permutation(len(points))], 2)
        fits = [partitions(half, at_most, least / 2) for half in halves]
        for judged in halves:
            for k, values in agreement.items():
                here, there = (nearest(judged, finest(fit, k))[0] for fit in fits)
                values.append(float(adjusted_rand(here, there)[0]))
    return {k: np.reshape(values, (HALVINGS, 2)).mean(axis=1) for k, values in agreement.items()}


def finest(found: Mapping[int, Floats], at_most: int) -> Floats:
    """The centres of the finest of these partitions with no more than `at_most` segments."""
    return found[max(k for k in found if k <= at_most)]


def _scored(points: Floats, centres: Floats, replication: Floats, customers: int, seed: int) -> CandidateScore:
    labels = nearest(points, centres)[0]
    smallest = np.bincount(labels, minlength=len(centres)).min() / customers
    rows = np.random.default_rng(seed).permutation(len(points))[:SCORE_SAMPLE]
    is_scorable = 1 < len(np.unique(labels[rows])) < len(rows)
    return CandidateScore(
        segments=len(centres),
        replication=float(replication.mean()),
        standard_error=float(replication.std(ddof=1) / np.sqrt(HALVINGS)),
        silhouette=float(silhouette_score(points[rows], labels[rows])) if is_scorable else 0.0,
        davies_bouldin=float(davies_bouldin_score(points[rows], labels[rows])) if is_scorable else float("inf"),
        smallest_share=float(smallest),
    )


def _dominant_seeds(points: Floats) -> Floats:
    """Mean of the customers that each feature stands out for; a feature nobody stands out in gives no seed."""
    dominant = (points - np.median(points, axis=0)).argmax(axis=1)
    return np.stack([points[dominant == feature].mean(axis=0) for feature in np.unique(dominant)])


def _refined(points: Floats, centres: Floats, least: float = 0) -> Floats:
    """Lloyd's k-means from these centres; as long as a segment has fewer than `least` members the smallest goes."""
    while True:
        centres = _lloyd(points, centres)
        members = np.bincount(nearest(points, centres)[0], minlength=len(centres))
        if len(centres) == 1 or members.min() >= max(least, 1):
            return centres
        centres = np.delete(centres, int(members.argmin()), axis=0)


def _lloyd(points: Floats, centres: Floats) -> Floats:
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


def _split(points: Floats, centres: Floats, least: float) -> Floats | None:
    """Refined centres, one more: the first segment, from the widest on, whose halves are both large enough; or None."""
    labels, distances = nearest(points, centres)
    spread = np.bincount(labels, weights=distances.min(axis=1) ** 2, minlength=len(centres))
    for segment in np.argsort(-spread, kind="stable"):
        refined = _refined(points, _halved(points[labels == segment], centres, int(segment)), least)
        if len(refined) > len(centres):
            return refined
    return None


def _halved(members: Floats, centres: Floats, segment: int) -> Floats:
    """The centres with one replaced by two, a standard deviation either way along its members' main axis."""
    apart = members - centres[segment]
    axis = np.linalg.svd(apart, full_matrices=False)[2][0]
    step = axis * np.sqrt(np.mean((apart @ axis) ** 2))
    return np.vstack([np.delete(centres, segment, axis=0), centres[segment] + step, centres[segment] - step])
