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
from powerlake.customers.shapes import MIN_DAYS
from powerlake.errors import PowerlakeError
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
BASELINE = f"kmeans_mean_day_k{BASELINE_SEGMENTS}"
BASELINE_FITS = 5
"""k-means lands in another optimum for each random start: the plain baseline is the mean over so many fits."""
PLAIN_STARTS = 10
"""Random starts of one plain fit, of which the tightest is kept."""
MANY_STARTS = 50
"""The same for the stronger baseline, whose result hardly depends on luck."""
MIN_CUSTOMERS = 5
FOLDS = 5
FOLD_REPEATS = 4
PROTOCOL = (
    "stability: adjusted Rand index between two fits from scratch, one on the odd and one on the even ISO weeks, each "
    "choosing its own number of segments and its own unusual customers, over all customers (the unusual are one "
    "class). silhouette: customers in named segments, in the method's own space (levels of four parts of the day; for "
    "the baselines the mean day ÷ its mean); _all: the unusual counted as one class; _mean_day and _dayparts: in the "
    "baseline's and in our space. "
    f"Baselines k5 and same_k are means over {BASELINE_FITS} fits. "
    "Intervals: 95 % bootstrap over customers with their labels held fixed. "
)
_SCORED_ON_TRAIN = (
    f"Fitted and scored on train; _held_out: {FOLDS}-fold over customers, {FOLD_REPEATS} times, fitted on the others "
    "and assigned by that fit, silhouette against the segments of the others"
)
_SCORED_ON_TEST = (
    "Fitted on train, scored on test as assigned by that fit; _against_train: silhouette of the test customers "
    "against the train customers' segments"
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Estimate = tuple[float, Floats]
Labeller = Callable[[View], Ints]
"""What a fit leaves: the labels of a view's customers, UNUSUAL for those of no segment."""
Fit = Callable[[View], Labeller]


class TooFewCustomers(PowerlakeError):
    """Fewer customers than segments can be judged on."""


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
    all metrics are those of the test customers. The default hemisphere is that of the shared set. Raises
    TooFewCustomers on fewer than MIN_CUSTOMERS.
    """
    known = views_of(train, southern_hemisphere=southern_hemisphere)
    scored = known if test is None else views_of(test, southern_hemisphere=southern_hemisphere)
    if min(len(known["all"]), len(scored["all"])) < MIN_CUSTOMERS:
        raise TooFewCustomers(
            f"segments cannot be judged on fewer than {MIN_CUSTOMERS} customers with {MIN_DAYS} complete days in odd "
            "and in even weeks",
            remedy="give more readings",
            train=len(known["all"]),
            scored=len(scored["all"]),
        )
    weights = resamples(len(scored["all"]), seed)
    ours = _ours(seed)
    fits = _fits(ours, known)
    segments = max(len(np.unique(_named(fits["all"](known["all"])))), 1)
    rivals = {
        BASELINE: [_k_means(BASELINE_SEGMENTS, PLAIN_STARTS, seed + fit) for fit in range(BASELINE_FITS)],
        f"{BASELINE}_best_of_{MANY_STARTS}": [_k_means(BASELINE_SEGMENTS, MANY_STARTS, seed)],
        "kmeans_mean_day_same_k": [_k_means(segments, PLAIN_STARTS, seed + fit) for fit in range(BASELINE_FITS)],
    }

    def scores(method: _Method) -> dict[str, Estimate]:
        fits = _fits(method, known)
        estimates = _estimates(method, _labels(fits, scored), scored["all"], weights)
        if test is None:
            return estimates | _held_out(method, known, weights, seed)
        return estimates | _against_train(method, fits, known, scored, weights)

    mine = scores(ours)
    baselines = {name: _mean([scores(method) for method in methods]) for name, methods in rivals.items()}
    return {
        "suite": "segments",
        "protocol": PROTOCOL + (_SCORED_ON_TRAIN if test is None else _SCORED_ON_TEST),
        "seed": seed,
        "n_train": len(known["all"]),
        "n_test": 0 if test is None else len(scored["all"]),
        "metrics": _metrics(mine) | _gains(mine, baselines[BASELINE]) | _counts(fits["all"](scored["all"]), segments),
        "baselines": {name: _metrics(estimates) for name, estimates in baselines.items()},
    }


def _ours(seed: int) -> _Method:
    def fit(view: View) -> Labeller:
        model = fit_segments(view.shapes, seed)
        return lambda other: model.assign(other.shapes).segment

    return _Method(fit, lambda view: view.shapes.dayparts)


def _k_means(segments: int, starts: int, seed: int) -> _Method:
    """Plain k-means on mean days: the baseline that a person would start with."""

    def fit(view: View) -> Labeller:
        k = min(segments, len(view))
        model = KMeans(k, n_init=starts, random_state=seed).fit(view.mean_day)
        return lambda other: np.asarray(model.predict(other.mean_day), dtype=np.int64)

    return _Method(fit, lambda view: view.mean_day)


def _fits(method: _Method, known: Views) -> Mapping[str, Labeller]:
    """WEEKS → what a fit from scratch on those weeks leaves."""
    return {weeks: method.fit(known[weeks]) for weeks in WEEKS}


def _labels(fits: Mapping[str, Labeller], scored: Views) -> Mapping[str, Ints]:
    """WEEKS → labels of the scored customers over those weeks, by the fit on the same weeks."""
    return {weeks: fits[weeks](scored[weeks]) for weeks in WEEKS}


def _named(labels: Ints) -> Ints:
    return np.asarray(labels[labels != UNUSUAL])


def _estimates(method: _Method, labels: Mapping[str, Ints], view: View, weights: Floats) -> dict[str, Estimate]:
    """Measures of the labels of these customers: value and resamples."""
    own, everyone = method.space(view), np.ones(len(view), bool)
    named = labels["all"] != UNUSUAL
    spaces = {"silhouette": own, "silhouette_mean_day": view.mean_day, "silhouette_dayparts": view.shapes.dayparts}
    return {
        "stability": rand_of(labels["odd"], labels["even"], weights),
        **{name: mean_of(silhouettes(points, labels["all"], named), weights) for name, points in spaces.items()},
        **{
            f"{name}_all": mean_of(silhouettes(points, labels["all"], everyone), weights)
            for name, points in spaces.items()
        },
        "davies_bouldin": davies_bouldin(own, labels["all"], weights),
    }


def _held_out(method: _Method, known: Views, weights: Floats, seed: int) -> dict[str, Estimate]:
    """Silhouette and stability of customers that the fit has not seen, over the folds.

    A fold is too small for a silhouette of its own: each customer is held against the train customers' segments.
    """
    silhouette, rands = [], []
    for train, test in _folds(len(known["all"]), seed):
        part, rest = taken(known, train), taken(known, test)
        fits = _fits(method, part)
        labels = _labels(fits, rest)
        rands.append(rand_of(labels["odd"], labels["even"], weights[:, test]))
        values = np.full(len(known["all"]), np.nan)
        values[test] = _against(method, fits["all"], part["all"], rest["all"])
        silhouette.append(values)
    by_customer = np.nanmean(np.where(np.isnan(silhouette).all(axis=0), 0, silhouette), axis=0)
    return {
        "silhouette_held_out": mean_of(by_customer, weights),
        "stability_held_out": (float(np.mean([r[0] for r in rands])), np.mean([r[1] for r in rands], axis=0)),
    }


def _folds(customers: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Train and test customers of each fold of each repeat."""
    random = np.random.default_rng(seed)
    for _ in range(FOLD_REPEATS):
        parts = np.array_split(random.permutation(customers), min(FOLDS, customers))
        for place, part in enumerate(parts):
            rest = [other for number, other in enumerate(parts) if number != place]
            yield np.concatenate(rest), part


def _against_train(
    method: _Method, fits: Mapping[str, Labeller], known: Views, scored: Views, weights: Floats
) -> dict[str, Estimate]:
    """Silhouette of the test customers among the train customers' segments: what is left when there are few."""
    values = _against(method, fits["all"], known["all"], scored["all"])
    return {"silhouette_against_train": mean_of(values, weights)}


def _against(method: _Method, fitted: Labeller, known: View, scored: View) -> Floats:
    return silhouettes_against(method.space(scored), fitted(scored), method.space(known), fitted(known))


def _mean(fits: list[dict[str, Estimate]]) -> dict[str, Estimate]:
    """The mean over several fits of each measure and of its resamples."""
    return {
        name: (float(np.mean([fit[name][0] for fit in fits])), np.mean([fit[name][1] for fit in fits], axis=0))
        for name in fits[0]
    }


def _metrics(estimates: Mapping[str, Estimate]) -> dict[str, Metric]:
    """The estimates as JSON; a measure that is not defined, such as of a single class, is left out."""
    return {name: metric(*estimate) for name, estimate in estimates.items() if not np.isnan(estimate[0])}


def _gains(ours: Mapping[str, Estimate], theirs: Mapping[str, Estimate]) -> dict[str, Metric]:
    """Ours less the baseline's, on the same resamples."""
    return {
        f"{name}_gain": gain(ours[name], theirs[name])
        for name in ("silhouette", "stability", "silhouette_held_out", "stability_held_out")
        if name in ours
    }


def _counts(labels: Ints, segments: int) -> dict[str, Metric]:
    members = np.bincount(_named(labels), minlength=segments)
    return {
        "segments": fixed(segments),
        "smallest_share": fixed(members.min() / max(len(labels), 1)),
        "unusual_share": fixed(float(np.mean(labels == UNUSUAL)) if len(labels) else 0.0),
    }
