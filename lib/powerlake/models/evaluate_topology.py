"""The `topology` suite: meters found on the wrong transformer against those planted there."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from powerlake.errors import PowerlakeError
from powerlake.models.segment_metrics import Metric, metric, resamples
from powerlake.models.shares import share_among

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
Ints = npt.NDArray[np.int64]


def evaluate_topology(suspects: pd.DataFrame, wrong: pd.DataFrame, seed: int) -> dict[str, Any]:
    """The suite's result. `suspects`: gold.topology_suspects; `wrong`: truth topology_errors.

    Raises PowerlakeError where there are not both: meters recorded wrong, and others.
    """
    true = suspects["meter_id"].map(wrong.drop_duplicates("meter_id").set_index("meter_id")["true_transformer_id"])
    is_wrong = true.notna().to_numpy()
    if not 0 < is_wrong.sum() < len(is_wrong):
        raise PowerlakeError(
            f"{is_wrong.sum()} of the {len(is_wrong)} meters judged hang elsewhere than recorded: there is nothing "
            "to tell apart",
            remedy="simulate more customers",
        )
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
    # Whatever order rows of the same score are in, each is counted with all of them.
    first, last = (np.searchsorted(-score[order], -score[order], side) for side in ("left", "right"))
    weights = np.vstack([np.ones(len(score)), draws[:, order]])
    right, other = (weights * is_planted for is_planted in (is_wrong[order], ~is_wrong[order]))
    auc, precision = _auc(right, other, first, last), _average_precision(right, other, last)
    return {"auc": metric(auc[0], auc[1:]), "average_precision": metric(precision[0], precision[1:])}


def _auc(right: Floats, other: Floats, first: Ints, last: Ints) -> Floats:
    """(draws,) share of pairs of a planted and another meter in the right order, ties as half.

    `right` and `other` (draws, meters) count them, best first; `first` to before `last` are those of the same score.
    """
    reach = _before(other)
    behind = reach[:, -1:] - (reach[:, first] + reach[:, last]) / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((right * behind).sum(axis=1) / (right.sum(axis=1) * other.sum(axis=1)))


def _average_precision(right: Floats, other: Floats, last: Ints) -> Floats:
    """(draws,) mean of the precision at each planted meter and all of its score."""
    found, all_of_them = _before(right)[:, last], _before(right + other)[:, last]
    with np.errstate(invalid="ignore"):
        precision = found / np.maximum(all_of_them, 1e-12)
        return np.asarray((right * precision).sum(axis=1) / right.sum(axis=1))


def _before(counts: Floats) -> Floats:
    """(draws, meters + 1) how many come before each place."""
    return np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))


def _share(those: Bools, of: Bools, draws: Floats) -> Metric:
    """Share of the rows `of` that are `those`."""
    return share_among(those, np.vstack([np.ones(len(of)), draws]) * of)
