"""The `line-loss` suite: reckoned losses and flags of transformer areas against planted ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from powerlake.models.segment_metrics import Metric, metric, resamples
from powerlake.models.shares import share_among

FEEDER_MEAN, AS_RECORDED, EVERY_AREA = "feeder_mean", "as_recorded", "every_area"
MATERIAL = 0.05
"""Share of the supply from which a planted loss beyond the technical is one that somebody should be sent for."""
GAIN = 0.01
"""Share of the supply by which a person would see that more was sold than supplied."""
PROTOCOL = (
    "gold.line_loss of every transformer area and month, suspect meters moved, against the true loss: technical, "
    "stolen and not counted by faulty meters. Errors are of the loss in kWh and as a share of the supply (mean, and "
    "median, which a few large ones do not move). Flags: share of area-months flagged; precision, the share of them in "
    f"which planted theft and faults together make {MATERIAL:.0%} of the supply or more either way, and of those or "
    "areas that a planted wrong record touches; recall of the former, and of those by theft alone. marked: area-months "
    "with a suspect meter against those that a planted wrong record touches. rank of stolen: rank correlation over "
    f"areas of unexplained with stolen energy, in kWh and as shares of the supply. {AS_RECORDED}: no meter moved; "
    f"{FEEDER_MEAN}: each area loses at its feeder's rate of the month, and is flagged where it loses {MATERIAL:.0%} "
    f"more or gains {GAIN:.0%}; {EVERY_AREA}: all flagged. …_recorded_right: over areas that no wrong record touches. "
    "95 % bootstrap intervals over areas"
)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def evaluate_line_loss(rows: pd.DataFrame, seed: int) -> dict[str, Any]:
    """The suite's result. `rows`: gold.line_loss with the truth beside, as `suites.line_loss.with_truth` has it."""
    rows = rows[rows["supplied_kwh"] > 0].reset_index(drop=True)
    sums = rows.groupby(["feeder_id", "month"])[["loss_kwh", "supplied_kwh"]].transform("sum")
    mean_rate = sums["loss_kwh"] / sums["supplied_kwh"]
    by_person = (rows["loss_rate"] > mean_rate + MATERIAL) | (rows["loss_rate"] < -GAIN)
    flags = rows["is_outlier"].to_numpy(bool)
    weights = _weights(rows, seed)
    return {
        "suite": "line-loss",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(rows),
        "n_test": 0,
        "metrics": {
            **_both(rows, rows["loss_if_moved_kwh"], weights),
            **_of_flags(rows, flags, weights),
            **_of_marks(rows, weights),
            **_ranks(rows, rows["unexplained_kwh"], seed),
        },
        "baselines": {
            AS_RECORDED: {
                **_both(rows, rows["loss_kwh"], weights),
                **_ranks(rows, rows["loss_kwh"] - rows["technical_kwh"].fillna(0), seed),
            },
            FEEDER_MEAN: {
                **_both(rows, mean_rate * rows["supplied_kwh"], weights),
                **_of_flags(rows, by_person.to_numpy(bool), weights),
            },
            EVERY_AREA: _of_flags(rows, np.ones(len(rows), bool), weights),
        },
    }


def _weights(rows: pd.DataFrame, seed: int) -> Floats:
    """(1 + resamples, rows) how often each row counts: first once, then as often as its area was drawn."""
    areas, of = np.unique(rows["transformer_id"], return_inverse=True)
    return np.vstack([np.ones(len(areas)), resamples(len(areas), seed)])[:, of]


def _both(rows: pd.DataFrame, loss: pd.Series, weights: Floats) -> dict[str, Metric]:
    """Errors over all areas, and over those whose meters are recorded right."""
    right = rows["is_recorded_right"].to_numpy(bool)
    error = (loss - rows["true_loss_kwh"]).abs().to_numpy(float)
    rate = error / rows["supplied_kwh"].to_numpy(float)
    found = {}
    for those, name in ((np.ones(len(rows), bool), ""), (right, "_recorded_right")):
        if those.any():
            found[f"mae_kwh{name}"] = _mean(error, weights * those)
            found[f"mae_rate{name}"] = _mean(rate, weights * those)
            found[f"median_error_rate{name}"] = _median(rate, weights * those)
    return found


def _of_flags(rows: pd.DataFrame, flags: Bools, weights: Floats) -> dict[str, Metric]:
    supplied = rows["supplied_kwh"].to_numpy(float)
    is_theft = rows["stolen_kwh"].to_numpy(float) >= MATERIAL * supplied
    is_lost = np.abs((rows["stolen_kwh"] + rows["miscounted_kwh"]).to_numpy(float)) >= MATERIAL * supplied
    is_planted = is_lost | ~rows["is_recorded_right"].to_numpy(bool)
    return {
        "flagged": share_among(flags, weights),
        "flag_precision": share_among(is_lost, weights * flags),
        "flag_precision_or_wrong_record": share_among(is_planted, weights * flags),
        "flag_recall": share_among(flags, weights * is_lost),
        "flag_recall_of_theft": share_among(flags, weights * is_theft),
    }


def _of_marks(rows: pd.DataFrame, weights: Floats) -> dict[str, Metric]:
    marks, is_wrong = rows["suspect_meters"].to_numpy() > 0, ~rows["is_recorded_right"].to_numpy(bool)
    return {
        "marked_precision": share_among(is_wrong, weights * marks),
        "marked_recall": share_among(marks, weights * is_wrong),
    }


def _mean(values: Floats, weights: Floats) -> Metric:
    """Weighed mean of the rows that count, of which there is one at least."""
    with np.errstate(invalid="ignore"):
        means = weights @ values / weights.sum(axis=1)
    return metric(float(means[0]), means[1:])


def _median(values: Floats, weights: Floats) -> Metric:
    order = np.argsort(values)
    reach = np.cumsum(weights[:, order], axis=1)
    middle = (reach < reach[:, -1:] / 2).sum(axis=1)
    medians = values[order][np.minimum(middle, len(values) - 1)]
    return metric(float(medians[0]), medians[1:])


def _ranks(rows: pd.DataFrame, unexplained: pd.Series, seed: int) -> dict[str, Metric]:
    """Spearman's correlation of an area's unexplained with its stolen energy, all months together."""
    areas, of = np.unique(rows["transformer_id"], return_inverse=True)
    found, planted, supplied = (
        np.asarray(np.bincount(of, values.to_numpy(float)), float)
        for values in (unexplained, rows["stolen_kwh"], rows["supplied_kwh"])
    )
    draws = [np.repeat(np.arange(len(areas)), draw.astype(int)) for draw in resamples(len(areas), seed)]
    ranks = {}
    for name, one, other in (
        ("rank_of_stolen", found, planted),
        ("rank_of_stolen_share", found / supplied, planted / supplied),
    ):
        repeats = [_correlation(one, other, draw) for draw in draws]
        ranks[name] = metric(_correlation(one, other, np.arange(len(areas))), np.array(repeats))
    return ranks


def _correlation(one: Floats, other: Floats, those: npt.NDArray[np.int64]) -> float:
    ranks = [pd.Series(values[those]).rank().to_numpy(float) for values in (one, other)]
    first, second = (rank - rank.mean() for rank in ranks)
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / spread if spread > 0 else 0.0
