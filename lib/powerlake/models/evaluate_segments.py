"""The `segments` suite: how far apart and how steady the segments are, beside plain k-means.

Nothing here knows files, a session or MLflow: curves in, numbers out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.cluster import KMeans

from powerlake.customers.segments import UNUSUAL, fit_segments
from powerlake.models.segment_metrics import (
    Metric,
    davies_bouldin,
    fixed,
    gain,
    mean_of,
    metric,
    rand_of,
    resamples,
    silhouettes,
    silhouettes_against,
)
from powerlake.models.segment_views import WEEKS, View, Views, taken, views_of

BASELINE_SEGMENTS = 5
BASELINE_STARTS = 50
"""Random starts of the baseline, so that it is not at the mercy of one."""
FOLDS = 5
FOLD_REPEATS = 4
PROTOCOL = (
    "stability: adjusted Rand index between two fits from scratch, one on the odd and one on the even ISO weeks, each "
    "choosing its own number of segments and its own unusual customers, over all customers (the unusual are one "
    "class). silhouette: customers in named segments, in the model's space (levels of four parts of the day); "
    "silhouette_all: the unusual counted as one class; *_mean_day: in the baseline's space, the mean day ÷ its mean. "
    "*_held_out: {folds}-fold over customers, repeated {repeats} times: fitted on the others, assigned by that model. "
    "Intervals: 95 % bootstrap over customers, labels held fixed. {scored}"
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Estimate = tuple[float, Floats]
Labeller = Callable[[View], Ints]
"""What a fit leaves: the labels of a view's customers, UNUSUAL for those of no segment."""
Fit = Callable[[View], Labeller]


@dataclass(frozen=True)
class _Method:
    """A way to make segments, and the space it makes them in."""

    fit: Fit
    space: Callable[[View], Floats]


def evaluate_segments(
    train: pa.Table, test: pa.Table | None = None, seed: int = 0, *, southern_hemisphere: bool = True
) -> dict[str, Any]:
    """The result of the suite as one JSON object: suite, protocol, seed, n_train, n_test, metrics, baselines.

    `train` and `test` are rows of silver.load_curves (`month_shapes.INPUT_COLUMNS`). Without `test` the metrics are
    those of the train customers and of a cross-validation over them; with it the methods are fitted on `train` and
    all metrics but the counts are those of the test customers. The default hemisphere is that of the shared set.
    """
    known = views_of(train, southern_hemisphere=southern_hemisphere)
    scored = views_of(test, southern_hemisphere=southern_hemisphere) if test is not None else known
    ours, theirs = _ours(seed), _k_means(BASELINE_SEGMENTS, seed)
    labels, their_labels = _labels(ours, known, scored), _labels(theirs, known, scored)
    weights = resamples(len(scored["all"]), seed)
    segments = len(np.unique(labels["all"][labels["all"] != UNUSUAL]))
    same_number = _k_means(max(segments, 2), seed)
    estimates, their_estimates = _estimates(labels, scored["all"], weights), _estimates(their_labels, scored["all"], weights)
    rivals = {f"kmeans_mean_day_k{BASELINE_SEGMENTS}": their_estimates}
    rivals["kmeans_mean_day_same_k"] = _estimates(_labels(same_number, known, scored), scored["all"], weights)
    if test is None:
        methods = (ours, theirs, same_number)
        for found, method in zip((estimates, *rivals.values()), methods, strict=True):
            found |= _held_out(method, known, weights, seed)
    else:
        for found, method in ((estimates, ours), (their_estimates, theirs)):
            found["silhouette_against_train"] = _against_train(method, known["all"], scored["all"], weights)
    return {
        "suite": "segments",
        "protocol": _protocol(test is not None),
        "seed": seed,
        "n_train": len(known["all"]),
        "n_test": len(scored["all"]) if test is not None else 0,
        "metrics": _metrics(estimates) | _gains(estimates, their_estimates) | _counts(labels),
        "baselines": {name: _baseline_metrics(found) for name, found in rivals.items()},
    }
