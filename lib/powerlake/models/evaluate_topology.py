"""The `topology` suite: meters found on the wrong transformer against those planted there."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from powerlake.models.segment_metrics import Metric, metric, resamples

RANDOM, LARGEST = "random", "largest_use"
PROTOCOL = (
    "meters judged by gold.topology_suspects against the planted wrong records: area under the ROC curve of the "
    "evidence, average precision, precision and recall of is_suspect, and the share of the wrong ones whose likeliest "
    "transformer is the true one; 95 % bootstrap interval over meters. Meters that are gone before the compared days, "
    "or whose feeder has one area, are not judged. random: meters in any order; largest_use: meters of large use "
    "first, for their wrong record would hide the most"
)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def evaluate_topology(suspects: pd.DataFrame, wrong: pd.DataFrame, seed: int) -> dict[str, Any]:
    """The suite's result. `suspects`: gold.topology_suspects; `wrong`: truth topology_errors."""
    true = suspects["meter_id"].map(wrong.drop_duplicates("meter_id").set_index("meter_id")["true_transformer_id"])
    is_wrong = true.notna().to_numpy()
    draws = resamples(len(suspects), seed)
    at_random = np.random.default_rng(seed).random(len(suspects))
    is_right = (suspects["likely_transformer_id"] == true).to_numpy()
    is_suspect = suspects["is_suspect"].to_numpy(bool)
    return {
        "suite": "topology",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(suspects),
        "n_test": 0,
        "metrics": {
            **_of_score(suspects["evidence"].to_numpy(float), is_wrong, draws),
            "precision": _share(is_wrong, is_suspect, draws),
            "recall": _share(is_suspect, is_wrong, draws),
            "right_transformer": _share(is_right, is_wrong, draws),
        },
        "baselines": {
            RANDOM: _of_score(at_random, is_wrong, draws),
            LARGEST: _of_score(suspects["mean_kw"].to_numpy(float), is_wrong, draws),
        },
    }


def _of_score(score: Floats, is_wrong: Bools, draws: Floats) -> dict[str, Metric]:
    order = np.argsort(-score, kind="stable")
    planted = is_wrong[order].astype(float)
    weights = np.vstack([np.ones(len(score)), draws[:, order]])
    auc, precision = _auc(planted, weights), _average_precision(planted, weights)
    return {"auc": metric(auc[0], auc[1:]), "average_precision": metric(precision[0], precision[1:])}


def _auc(planted: Floats, weights: Floats) -> Floats:
    """(draws,) share of pairs of a planted and another meter in the right order; columns come best first."""
    right, other = weights * planted, weights * (1 - planted)
    behind = other.sum(axis=1, keepdims=True) - np.cumsum(other, axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray((right * behind).sum(axis=1) / (right.sum(axis=1) * other.sum(axis=1)))


def _average_precision(planted: Floats, weights: Floats) -> Floats:
    """(draws,) mean of the precision at each planted meter."""
    right = weights * planted
    with np.errstate(invalid="ignore"):
        precision = np.cumsum(right, axis=1) / np.maximum(np.cumsum(weights, axis=1), 1e-12)
        return np.asarray((right * precision).sum(axis=1) / right.sum(axis=1))


def _share(those: Bools, of: Bools, draws: Floats) -> Metric:
    """Share of the rows `of` that are `those`."""
    weights = np.vstack([np.ones(len(of)), draws]) * of
    with np.errstate(invalid="ignore"):
        share = weights @ those / weights.sum(axis=1)
    return metric(float(np.nan_to_num(share[0])), share[1:])
