"""The `artefacts` suite: planted things of the synthetic utility must not be found by what says nothing of them.

A classifier gets numbers of things, places of rows in files, last digits and what is missing, and no measurement. An
AUC whose interval holds 0.5 says that none of it tells the planted from the rest. The same classifier with an artefact
put in on purpose, as the baseline `artefact_put_in`, shows that it would have been found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from powerlake.models.segment_metrics import Metric, metric

TREES = 50
RESAMPLES = 40
LEAST_PLANTED = 8
"""Fewer planted things than this are not judged."""
LEAK_SHARE = 0.7
"""Of the planted things, those whose first feature is moved in the baseline."""
CONTROL = "artefact_put_in"
PROTOCOL = (
    "area under the ROC curve of gradient boosting on numbers, row and file places, last digits and missing values; "
    f"mean and 95 % interval over {RESAMPLES} bootstrap samples of the groups, fitted on a sample and judged on the "
    "groups it left out, so that the interval holds the luck of fitting too; pairs are compared within a stratum. "
    "Groups: meters for theft and meter_faults (without the silent ones, for missing values are what they are), "
    "customers for arrears, assets for faults. Strata: kinds of meter and whether new, months of bills, kinds of "
    f"asset. {CONTROL}: the same with one feature moved for {LEAK_SHARE:.0%} of the planted"
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Question:
    """Things of which some are planted: features (n, f), and arrays (n,) of planted or not, stratum and group."""

    features: Floats
    is_planted: npt.NDArray[np.bool_]
    stratum: Ints
    group: Ints


def evaluate_artefacts(questions: Mapping[str, Question], seed: int) -> dict[str, Any]:
    """The suite's result as one JSON object. Questions with fewer than LEAST_PLANTED planted things are left out."""
    judged = {name: asked for name, asked in questions.items() if asked.is_planted.sum() >= LEAST_PLANTED}
    leaky = {name: with_leak(asked, seed) for name, asked in judged.items()}
    return {
        "suite": "artefacts",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": sum(len(asked.group) for asked in judged.values()),
        "n_test": 0,
        "metrics": {f"auc_{name}": auc_found(asked, seed) for name, asked in judged.items()},
        "baselines": {CONTROL: {f"auc_{name}": auc_found(asked, seed) for name, asked in leaky.items()}},
    }


def auc_found(asked: Question, seed: int) -> Metric:
    """How well the planted are told from the rest, mean and 95 % interval; 0.5 is not at all."""
    groups, of = np.unique(asked.group, return_inverse=True)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), RESAMPLES)
    found = np.array([_auc_left_out(asked, draw[of].astype(float), seed) for draw in draws])
    return metric(float(np.nanmean(found)), found)


def _auc_left_out(asked: Question, weight: Floats, seed: int) -> float:
    """Fitted on the things with a weight, judged on those without; NaN where either has but one class."""
    drawn, rest = weight > 0, weight == 0
    if len(np.unique(asked.is_planted[drawn])) < 2:
        return float("nan")
    model = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=8, min_samples_leaf=20, early_stopping=False, random_state=seed
    )
    with threadpool_limits(1):  # the trees are small: threads that wait for one another cost ten times as much
        model.fit(asked.features[drawn], asked.is_planted[drawn], sample_weight=weight[drawn])
        score = model.predict_proba(asked.features[rest])[:, 1]
    left_out = replace(asked, **{name: getattr(asked, name)[rest] for name in ("is_planted", "stratum", "group")})
    return auc_within(score, left_out)


def with_leak(asked: Question, seed: int) -> Question:
    """The same things, the first feature of a part of the planted moved beyond its range."""
    random = np.random.default_rng(seed)
    moved = asked.is_planted & (random.random(len(asked.group)) < LEAK_SHARE)
    features = asked.features.copy()
    first = features[:, 0]
    features[moved, 0] = np.nanmax(first) + random.random(int(moved.sum())) * (np.nanstd(first) + 1)
    return replace(asked, features=features)


def auc_within(score: Floats, asked: Question) -> float:
    """Share of pairs of the same stratum that are in the right order, ties as half; NaN without a pair."""
    right = pairs = 0.0
    for stratum in np.unique(asked.stratum):
        those = asked.stratum == stratum
        distinct, of = np.unique(score[those], return_inverse=True)
        planted = np.bincount(of[asked.is_planted[those]], minlength=len(distinct))
        other = np.bincount(of[~asked.is_planted[those]], minlength=len(distinct))
        right += float(planted @ (np.cumsum(other) - other / 2))
        pairs += float(planted.sum() * other.sum())
    return right / pairs if pairs else float("nan")
